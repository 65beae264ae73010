"""The figures of a run in words: the table of runs, on the page and on the screen, and what has to be said about them."""

from collections.abc import Sequence

from utilities.progress import duration
from utilities.report.figures import RunFigures
from utilities.scoreboard import score_notes
from utilities.scoring import Interval, Scores
from utilities.terminal import printable

COLUMNS = ("Run", "Score", "Tasks solved", "pass@1", "Oracle", "Cost", "Per solved task", "Tokens", "Time")
_ON_SCREEN = ("Score", "Tasks solved", "pass@1", "Cost", "Per solved task", "Tokens")

Cell = tuple[str, str, str]
"""(column, figure, remark)."""


def run_cells(run: RunFigures) -> list[Cell]:
    """A row of the table of runs."""
    scores, info = run.scores, run.run
    tokens = sum(scores.usage.get(name, 0) for name in ("prompt_tokens", "completion_tokens"))
    thought = scores.usage.get("reasoning_tokens", 0)
    values = (
        (info.name, _described(run)),
        (percent(scores.score), _between(scores.score_interval)),
        (f"{scores.tasks_solved:,}", f"of {scores.tasks_scored:,}"),
        (percent(scores.pass_at_k.get("1")), _between(scores.pass_at_k_intervals.get("1"))),
        (percent(scores.oracle), _between(scores.oracle_interval)),
        (dollars(scores.cost), ""),
        (dollars(scores.cost_per_solved_task), ""),
        (f"{tokens:,}", f"{thought:,} to reason" if thought else ""),
        (duration(info.runtime_seconds) if info.runtime_seconds else "–", _generated(scores)),
    )
    return [(column, *value) for column, value in zip(COLUMNS, values, strict=True)]


def _described(run: RunFigures) -> str:
    info = run.run
    settings = [f"{name.replace('_', ' ')} {value}" for name, value in info.settings.items()]
    model = info.model_id if not (info.model_identifier or "").endswith(info.model_id or "") else None
    parts = [
        model,
        info.script and info.script.replace("_", " "),
        *settings,
        info.run_id or None,
        info.status,
    ]
    return " · ".join(part for part in parts if part)


def _generated(scores: Scores) -> str:
    return f"{duration(scores.generation_time_seconds)} of replies" if scores.generation_time_seconds else ""


def percent(value: float | None) -> str:
    """A score as `41.7 %`."""
    return "–" if value is None else f"{value * 100:.1f} %"


def _between(interval: Interval | None) -> str:
    return f"{interval.low * 100:.1f} to {interval.high * 100:.1f}" if interval else ""


def dollars(cost: float | None) -> str:
    """US dollars, with more digits where there are few of them."""
    if cost is None:
        return "–"
    return f"${cost:,.2f}" if cost >= 1 or cost == 0 else f"${cost:.2g}" if cost < 0.001 else f"${cost:.4f}"


def run_notes(run: RunFigures, name_it: bool) -> list[str]:
    """What a reader must know to read the figures of a run rightly."""
    notes = []
    if run.run.tasks_asked is None:
        notes.append(
            "its file does not say how many tasks were asked for; scores are over those that have a result"
        )
    notes += score_notes(run.scores)
    return [f"{run.run.name}: {note}." if name_it else f"{note[0].upper()}{note[1:]}." for note in notes]


def print_table(runs: Sequence[RunFigures]) -> None:
    """Print the table of runs and the notes to stdout."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text  # as Text, what a file says is shown and never taken for markup

    table = Table(Column("Run", overflow="fold"), *_ON_SCREEN, show_lines=len(runs) > 1)
    for run in runs:
        figures = [
            f"{value}\n{remark}".strip() for name, value, remark in run_cells(run) if name in _ON_SCREEN
        ]
        table.add_row(Text(printable(run.run.name)), *map(Text, figures))
    console = Console()
    if not console.is_terminal:
        console.width = 120
    console.print(table)
    for run in runs:
        for note in run_notes(run, len(runs) > 1):
            print(printable(note))
