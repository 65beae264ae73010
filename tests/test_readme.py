"""The readme cannot drift from the scripts."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from utilities.command_line import flag_table
from utilities.config import MODELS, RunConfig

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "readme.md").read_text(encoding="utf-8")
SHELL = re.sub(r"\\\n\s*", " ", "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)))
COMMANDS = re.findall(r"^\S*python (\S+\.py.*)$", SHELL, re.MULTILINE)


BENCHMARK = runpy.run_path(str(ROOT / "benchmark" / "run_code_benchmark.py"))["CodeBenchmarkConfig"]


@pytest.mark.parametrize(
    ("name", "table"),
    [("flags", flag_table(RunConfig)), ("benchmark flags", flag_table(BENCHMARK, beyond=RunConfig))],
)
def test_the_flag_tables_are_those_of_the_settings(name: str, table: str) -> None:
    shown = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", README, re.DOTALL)
    assert shown, f"the readme has no table of {name}"
    assert shown[1] == table, f"the readme's table should be:\n{table}"


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_name_scripts_and_flags_that_exist(command: str) -> None:
    script, _, rest = command.partition(" ")
    assert (ROOT / script).is_file(), script
    known = set(re.findall(r"--(?:no-)?\w+", _help(script)))
    assert set(re.findall(r"--(?:no-)?\w+", rest)) <= known


def test_every_model_is_named() -> None:
    assert all(f"`{name}`" in README for name in MODELS)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE)) <= targets


def test_files_named_in_the_readme_exist() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_requirements_are_explained() -> None:
    explained = (ROOT / "memory_bank" / "techContext.md").read_text(encoding="utf-8")
    for name in ("requirements.txt", "requirements-export.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if package := re.match(r"[a-z][\w-]*", line):
                assert f"`{package[0]}`" in explained, package[0]


def _help(script: str) -> str:
    import subprocess

    return subprocess.run(
        [sys.executable, ROOT / script, "--help"], capture_output=True, text=True, check=True
    ).stdout
