"""The readme cannot drift from the scripts."""

import re
import sys
from pathlib import Path

import pytest

from utilities.command_line import flag_table
from utilities.config import MODELS, RunConfig

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "readme.md").read_text(encoding="utf-8")
SHELL = re.sub(r"\\\n\s*", " ", "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL)))
COMMANDS = re.findall(r"^\S*python (\S+\.py.*)$", SHELL, re.MULTILINE)


def test_the_flag_table_is_the_one_of_run_config() -> None:
    shown = re.search(r"<!-- flags -->\n(.*?)\n<!-- end of flags -->", README, re.DOTALL)
    assert shown, "the readme has no flag table"
    assert shown[1] == flag_table(RunConfig), f"the readme's table should be:\n{flag_table(RunConfig)}"


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
