"""Scores of benchmark runs: pure functions over result records (data/nature_of_data.md), no I/O but `write_submission`.

One record at a time: `judge(record)` says what its task earned, a `Tally` adds tasks up in flat memory, and
`tally.scores(tasks_asked)` gives the figures of the run. A benchmark that is still running chooses its two grids with
`choose_code` or `choose_direct`. Not here: reading files (record_reader.py), running programs (verification.py), pages
(utilities/report).
"""

from utilities.scoring.choice import FILLER, Submission, choose_code, choose_direct
from utilities.scoring.failures import CLASSES, verdict_class
from utilities.scoring.judging import AttemptResult, TaskResult, Unjudged, judge, right_inputs, task_score
from utilities.scoring.scored_record import ScoredRecord, of_attempt
from utilities.scoring.statistics import (
    Interval,
    difference_interval,
    mcnemar,
    pass_at_k,
    score_interval,
)
from utilities.scoring.submission import submission_key, write_submission
from utilities.scoring.tally import Scores, Tally

__all__ = [
    "CLASSES",
    "FILLER",
    "AttemptResult",
    "Interval",
    "ScoredRecord",
    "Scores",
    "Submission",
    "Tally",
    "TaskResult",
    "Unjudged",
    "choose_code",
    "choose_direct",
    "difference_interval",
    "judge",
    "mcnemar",
    "of_attempt",
    "pass_at_k",
    "right_inputs",
    "score_interval",
    "submission_key",
    "task_score",
    "verdict_class",
    "write_submission",
]
