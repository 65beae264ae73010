"""The wording of the OFFLINE model's replies, and which of several programs an attempt gets."""

import json
from collections.abc import Sequence

from utilities.models.offline.prompt import Question
from utilities.models.offline.protocol import Solution, contradict

NO_PAIRS = (
    "I cannot see any train pairs in this prompt: I need, for each pair, rows of digits under an Input heading and "
    "under an Output heading. I have no answer."
)


def write_reply(question: Question, solutions: Sequence[Solution], attempt: int, seed: int | None) -> str:
    """The reply to a question with train pairs, given all programs that are right on them, best first."""
    pairs = len(question.pairs)
    if contradict(question.pairs):
        return "Two of the train pairs have the same input and different outputs: no program reproduces both."
    if not solutions:
        applies = " and applies to the test input" if question.wanted == "grid" else ""
        return (
            f"I searched compositions of my grid operations and found no program that reproduces all {pairs} train "
            f"pairs{applies}, so I have no answer to give."
        )
    if question.rejected >= len(solutions):
        return (
            f"I have no other program: the {len(solutions)} that I found to reproduce all {pairs} train pairs have "
            "been given in this conversation."
        )
    solution = solutions[choose(len(solutions), attempt, seed, question.rejected)]
    if question.wanted == "code":
        return f"{solution.words}\n\n```python\n{solution.code}```\n"
    if question.wanted == "grid" and solution.answers:
        grids = "\n\n".join(f"```json\n{json.dumps(grid)}\n```" for grid in solution.answers)
        return f"{solution.words}\n\n{grids}\n"
    return solution.words


def choose(count: int, attempt: int, seed: int | None, rejected: int) -> int:
    """Index of the program for an attempt, of `count` ranked ones; `rejected` were given before in the conversation.

    Without a seed attempt i gets the i-th best program, and the best one again when there are fewer. A seed starts
    elsewhere in the ranking. The round is made odd (the best program stands in twice) so that attempts differ whether
    the caller counts them in the seed, in the attempt or in both.
    """
    if seed is None:
        first = attempt if attempt < count else 0
    else:
        place = (seed + attempt) % (count if count % 2 else count + 1)
        first = place if place < count else 0
    return (first + rejected) % count
