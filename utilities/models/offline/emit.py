"""Writing a program out: as a self-contained `solve_task` and as words.

The operations' own sources are what is emitted (without type annotations), so the code that was searched and the code
that is handed over are the same.
"""

import ast
import dis
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from utilities.models.offline.program import INPUT, Step, in_order
from utilities.models.offline.words import kind_of, sentence

_NAMES = {"scene": "objects", "pieces": "pieces", "layer": "layer", "tint": "tint", "grid": "picture"}
_PACKAGE = "utilities.models.offline.dsl."


def write_code(program: Step) -> str:
    """Python source that defines `solve_task(input_grid)`; needs nothing but numpy and the standard library."""
    steps = in_order(program)
    functions = _needed(steps)
    body = [*_body(program, steps)]
    imports = ["import numpy as np"]
    if any("Counter" in _names_in(function.__code__) for function in functions):
        imports.insert(0, "from collections import Counter\n")
    parts = ["\n".join(imports), *[_bare_source(function) for function in functions], "\n".join(body)]
    return "\n\n\n".join(parts) + "\n"


def _body(program: Step, steps: list[Step]) -> Iterator[str]:
    yield "def solve_task(input_grid):"
    yield "    grid = np.array(input_grid)"
    names = {INPUT: "grid"}
    for step in steps:
        names[step] = "answer" if step is program else _free_name(step, names)
        yield from textwrap.wrap(
            f"{sentence(step)}.", 100, initial_indent="    # ", subsequent_indent="    # "
        )
        yield f"    {names[step]} = {_call(step, names)}"
    yield f"    return {names[program]}.tolist()"


def _free_name(step: Step, names: dict[Step, str]) -> str:
    stem = _NAMES[kind_of(step)]
    taken = sum(name.startswith(stem) for name in names.values())
    return f"{stem}_{taken + 1}" if taken else stem


def function_of(step: Step) -> FunctionType:
    """The step's operation. Raises TypeError when it is not a plain function, whose source could be read."""
    if not isinstance(step.function, FunctionType):
        raise TypeError(f"a step must be a plain function to be written out, not {step.function!r}")
    return step.function


def _call(step: Step, names: dict[Step, str]) -> str:
    arguments = [
        f"[{', '.join(names[one] for one in taken)}]" if isinstance(taken, tuple) else names[taken]
        for taken in step.takes
    ]
    arguments += [f"{name}={literal(value)}" for name, value in step.constants]
    return f"{function_of(step).__name__}({', '.join(arguments)})"


def literal(value: Any) -> str:
    """A constant as Python source; functions by their names."""
    if isinstance(value, FunctionType):
        return value.__name__
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def _needed(steps: list[Step]) -> list[FunctionType]:
    """The functions that the steps call, directly or not, each before those that use it."""
    found: list[FunctionType] = []

    def visit(function: FunctionType) -> None:
        if function in found or not function.__module__.startswith(_PACKAGE):
            return
        for name in _names_in(function.__code__):
            used = function.__globals__.get(name)
            if isinstance(used, FunctionType) and used is not function:
                visit(used)
        found.append(function)

    for step in steps:
        for _, value in step.constants:
            for function in _functions_in(value):
                visit(function)
        visit(function_of(step))
    return found


def _functions_in(value: Any) -> Iterator[FunctionType]:
    if isinstance(value, FunctionType):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _functions_in(item)


def _names_in(code: CodeType) -> list[str]:
    """The global names that a function's code (and code nested in it) reads."""
    own = [one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    nested = [name for const in code.co_consts if isinstance(const, CodeType) for name in _names_in(const)]
    return [*own, *nested]


@cache
def _bare_source(function: FunctionType) -> str:
    """The function's source without declaration and type annotations; comments and layout stay."""
    source = inspect.getsource(function).rstrip()
    source = source[source.index("def ") :]
    lines = source.splitlines()
    cuts: list[tuple[int, int, int, int]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.returns:
            cuts.append((*_before(lines, node.returns, "->"), *_end(node.returns)))
        elif isinstance(node, ast.arg) and node.annotation:
            cuts.append((*_before(lines, node.annotation, ":"), *_end(node.annotation)))
        elif isinstance(node, ast.AnnAssign):
            cuts.append((*_end(node.target), *_end(node.annotation)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript):
            cuts.append((*_end(node.func.value), *_end(node.func)))
    for row, start, end_row, end in sorted(cuts, reverse=True):
        if row != end_row:
            raise ValueError(f"an annotation in {function.__name__} runs over more than one line")
        lines[row] = lines[row][:start].rstrip() + lines[row][end:]
    return "\n".join(lines)


def _before(lines: list[str], node: ast.expr, sign: str) -> tuple[int, int]:
    """Where the sign that introduces an annotation begins."""
    row = node.lineno - 1
    return row, lines[row].rindex(sign, 0, node.col_offset)


def _end(node: ast.expr) -> tuple[int, int]:
    return (node.end_lineno or 1) - 1, node.end_col_offset or 0
