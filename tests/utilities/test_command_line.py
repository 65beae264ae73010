"""What every script does the same way: flags from a dataclass, faults as one sentence, exit codes."""

import dataclasses
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from utilities.command_line import build_parser, parse
from utilities.config import ROOT, RunConfig, at_least_one, setting


@dataclass(frozen=True, kw_only=True)
class Settings:
    results: str = setting(None, "the results, 100% of them", positional=True)
    workers: int = setting(2, "how many", type=at_least_one)
    share: float | None = setting(None, "in %")
    plain: int = setting(0, "a number")
    on: bool = setting(True, "does 50% more")
    off: bool = setting(False, "does %d less")
    names: tuple[str, ...] = setting(("a", "b%"), "several", nargs="+")
    kind: str = setting("x", "which", choices=("x", "y"))


def read(*argv: str) -> Settings:
    return parse(Settings, argv, "Does a thing.", "python a/script.py file --workers 3")


def test_the_defaults_are_those_of_the_dataclass() -> None:
    assert read("file") == Settings(results="file")


def test_every_flag_reaches_its_field_with_its_type() -> None:
    numbers = ["--workers", "3", "--share", "0.5", "--plain", "7"]
    assert read("file", *numbers, "--no-on", "--off", "--names", "p", "q", "r", "--kind", "y") == Settings(
        results="file", workers=3, share=0.5, plain=7, on=False, off=True, names=("p", "q", "r"), kind="y"
    )


def test_a_switch_that_is_on_can_be_turned_off_and_on_again() -> None:
    assert read("file", "--no-on").on is False
    assert read("file", "--on").on is True
    assert read("file", "--no-on", "--on").on is True


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ([], "the following arguments are required: results"),
        (["f", "--workers", "0"], "argument --workers: '0' is not a whole number of 1 or more"),
        (["f", "--workers", "many"], "argument --workers: 'many' is not a whole number of 1 or more"),
        (["f", "--plain", "few"], "argument --plain: invalid int value: 'few'"),
        (["f", "--share", "half"], "argument --share: invalid float value: 'half'"),
        (["f", "--kind", "z"], "argument --kind: invalid choice: 'z'"),
        (["f", "--names"], "argument --names: expected at least one argument"),
        (["f", "--no-off"], "unrecognized arguments: --no-off"),
        (["f", "--work", "3"], "unrecognized arguments: --work 3"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        read(*argv)
    out, err = capsys.readouterr()
    assert stop.value.code == 2
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1
    assert err.endswith("(see --help)\n")


def test_help_shows_purpose_defaults_percent_signs_and_the_example() -> None:
    text = re.sub(
        r"\s+", " ", build_parser(Settings, "Does a thing.", "python a/script.py file").format_help()
    )
    for part in (
        "Does a thing.",
        "the results, 100% of them",
        "how many (default: 2)",
        "in %",
        "--on, --no-on does 50% more (default: on)",
        "--off does %d less",
        "several (default: a b%)",
        "which (default: x)",
        "example: python a/script.py file",
    ):
        assert part in text
    assert text.count("(default: on)") == 1


def test_every_setting_of_a_run_is_a_flag_with_its_help_text() -> None:
    text = re.sub(r"\s+", " ", build_parser(RunConfig, "Runs.", "python x.py").format_help())
    for field in dataclasses.fields(RunConfig):
        assert f"--{field.name}" in text
        assert re.sub(r"\s+", " ", field.metadata["help"]) in text
    assert parse(RunConfig, [], "Runs.", "python x.py") == RunConfig()


# --- exit codes, in a process of their own ---------------------------------------------------------------------------


def run(body: str, stdout: int | None = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
    script = (
        "import os, signal, sys\n"
        "from utilities.command_line import run_main\n"
        "from utilities.config import RunFailed, UsageError\n"
        f"def main():\n    {body}\n"
        "sys.argv = ['some/folder/script.py']\n"
        "run_main(main)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("body", "code", "stderr"),
    [
        ("pass", 0, ""),
        ("return 130", 130, ""),
        ("raise UsageError('give a file')", 2, "script.py: give a file\n"),
        ("raise RunFailed('the key was refused')", 1, "script.py: the key was refused\n"),
        ("open('/nowhere/file')", 1, "script.py: No such file or directory: /nowhere/file\n"),
        ("raise OSError(28, os.strerror(28))", 1, "script.py: No space left on device\n"),
        ("raise ConnectionError('gone')", 1, "script.py: gone\n"),
        ("os.kill(os.getpid(), signal.SIGINT)", 130, "script.py: interrupted\n"),
        ("sys.exit(7)", 7, ""),
    ],
)
def test_how_main_ends_is_the_exit_code_and_at_most_one_sentence(body: str, code: int, stderr: str) -> None:
    done = run(body)
    assert (done.returncode, done.stderr) == (code, stderr)


def test_a_bug_keeps_its_traceback() -> None:
    done = run("{}['key']")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "KeyError: 'key'" in done.stderr


def test_a_reader_who_leaves_early_causes_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run("print('x' * 100)", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("print('x' * 100)", stdout=full.fileno())
    assert (done.returncode, done.stderr) == (1, "script.py: No space left on device\n")
