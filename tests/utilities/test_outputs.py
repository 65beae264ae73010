"""No output of a script may be one of the files that it needs."""

from pathlib import Path

import pytest

from utilities.config import UsageError
from utilities.outputs import check_outputs


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.jsonl").touch()
    (tmp_path / "link.json").symlink_to("kept.jsonl")
    (tmp_path / "folder").symlink_to(tmp_path)


@pytest.mark.parametrize("name", ["kept.jsonl", "./kept.jsonl", "link.json", "folder/kept.jsonl"])
def test_a_file_that_is_read_is_refused_by_whatever_path(name: str) -> None:
    with pytest.raises(UsageError, match=f"^--json {name} would overwrite a file"):
        check_outputs({"--html": "other.html", "--json": name}, [Path("kept.jsonl").resolve()])


def test_two_outputs_may_not_be_one_file() -> None:
    with pytest.raises(UsageError, match=r"^--json x\.html would overwrite"):
        check_outputs({"--html": "folder/x.html", "--json": "x.html"}, [])


def test_other_outputs_and_those_not_wanted_are_fine() -> None:
    check_outputs({"--html": None, "--json": None, "--submission": "new.json"}, ["kept.jsonl"])
