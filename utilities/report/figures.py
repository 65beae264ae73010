"""The figures of each run, as the page and `--json` show them. Counts only: memory does not grow with the tasks."""

import math
from collections import Counter

import msgspec

from utilities.report.sources import RunInfo
from utilities.scoring import Scores, Tally, TaskResult

BINS_PER_DOUBLING = 2
"""How fine the histogram of generation times is."""


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One run in figures."""

    run: RunInfo
    scores: Scores
    seconds_per_task: list[tuple[float, int]]
    """Generation time: (upper end in seconds, tasks) of each bin, rising; a bin begins at its end / 2 ** 0.5."""


class RunCount:
    """Adds up one run."""

    def __init__(self, run: RunInfo) -> None:
        self.run = run
        self._tally = Tally()
        self._times: Counter[int] = Counter()

    def add(self, result: TaskResult) -> None:
        """Count one task; each task of the run once."""
        self._tally.add(result)
        if result.seconds > 0:
            self._times[math.ceil(math.log2(result.seconds) * BINS_PER_DOUBLING)] += 1

    def figures(self) -> RunFigures:
        """The figures so far."""
        times = [(2 ** (place / BINS_PER_DOUBLING), tasks) for place, tasks in sorted(self._times.items())]
        return RunFigures(
            run=self.run, scores=self._tally.scores(self.run.tasks_asked), seconds_per_task=times
        )
