"""The tasks of the table: a short line per task for filters, and the whole story packed for when it is looked at."""

import base64
import gzip
from collections.abc import Iterator
from typing import Any

import msgspec

from utilities.records import Record
from utilities.scoring import AttemptResult, TaskResult, of_attempt
from utilities.scoring.choice import grid_at

PAGE_CHARACTERS = 60_000_000
"""What all texts of a page may come to, before they are packed; long ones are cut to keep within it."""
LONGEST_TEXT, SHORTEST_CUT = 20_000, 2_000


class Row(msgspec.Struct, kw_only=True):
    """One task in every run that has it."""

    task_id: str
    version: int
    cards: dict[int, "Card"]
    """By the number of the run."""
    pairs: bytes
    """`task_data` as JSON."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What one run made of a task."""

    score: float | None
    classes: list[str]
    """Per attempt `right`, `unknown` or its failure class."""
    attempts: bytes
    """Every attempt as gzipped JSON."""


def make_card(record: Record, result: TaskResult) -> Card:
    """The card of one result."""
    attempts = [_attempt(record, result, number, judged) for number, judged in enumerate(result.attempts)]
    packed = gzip.compress(msgspec.json.encode(attempts), compresslevel=6)
    return Card(
        score=result.score, classes=[attempt_class(judged) for judged in result.attempts], attempts=packed
    )


def attempt_class(attempt: AttemptResult) -> str:
    """`right`, a failure class, or `unknown` where test outputs are secret."""
    return "right" if attempt.right else attempt.failure or "unknown"


def text_limit(attempts: int) -> int:
    """How many characters each text of so many attempts may have."""
    return max(SHORTEST_CUT, min(LONGEST_TEXT, PAGE_CHARACTERS // max(1, attempts)))


def pack(row: Row, limit: int) -> str:
    """Everything about a task as base64 of gzipped JSON: no character of it means anything in HTML.

    Texts of more than `limit` characters are cut, and say so.
    """
    runs = [{"run": run, "attempts": _unpacked(card, limit)} for run, card in sorted(row.cards.items())]
    whole = msgspec.json.encode({"task": msgspec.Raw(row.pairs), "runs": runs})
    return base64.b64encode(gzip.compress(whole, compresslevel=6, mtime=0)).decode()


def _unpacked(card: Card, limit: int) -> list[Record]:
    attempts: list[Record] = msgspec.json.decode(gzip.decompress(card.attempts))
    for attempt in attempts:
        attempt["texts"] = [(title, _cut(text, limit)) for title, text in attempt["texts"]]
    return attempts


def _attempt(record: Record, result: TaskResult, number: int, judged: AttemptResult) -> Record:
    outputs = record.get("answers") or record.get("test_outputs")
    grids = [grid_at(of_attempt(outputs, number), index) for index in range(result.inputs)]
    return {
        "outputs": grids,
        "submitted": [
            [name for name, submitted in chosen.items() if grid is not None and submitted == grid]
            for chosen, grid in zip(result.submission, grids, strict=True)
        ],
        "class": attempt_class(judged),
        "right": judged.inputs_right,
        "without_grid": judged.without_grid,
        "reason": _text(of_attempt(record.get("verification_reason"), number)),
        "hard_coded": of_attempt(record.get("hard_coded"), number) is True,
        "texts": [(title, text) for title, text in _texts(record, number) if text],
    }


def _texts(record: Record, number: int) -> Iterator[tuple[str, str]]:
    """(title, text) of all that an attempt said, in the order in which it came about."""

    def said(name: str) -> str:
        return _text(of_attempt(record.get(name), number))

    yield "Error", said("error")
    yield "Thinking", said("thinking")
    yield ("Reasoning", said("reasoning")) if said("reasoning") else ("Response", said("response"))
    for place, follow_up in enumerate(of_attempt(record.get("refinements"), number) or (), start=1):
        yield f"Follow-up {place}", _text(follow_up.get("response")) or _text(follow_up.get("error"))
    yield "Code", said("python_code")
    yield "Printed", said("stdout")


def _text(value: Any) -> str:
    """A field of an attempt as text; those of several test inputs follow each other."""
    if isinstance(value, list):
        parts = [(number, _text(part)) for number, part in enumerate(value, start=1)]
        return "\n\n".join(
            f"Test input {number}\n{part}" if len(value) > 1 else part for number, part in parts if part
        )
    if isinstance(value, dict):
        return f"{value.get('type')}: {value.get('message')}"
    return "" if value is None else str(value)


def _cut(text: str, limit: int) -> str:
    left_out = len(text) - limit
    return (
        text if left_out <= 0 else f"{text[:limit]}\n… {left_out:,} more characters are in the results file"
    )
