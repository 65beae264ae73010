"""Prompt strategy: after a program that failed train pairs, show what went wrong and ask for a better one.

The conversation goes on: the prompt, the reply, and what its program did to the train pairs. Nothing here reads the test
pairs, and of a verification only what it says about train pairs.
"""

from agents.prompting import titled_grid
from utilities.attempts import Prompt
from utilities.code_execution import PairVerdict, Verification
from utilities.data_loader import Pair, Task
from utilities.grid import Grid, distance
from utilities.model_utils import Message

ASK_AGAIN = """Find out what is wrong, the rule or the program, and say it in words. Then write the whole program again, \
with `def solve_task(input_grid)`, in one fenced code block."""

NO_PROGRAM = """Your reply holds no whole program: there is no fenced code block in it that defines `solve_task`. If it was \
cut off, reason more briefly."""

EMPTY = "(no text)"
"""Stands for a reply without text, which most providers do not take back."""

MOST_OF_A_REASON = 500
"""Characters of what a program says about its own failure."""


class Refinement:
    """Asks for a better program."""

    def messages(
        self, task: Task, conversation: Prompt, reply: str, verification: Verification | None
    ) -> Prompt:
        """`conversation`, the `reply` to it, and what is wrong with its program; `verification` None: it holds none."""
        fault = NO_PROGRAM if verification is None else _failed_pairs(task, verification)
        answered = Message("assistant", reply if reply.strip() else EMPTY)
        return *conversation, answered, Message("user", f"{fault}\n\n{ASK_AGAIN}")


def is_refinable(verification: Verification | None) -> bool:
    """There is no program, or one that fails a train pair for a reason of its own; test pairs do not matter."""
    return verification is None or not (verification.train_success or verification.sandbox_failed)


def _failed_pairs(task: Task, verification: Verification) -> str:
    train = [verdict for verdict in verification.verdicts if verdict.part == "train"]
    failed = [verdict for verdict in train if not verdict.passed]
    shown = [
        _failed_pair(verdict, task.train[verdict.index], verification.train_outputs[verdict.index])
        for verdict in failed
    ]
    return "\n\n".join([f"Your program fails {len(failed)} of {len(train)} train pairs.", *shown])


def _failed_pair(verdict: PairVerdict, pair: Pair, output: Grid | None) -> str:
    parts = [
        f"Train pair {verdict.index + 1}: {verdict.reason[:MOST_OF_A_REASON]}",
        titled_grid("Input", pair.input_text),
        titled_grid("Expected output", pair.output_text),
    ]
    if output is not None:
        parts.append(titled_grid("Your output", "\n".join(" ".join(map(str, row)) for row in output)))
        parts.append(_difference(output, pair.output or []))
    return "\n".join(parts)


def _difference(output: Grid, expected: Grid) -> str:
    """Cell by cell, where the shapes are the same."""
    if distance(output, expected) is None:
        return "The shapes differ, so cells cannot be compared."
    rows = [
        " ".join("." if got == wanted else f"{got}>{wanted}" for got, wanted in zip(row, other, strict=True))
        for row, other in zip(output, expected, strict=True)
    ]
    legend = "Difference (. is right, a>b is a where b is expected)"
    return "\n".join([f"{legend}:", *rows])
