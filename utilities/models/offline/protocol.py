"""What the OFFLINE model and its worker processes say to each other: one line of JSON each way."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, get_args

import msgspec

from utilities.grid import Grid

EffortName = Literal["low", "medium", "high"]
EFFORT_NAMES: tuple[EffortName, ...] = get_args(EffortName)
"""What `--reasoning_effort` may be; search.py says what each may cost."""


class Job(msgspec.Struct, frozen=True):
    """What is searched for."""

    pairs: tuple[tuple[Grid, Grid], ...]
    tests: tuple[Grid, ...] = ()
    effort: EffortName = "medium"


class Solution(msgspec.Struct, frozen=True):
    """A program that is right on all pairs of a job."""

    words: str
    """What it does, step by step."""
    code: str
    """Self-contained source that defines `solve_task`."""
    answers: tuple[Grid, ...] = ()
    """Its output for each test input of the job."""


def encode_line(value: object) -> bytes:
    """A value as one line."""
    return msgspec.json.encode(value) + b"\n"


def decode_job(line: bytes) -> Job:
    """The line written for a Job."""
    return msgspec.json.decode(line, type=Job)


def decode_solutions(line: bytes) -> list[Solution]:
    """The line written for a list of Solutions."""
    return msgspec.json.decode(line, type=list[Solution])


def contradict(pairs: Sequence[tuple[Grid, Grid]]) -> bool:
    """Whether two of the pairs have the same input and different outputs: then no program is right on both."""
    return any(one == other and two != another for (one, two), (other, another) in combinations(pairs, 2))
