"""A compact set answers as a set does."""

from hypothesis import given
from hypothesis import strategies as st

from utilities.key_set import KeySet


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 3))))
def test_a_key_is_new_once(keys: list[tuple[str, int]]) -> None:
    seen: set[tuple[str, int]] = set()
    compact = KeySet()
    for key in keys:
        assert (key in compact) is (key in seen)
        assert compact.add(key) is (key not in seen)
        seen.add(key)
    assert len(compact) == len(seen)


def test_it_grows_and_forgets_nothing() -> None:
    compact = KeySet()
    assert all(compact.add((f"task{number}", 0)) for number in range(20_000))
    assert not any(compact.add((f"task{number}", 0)) for number in range(20_000))
    assert len(compact) == 20_000
