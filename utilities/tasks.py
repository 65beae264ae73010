"""What an ARC task is. Its grids are kept as JSON and decoded when they are looked at.

A run that only asks never looks: prompts, hashes and records are made from the JSON, which at a few thousand requests a
second halves what a task costs.
"""

import functools
import hashlib
from typing import Annotated, Any, Self

import msgspec

from utilities.grid import MAX_SIDE, Grid

_Row = Annotated[
    list[Annotated[int, msgspec.Meta(ge=0, le=9)]], msgspec.Meta(min_length=1, max_length=MAX_SIDE)
]
_CheckedGrid = Annotated[list[_Row], msgspec.Meta(min_length=1, max_length=MAX_SIDE)]

_encode = msgspec.json.Encoder().encode
_decode_grid = msgspec.json.Decoder(Grid).decode
_decode_checked_grid = msgspec.json.Decoder(_CheckedGrid).decode
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")


class PairJson(msgspec.Struct):
    """A pair as a source holds it, its grids undecoded and unchecked."""

    input: msgspec.Raw
    output: msgspec.Raw = msgspec.Raw(b"null")


class Pair:
    """An input grid and its output; the output is None where the source keeps it secret (Kaggle's test set)."""

    __slots__ = ("_input", "_output")

    def __init__(self, input: Grid, output: Grid | None = None) -> None:
        self._input, self._output = _encode(input), _encode(output)

    @classmethod
    def of_json(cls, input: bytes, output: bytes) -> Self:
        """A pair whose grids are known to be good, from their JSON (`null`: no output)."""
        pair = cls.__new__(cls)
        pair._input, pair._output = input, output
        return pair

    @property
    def input(self) -> Grid:
        """H x W ints 0-9."""
        return _decode_grid(self._input)

    @property
    def output(self) -> Grid | None:
        """H x W ints 0-9."""
        return _decode_grid(self._output) if self.has_output else None

    @property
    def has_output(self) -> bool:
        """False where the output is secret."""
        return self._output != b"null"

    @property
    def input_text(self) -> str:
        """The input as H lines of W digits separated by single spaces."""
        return _digits(self._input)

    @property
    def output_text(self) -> str:
        """The output in the same form. Raises ValueError where it is secret."""
        if not self.has_output:
            raise ValueError("the pair has no output")
        return _digits(self._output)

    @property
    def json(self) -> bytes:
        """`{"input": ..., "output": ...}` without spaces."""
        return b'{"input":%b,"output":%b}' % (self._input, self._output)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self.json == other.json

    def __hash__(self) -> int:
        return hash(self.json)

    def __repr__(self) -> str:
        return f"Pair({self.input!r}, {self.output!r})"


def _digits(grid: bytes) -> str:
    """JSON already holds the digits in this order; only its signs change."""
    return grid.decode()[2:-2].replace("],[", "\n").replace(",", " ")


@functools.cache
def _grids_of_zeros() -> frozenset[bytes]:
    """A grid of zeros of each shape, as JSON without spaces."""
    sides = range(1, MAX_SIDE + 1)
    rows = [b"[" + b",".join([b"0"] * width) + b"]" for width in sides]
    return frozenset(b"[" + b",".join([row] * height) + b"]" for row in rows for height in sides)


def pairs_of_json(pairs: list[PairJson]) -> tuple[Pair, ...]:
    """The pairs of a source as they are; `check_pairs` says whether they are good."""
    return tuple([Pair.of_json(_compact(pair.input), _compact(pair.output)) for pair in pairs])


def _compact(grid: msgspec.Raw) -> bytes:
    return bytes(grid).translate(None, b" \t\r\n")


def check_pairs(train: tuple[Pair, ...], test: tuple[Pair, ...]) -> None:
    """Raises msgspec.ValidationError when these are not the pairs of a task."""
    if not train or not test:
        raise msgspec.ValidationError("a task needs train pairs and test pairs")
    if not all(pair.has_output for pair in train):
        raise msgspec.ValidationError("a train pair has no output")
    plain = _grids_of_zeros()
    for pair in train + test:
        for grid in (pair._input, pair._output):
            # Grids as nearly everybody writes them are known at a glance, ten times as fast as they are decoded.
            if grid.translate(_DIGITS_TO_ZERO) not in plain and grid != b"null":
                _check_grid(grid)


def _check_grid(grid: bytes) -> None:
    rows = _decode_checked_grid(grid)
    if len(set(map(len, rows))) != 1:
        raise msgspec.ValidationError("a grid is not rectangular")


class Task(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One ARC task, or (version above 0) a signed variation of it."""

    task_id: str
    version: int = 0
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    signed_by: tuple[str, ...] = ()
    transform: list[dict[str, Any]] | None = None

    @property
    def key(self) -> tuple[str, int]:
        """(task_id, version): one task of a dataset."""
        return self.task_id, self.version

    @functools.cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the pairs; the order of the train pairs and of the test pairs does not matter."""
        train, test = (b",".join(sorted(pair.json for pair in pairs)) for pairs in (self.train, self.test))
        return hashlib.sha256(train + b"|" + test).hexdigest()

    @property
    def pairs(self) -> msgspec.Raw:
        """`{"train": [...], "test": [...]}` as JSON, as records carry it."""
        train, test = (b",".join(pair.json for pair in pairs) for pairs in (self.train, self.test))
        return msgspec.Raw(b'{"train":[%b],"test":[%b]}' % (train, test))

    @property
    def line(self) -> bytes:
        """This task as it stands in a dataset.json or .jsonl (data/nature_of_data.md): JSON without a line break."""
        head = _encode({"task_id": self.task_id, "version": self.version})
        tail = {"signed_by": self.signed_by} | ({"transform": self.transform} if self.transform else {})
        return head[:-1] + b"," + bytes(self.pairs)[1:-1] + b"," + _encode(tail)[1:]


class _TaskData(msgspec.Struct):
    train: list[PairJson]
    test: list[PairJson]


_decode_task_data = msgspec.json.Decoder(_TaskData).decode


class _Line(_TaskData):
    task_id: str = ""
    version: int = 0


_decode_line = msgspec.json.Decoder(_Line).decode


def task_of_line(line: bytes) -> Task:
    """The task whose `line` this is, without who signed it and how it was made."""
    data = _decode_line(line)
    return Task(
        task_id=data.task_id,
        version=data.version,
        train=pairs_of_json(data.train),
        test=pairs_of_json(data.test),
    )


def task_of_data(task_id: Any, version: Any, task_data: Any) -> Task:
    """A task from its id, version and `{"train": [...], "test": [...]}` as Python objects.

    Raises msgspec.ValidationError when they are not those of a task.
    """
    data = _decode_task_data(_encode(task_data))
    train, test = pairs_of_json(data.train), pairs_of_json(data.test)
    check_pairs(train, test)
    return Task(
        task_id=msgspec.convert(task_id, str),
        version=msgspec.convert(version, int),
        train=train,
        test=test,
    )
