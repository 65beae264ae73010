"""Programs are one when they differ only in what a reader would not call a difference, and never when they may act apart."""

import builtins

import pytest

from utilities.program_identity import program_sha256

PROGRAM = """
import numpy as np

def solve_task(grid):
    height, width = np.shape(grid)
    return [[grid[row][column] for column in range(width)] for row in range(height)]
"""


def same(one: str, other: str) -> bool:
    return program_sha256(one) == program_sha256(other)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            "# a word\n" + PROGRAM.replace("    return", "\n    # and another\n    return"), id="comments"
        ),
        pytest.param(PROGRAM.replace("(grid):", "(grid):\n    '''What it does.'''"), id="docstring"),
        pytest.param(PROGRAM.replace(" = ", "=").replace("    ", "  ") + "\n\n", id="layout"),
        pytest.param(PROGRAM.replace("grid[row][column]", "(grid[row])[column]"), id="brackets"),
        pytest.param(
            PROGRAM.replace("height", "h").replace("width", "w").replace("row", "r").replace("grid", "g"),
            id="names",
        ),
        pytest.param(PROGRAM.replace("height", "width_").replace("width,", "width,"), id="one name"),
    ],
)
def test_what_a_reader_would_not_call_a_difference_is_none(other: str) -> None:
    assert other != PROGRAM
    assert same(PROGRAM, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = a - b", "x = b - a"),
        ("a = 1; b = 2; x = a - b", "a = 1; b = 2; x = b - a"),
        ("def solve_task(g): return g", "def solve(g): return g"),
        ("def f(a, b): return a - b\nx = f(a=1, b=2)", "def f(b, a): return b - a\nx = f(a=1, b=2)"),
        ("class C: a = 1; b = 2\nx = C.a", "class C: b = 1; a = 2\nx = C.a"),
        ("class C: a = 1; b = 2\nx = getattr(C, 'a')", "class C: b = 1; a = 2\nx = getattr(C, 'a')"),
        ("a = 1; b = 2\nx = globals()['a']", "b = 1; a = 2\nx = globals()['a']"),
        ("a = 1; b = 2\nx = eval('a')", "b = 1; a = 2\nx = eval('a')"),
        ("a = 1\nx = [max(y) for y in z]", "a = 1\nx = [min(y) for y in z]"),
        ("import numpy as np\nx = np.max(y)", "import scipy as np\nx = np.max(y)"),
        ("from numpy import rot90 as r\nx = r(y)", "from numpy import flipud as r\nx = r(y)"),
        ("from math import *\nx = sin(y)", "from math import *\nx = cos(y)"),
        ("def f():\n    max = 3\ndef g(y): return max(y)", "def f():\n    min = 3\ndef g(y): return min(y)"),
        ("x = 1", "x = 1.0"),
        ("x = 'a'", "x = 'b'"),
    ],
)
def test_programs_that_may_act_apart_are_two(one: str, other: str) -> None:
    assert not same(one, other)


def test_text_that_is_no_python_is_told_apart_by_itself() -> None:
    assert same("def (", " def (\n")
    assert not same("def (", "def )")
    assert not same("\0", "\0\0")
    assert not same("x = '\ud800'", "x = '\ud801'")
    assert len(program_sha256("(" * 10_000)) == 64


def test_names_of_builtins_stay_whatever_they_are() -> None:
    for name in dir(builtins):
        if name.isidentifier() and name not in ("True", "False", "None"):
            assert not same(f"x = {name}", "x = solve_task"), name
