"""Why an attempt is not right, in one word: the classes of the failure histogram."""

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
