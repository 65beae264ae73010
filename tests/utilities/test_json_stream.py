"""Values come out of a JSON file one at a time, whatever its layout, and a fault is found at its byte."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.json_stream import CHUNK, JsonReader, MalformedJson, ValueTooLong

MOST = 1 << 22

scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text() | st.sampled_from('{}[],":\\')
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("id"), inner), max_leaves=10
)
records = st.builds(lambda rest, inner: {"id": inner, **rest}, st.dictionaries(st.text(), values), values)


def read_items(path: Path, most: int = MOST) -> list[Any]:
    with JsonReader(path, most) as reader:
        items = [json.loads(body) for body, _ in reader.items()]
        reader.end()
    return items


@given(st.lists(values) | st.lists(records), st.sampled_from([None, 0, 1]), st.booleans())
def test_the_items_of_a_list_in_any_layout(
    tmp_path_factory: pytest.TempPathFactory, items: list[Any], indent: int | None, plain: bool
) -> None:
    path = tmp_path_factory.mktemp("list") / "list.json"
    path.write_text(json.dumps(items, indent=indent, ensure_ascii=plain) + "\n", encoding="utf-8")
    assert read_items(path) == items


@given(st.dictionaries(st.text(), values))
def test_the_members_of_an_object(tmp_path_factory: pytest.TempPathFactory, members: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("object") / "object.json"
    path.write_text(json.dumps(members))
    with JsonReader(path, MOST) as reader:
        assert {key: json.loads(reader.value()) for key in reader.members()} == members
        reader.end()


@pytest.mark.parametrize("size", [CHUNK - 40, CHUNK - 1, CHUNK, 3 * CHUNK])
@pytest.mark.parametrize("filler", ["x", "\\", '"', "{", "ü"])
def test_values_that_cross_the_ends_of_chunks(tmp_path: Path, size: int, filler: str) -> None:
    items = [{"id": number, "text": filler * (size // len(json.dumps(filler)[1:-1]))} for number in range(4)]
    path = tmp_path / "list.json"
    for indent in (None, 2):
        path.write_text(json.dumps(items, indent=indent))
        assert read_items(path) == items


def test_items_that_begin_with_another_key_are_read_too(tmp_path: Path) -> None:
    items = [{("id", "name", "text")[number % 3]: number, "grid": [[0] * 30] * 30} for number in range(300)]
    items[7:9] = [{}, {"x": {"id": [{"id": 1}, {"id": 2}]}}]
    (tmp_path / "list.json").write_text(json.dumps(items))
    assert read_items(tmp_path / "list.json") == items


@pytest.mark.parametrize(
    "content",
    [
        '[1, 2',
        "[1 2]",
        "[1,]",
        "[,1]",
        "[1]]",
        "[1] 1",
        "[tru]",
        '["a]',
        '[{"id": 1}, {"id" 2}]',
        '[{"id": 1}, {"id": 2]',
        '[{"id": 1}, {"id": 2}, {"id": 3',
        '[{"id": 1} {"id": 2}]',
        '[{"id": [1}, {"id": 2}]',
        '[{"id": "\n"}]',
    ],
)  # fmt: skip
def test_a_fault_is_found_where_json_finds_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(content)
    with pytest.raises(json.JSONDecodeError) as wanted:
        json.loads(content)
    with pytest.raises(MalformedJson) as error:
        read_items(path)
    assert (error.value.fault.position, error.value.fault.reason) == (wanted.value.pos, wanted.value.msg)


@pytest.mark.parametrize("content", ["", "{}", "7"])
def test_what_is_no_list_is_no_list(tmp_path: Path, content: str) -> None:
    (tmp_path / "list.json").write_text(content)
    with pytest.raises(MalformedJson, match="Expecting value"):
        read_items(tmp_path / "list.json")


@pytest.mark.parametrize(
    "content", ['{"\udcff": 1}', '{"a" 1}', '{"a": 1,}', "{1: 2}", '{"a": 1', '{"a": 1 "b": 2}']
)
def test_a_malformed_object_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "object.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(MalformedJson), JsonReader(tmp_path / "object.json", MOST) as reader:
        for _ in reader.members():
            reader.value()
        reader.end()


@pytest.mark.parametrize("body", ['{"text": "%s"}', '["%s"]', '"%s"', '{"id": 1, "text": "%s"}'])
def test_only_a_value_beyond_the_bound_is_too_long(tmp_path: Path, body: str) -> None:
    path = tmp_path / "list.json"
    for size, fits in ((MOST - len(body) + 2, True), (MOST - len(body) + 3, False), (3 * MOST, False)):
        path.write_text(f'[{{"id": 0}}, {body % ("x" * size)}, {{"id": 2}}]')
        if fits:
            assert len(read_items(path)) == 3
        else:
            with pytest.raises(ValueTooLong):
                read_items(path)
