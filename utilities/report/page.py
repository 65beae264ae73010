"""The page: figures, charts and rows put into page.html, with everything that it needs inside it."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from utilities.report.charts import make_charts
from utilities.report.drawing import SERIES
from utilities.report.figures import RunFigures
from utilities.report.rows import Row, pack, text_limit
from utilities.report.summary import COLUMNS, run_cells, run_notes

MOST_ROWS = 20_000
"""A browser takes no longer table; the figures are over all tasks all the same."""
_FOLDER = Path(__file__).resolve().parent


class _Chip(NamedTuple):
    run: str
    colour: int
    state: str
    text: str


def page_chunks(
    title: str, made: str, runs: Sequence[RunFigures], rows: Sequence[Row], testing_interface: str | None
) -> Iterator[bytes]:
    """The page in pieces, in UTF-8."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _asset("page.js")
    stream = environment.get_template("page.html").stream(
        title=title,
        made=made,
        testing_interface=testing_interface,
        style=Markup(_asset("page.css")),
        script=Markup(script),
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        columns=COLUMNS,
        runs=[
            {"name": run.run.name, "colour": place % SERIES, "cells": run_cells(run)}
            for place, run in enumerate(runs)
        ],
        run_names=[{"name": run.run.name, "colour": place % SERIES} for place, run in enumerate(runs)],
        notes=[note for run in runs for note in run_notes(run, len(runs) > 1)],
        charts=[
            {"title": chart.title, "note": chart.note, "svg": Markup(chart.svg)}
            for chart in make_charts(runs)
        ],
        classes=sorted({name for row in rows for card in row.cards.values() for name in card.classes}),
        rows=_shown_rows(runs, rows),
        left_out=f"The first {MOST_ROWS:,} of {len(rows):,} tasks are listed."
        if len(rows) > MOST_ROWS
        else "",
    )
    stream.enable_buffering(50)
    return (chunk.encode("utf-8", "replace") for chunk in stream)


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _shown_rows(runs: Sequence[RunFigures], rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    limit = text_limit(sum(len(card.classes) for row in rows for card in row.cards.values()))
    for row in rows[:MOST_ROWS]:
        cards = sorted(row.cards.items())
        known = [{"run": run, "solved": _solved(card.score), "classes": card.classes} for run, card in cards]
        yield {
            "task_id": row.task_id,
            "version": row.version,
            "runs": msgspec.json.encode(known).decode(),
            "chips": [_chip(runs[run].run.name, run, card.score) for run, card in cards],
            "packed": pack(row, limit),
        }


def _solved(score: float | None) -> bool | None:
    return None if score is None else score == 1.0


def _chip(name: str, run: int, score: float | None) -> _Chip:
    """What a run made of a task, in a word."""
    if score is None:
        return _Chip(name, run % SERIES, "", "no test outputs")
    if score == 1.0:
        return _Chip(name, run % SERIES, "solved", "solved")
    return _Chip(
        name, run % SERIES, "failed" if score == 0 else "part", "failed" if score == 0 else f"{score:.0%}"
    )
