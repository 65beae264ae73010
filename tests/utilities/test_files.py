"""Files are whole or as they were; JSON lists come back item by item."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.files import FileLock, LockHeld, json_list, remove_leftovers, write_atomically

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize("durable", [True, False])
def test_bytes_and_chunks_are_written_and_missing_folders_made(tmp_path: Path, durable: bool) -> None:
    write_atomically(tmp_path / "new" / "folder" / "one", b"all of it", durable)
    write_atomically(tmp_path / "two", iter([b"in ", b"chunks"]), durable)
    assert (tmp_path / "new" / "folder" / "one").read_bytes() == b"all of it"
    assert (tmp_path / "two").read_bytes() == b"in chunks"


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_half_way_keeps_the_old_file_and_leaves_nothing_behind(
    tmp_path: Path, failure: BaseException
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise failure

    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(failure)) as raised:
        write_atomically(path, chunks())
    assert not isinstance(raised.value, OSError) or raised.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_rename_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="directory") as error:
        write_atomically(folder, b"content")
    assert error.value.filename == str(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_the_mode_of_the_file_and_a_link_to_it_outlive_the_write(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "atomic", b"")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


@given(st.lists(json_values))
def test_a_json_list_is_json_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, values: list[object]
) -> None:
    path = tmp_path_factory.mktemp("list") / "list.json"
    write_atomically(path, json_list(map(msgspec.json.encode, values)))
    assert json.loads(path.read_bytes()) == values
    if values:
        assert path.read_bytes().count(b"\n") == len(values) + 2


def test_a_lock_is_had_by_one_at_a_time_and_names_its_owner(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    for wait in (0.0, 0.1):
        with pytest.raises(LockHeld) as error:
            FileLock(tmp_path / "lock", wait)
        assert error.value.owner == str(os.getpid())
    lock.close()
    FileLock(tmp_path / "lock").close()


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    threading.Timer(0.1, lock.close).start()
    FileLock(tmp_path / "lock", 60).close()


def test_only_leftovers_of_the_file_itself_are_removed(tmp_path: Path) -> None:
    for name in (".a.json.0123abcd.tmp", ".a.json.lock", ".aa.json.0123abcd.tmp", "a.json"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "a.json")
    assert {path.name for path in tmp_path.iterdir()} == {".a.json.lock", ".aa.json.0123abcd.tmp", "a.json"}


def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no ordinary file"):
        write_atomically(tmp_path / "pipe", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
