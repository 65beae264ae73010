"""Why an attempt is not right, in one word: the classes of the failure histogram."""

from typing import Any

from utilities.progress import failure_class
from utilities.records import ErrorInfo

CLASSES = (
    "api_error",
    "truncated",
    "no_answer",
    "crash",
    "timeout",
    "memory",
    "bad_output",
    "wrong_shape",
    "wrong_cells",
)
"""In the order in which an attempt can fail: no reply, no answer in it, a program that gives none, a wrong answer."""

SKIPPED = "skipped"
"""Not asked, because enough programs agreed: no failure."""
OURS = "sandbox_error"
"""The sandbox failed, not the program: it is run again and never charged to the model."""

_CLASS_OF = {
    "syntax_error": "crash",
    "no_solve_task": "crash",
    "exception": "crash",
    "killed": "crash",
    "output_too_large": "memory",
}


def verdict_class(reason: str) -> str | None:
    """The class of a `verification_reason` (`exception: train pair 1: ...` is a crash); None when nothing failed."""
    kind = reason.partition(":")[0]
    if kind in ("Passed", "no expected output"):
        return None
    return _CLASS_OF.get(kind, kind)


def reply_class(answer: Any, error: ErrorInfo | None, finish_reason: str | None) -> str | None:
    """The class of an attempt without an answer, `skipped` if it was never asked; None when it holds an answer."""
    if error is not None and error.type == SKIPPED:
        return SKIPPED
    return failure_class(answer, error, finish_reason)
