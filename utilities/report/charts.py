"""The charts of a report. Everything that they say is in the tables of the page too."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from utilities.report.drawing import (
    colour,
    costs_along,
    count_along,
    draw_svg,
    name_rows,
    seconds_along,
    short_number,
    title_rows,
)
from utilities.report.figures import RunFigures
from utilities.scoring import CLASSES
from utilities.terminal import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 44


class Chart(msgspec.Struct, frozen=True):
    """One chart."""

    title: str
    note: str
    """What it shows, in a sentence."""
    svg: str


def make_charts(runs: Sequence[RunFigures]) -> list[Chart]:
    """The charts that these runs have something to show in."""
    charts = [
        _scores(runs),
        _pass_at_k(runs),
        _failures(runs),
        _cost(runs),
        _tokens(runs),
        _times(runs),
    ]
    return [chart for chart in charts if chart is not None]


def _name(run: RunFigures) -> str:
    name = printable(run.run.name)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


# --- the charts ------------------------------------------------------------------------------------------------------


def _scores(runs: Sequence[RunFigures]) -> Chart | None:
    shown = [(place, run) for place, run in enumerate(runs) if run.scores.score is not None]
    if not shown:
        return None

    def draw(axes: "Axes") -> None:
        for row, (place, run) in enumerate(shown):
            _draw_score(axes, row, place, run)
        title_rows(axes, [_name(run) for _, run in shown])
        axes.set_xlim(0, 100)
        axes.xaxis.set_major_formatter("{x:.0f} %")

    title, note = (
        "Score",
        "Mean task score with its 95 % interval; the hollow mark is the oracle, the best of all attempts.",
    )
    return Chart(title, note, draw_svg("scores", title, draw, 0.7 + 0.62 * len(shown)))


def _draw_score(axes: "Axes", row: int, place: int, run: RunFigures) -> None:
    scores = run.scores
    if scores.score is None or scores.score_interval is None or scores.oracle is None:
        return
    low, high = scores.score_interval
    axes.plot(
        [100 * low, 100 * high],
        [row, row],
        color=colour(place),
        linewidth=6,
        alpha=0.3,
        solid_capstyle="round",
    )
    axes.plot(
        100 * scores.oracle, row, "o", markersize=9, markerfacecolor="none", markeredgecolor=colour(place)
    )
    axes.plot(100 * scores.score, row, "o", markersize=9, color=colour(place))
    axes.annotate(
        f"{100 * scores.score:.1f} %",
        (1, row),
        (0, 11),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
    )


def _pass_at_k(runs: Sequence[RunFigures]) -> Chart | None:
    shown = [(place, run) for place, run in enumerate(runs) if len(run.scores.pass_at_k) > 1]
    if not shown:
        return None

    def draw(axes: "Axes") -> None:
        for place, run in shown:
            ks = [int(k) for k in run.scores.pass_at_k]
            low, high = zip(*run.scores.pass_at_k_intervals.values(), strict=True)
            axes.fill_between(ks, _percent(low), _percent(high), color=colour(place), alpha=0.13, linewidth=0)
            chances = _percent(run.scores.pass_at_k.values())
            axes.plot(ks, chances, "o-", color=colour(place), markersize=5, label=_name(run))
        axes.set_ylim(0, 100)
        axes.yaxis.set_major_formatter("{x:.0f} %")
        axes.set_xticks(ks if len(ks) <= 12 else [1, *range(10, len(ks) + 1, max(10, len(ks) // 50 * 10))])
        axes.set_xlabel("attempts (k)")

    title, note = (
        "pass@k",
        "The chance that at least one of k attempts is right on every test input, with its 95 % interval.",
    )
    return Chart(title, note, draw_svg("pass-at-k", title, draw, 3.0, legend=len(shown)))


def _percent(values: Any) -> list[float]:
    return [100 * value for value in values]


def _failures(runs: Sequence[RunFigures]) -> Chart | None:
    known = {name for run in runs for name in run.scores.failures}
    classes = [name for name in CLASSES if name in known] + sorted(known - set(CLASSES))
    if not classes:
        return None

    def draw(axes: "Axes") -> None:
        thickness = 0.8 / len(runs)
        for place, run in enumerate(runs):
            rows = [row - 0.4 + (place + 0.5) * thickness for row in range(len(classes))]
            counts = [run.scores.failures.get(name, 0) for name in classes]
            bars = axes.barh(rows, counts, thickness * 0.9, color=colour(place), label=_name(run))
            axes.bar_label(bars, [f"{count:,}" if count else "" for count in counts], padding=3, fontsize=9)
        name_rows(axes, [name.replace("_", " ") for name in classes])
        count_along(axes)

    title, note = "Failures", "Attempts that are not right, by class."
    height = 0.8 + len(classes) * max(0.36, 0.17 * len(runs))
    return Chart(title, note, draw_svg("failures", title, draw, height, legend=len(runs)))


def _cost(runs: Sequence[RunFigures]) -> Chart | None:
    shown = [
        (place, run) for place, run in enumerate(runs) if run.scores.cost and run.scores.score is not None
    ]
    if len(shown) < 2:
        return None

    def draw(axes: "Axes") -> None:
        for place, run in shown:
            cost = (run.scores.cost or 0) / max(1, run.scores.tasks_asked - run.scores.tasks_missing)
            axes.plot(
                cost, 100 * (run.scores.score or 0), "o", markersize=9, color=colour(place), label=_name(run)
            )
        axes.set_xscale("log")
        costs_along(axes)
        axes.set_ylim(0, 100)
        axes.yaxis.set_major_formatter("{x:.0f} %")
        axes.set_xlabel("US dollars per task answered")

    title, note = "Score and cost", "What a task cost on average, and the score."
    return Chart(title, note, draw_svg("cost", title, draw, 3.0, legend=len(shown)))


def _tokens(runs: Sequence[RunFigures]) -> Chart | None:
    if not any(
        run.scores.usage.get("prompt_tokens") or run.scores.usage.get("completion_tokens") for run in runs
    ):
        return None

    def draw(axes: "Axes") -> None:
        for place, run in enumerate(runs):
            asked, answered = (run.scores.usage.get(f"{kind}_tokens", 0) for kind in ("prompt", "completion"))
            axes.barh(place, asked, 0.34, color=colour(place), alpha=0.35)
            bars = axes.barh(place, answered, 0.34, left=asked, color=colour(place))
            axes.bar_label(bars, [f"{asked + answered:,}"], padding=4, fontsize=9)
        title_rows(axes, [_name(run) for run in runs])
        axes.margins(x=0.18)
        axes.xaxis.set_major_formatter(short_number)

    title, note = "Tokens", "Tokens of the prompts (pale) and of the replies."
    return Chart(title, note, draw_svg("tokens", title, draw, 0.7 + 0.62 * len(runs)))


def _times(runs: Sequence[RunFigures]) -> Chart | None:
    shown = [(place, run) for place, run in enumerate(runs) if run.seconds_per_task]
    if not shown:
        return None

    def draw(axes: "Axes") -> None:
        for place, run in shown:
            ends = [end for end, _ in run.seconds_per_task]
            total = sum(tasks for _, tasks in run.seconds_per_task)
            reached = [
                100 * sum(tasks for _, tasks in run.seconds_per_task[: row + 1]) / total
                for row in range(len(ends))
            ]
            axes.step(
                [ends[0] / 2**0.5, *ends], [0, *reached], where="post", color=colour(place), label=_name(run)
            )
        axes.set_xscale("log")
        axes.set_ylim(0, 100)
        seconds_along(axes)
        axes.yaxis.set_major_formatter("{x:.0f} %")

    title, note = (
        "Time",
        "The share of tasks whose replies took at most so long, all their attempts together.",
    )
    return Chart(title, note, draw_svg("times", title, draw, 3.0, legend=len(shown)))
