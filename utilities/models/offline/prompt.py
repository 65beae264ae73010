"""Reading a prompt as a model would: the pairs, the test inputs, what is asked for, and how often it was asked.

Only grids written as rows of digits under headings (Train pair, Input, Output, Test input) are recognised; text in
between is skipped. The wording of the prompts is the agents' business.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from utilities.grid import Grid, is_grid
from utilities.model_utils import Message

Wanted = Literal["code", "grid", "words"]

_ROW = re.compile(r"[\s\[(|,]*\d(?:[\s,|]+\d)*[\s\])|,]*")
_TEST_INPUT = re.compile(r"\btest\s+input\b", re.IGNORECASE)
_HEADING = re.compile(
    r"\W*(?P<of>test|train\w*|example|demonstration)?\b.*?\b(?P<role>input|output)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Question:
    """What a conversation asks."""

    pairs: tuple[tuple[Grid, Grid], ...]
    tests: tuple[Grid, ...]
    wanted: Wanted
    rejected: int
    """How many answers were given before in this conversation."""


def read_question(messages: Sequence[Message]) -> Question:
    """What the conversation asks; `pairs` is empty when no message shows any."""
    asked = [message.content for message in messages if message.role == "user"]
    pairs: list[tuple[Grid, Grid]] = []
    tests: list[Grid] = []
    for text in asked:
        pairs, tests = _read_grids(text)
        if pairs:
            break
    return Question(
        tuple(pairs), tuple(tests), _wanted(messages, asked), sum(m.role == "assistant" for m in messages)
    )


def _wanted(messages: Sequence[Message], asked: Sequence[str]) -> Wanted:
    """Decided by the latest of the user's messages that tells; then by the system prompt; else words."""
    for text in reversed(asked):
        if "solve_task" in text:
            return "code"
        if _TEST_INPUT.search(text):
            return "grid"
    return (
        "code"
        if any("solve_task" in message.content for message in messages if message.role == "system")
        else "words"
    )


def _read_grids(text: str) -> tuple[list[tuple[Grid, Grid]], list[Grid]]:
    pairs: list[tuple[Grid, Grid]] = []
    tests: list[Grid] = []
    pending: Grid | None = None
    for role, grid in _titled_grids(text):
        if role == "test":
            tests.append(grid)
        elif role == "input":
            pending = grid
        elif role == "output" and pending is not None:
            pairs.append((pending, grid))
            pending = None
    return pairs, tests


def _titled_grids(text: str) -> Iterator[tuple[str, Grid]]:
    """Each grid of the text with its role: `input`, `output`, `test` or `` when no heading tells."""
    role, in_test, rows = "", False, []
    for line in [*text.splitlines(), ""]:
        if _ROW.fullmatch(line):
            rows.append([int(digit) for digit in re.findall(r"\d", line)])
            continue
        if rows:
            if is_grid(rows):
                yield role, rows
            role, rows = "", []
        if re.match(r"\W*(train\w*|example)\b", line, re.IGNORECASE):
            in_test = False
        elif re.match(r"\W*test\b", line, re.IGNORECASE):
            in_test = True
        heading = _HEADING.match(line)
        if heading:
            named = heading["role"].lower()
            role = named if not in_test else "test" if named == "input" else ""
