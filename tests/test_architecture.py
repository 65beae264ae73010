"""Imports point one way: scripts and apps/server -> agents -> utilities; nothing imports a script."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = {"synthetic_data_generators", "benchmark", "auxiliary_utilities"}
ROOMS = ["utilities", "agents", *sorted(SCRIPTS), "apps"]
MAY_IMPORT = {
    "utilities": {"utilities"},
    "agents": {"agents", "utilities"},
    "apps": {"apps", "agents", "utilities"},
    **{scripts: {"agents", "utilities"} for scripts in SCRIPTS},
}
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    ours = {module.split(".")[0] for module in imported_modules(path)} & set(ROOMS)
    assert ours <= MAY_IMPORT[room]


def test_the_rule_sees_every_room() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} >= {
        "utilities",
        "agents",
        "synthetic_data_generators",
    }


def test_grid_imports_nothing_of_ours() -> None:
    modules = {module.split(".")[0] for module in imported_modules(ROOT / "utilities" / "grid.py")}
    assert not modules & set(ROOMS)


@pytest.mark.parametrize("room", ["utilities", "agents"])
def test_flask_stays_in_the_server(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert not any(module.split(".")[0] in ("flask", "werkzeug") for module in imported_modules(path)), (
            path
        )
