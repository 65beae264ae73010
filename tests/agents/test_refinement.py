"""What a follow-up shows, and what it never shows."""

import msgspec
import pytest

from agents.reasoning_code_generator import ReasoningCodeGenerator
from agents.refinement import EMPTY, Refinement, is_refinable
from utilities.code_execution import Verification, verify
from utilities.data_loader import Pair, Task, load_tasks_from_dataset
from utilities.model_utils import Message
from utilities.models.offline.prompt import read_question

PROGRAMS = {
    "wrong cells": "return [[9] * len(row) for row in grid]",
    "wrong shape": "return [[1]]",
    "an exception": "raise ValueError('no')",
    "no grid": "return 'grid'",
    "an exception on test inputs only": "return [[9] * len(row) for row in grid]",
}


def program(body: str) -> str:
    return f"def solve_task(grid):\n    {body}\n"


def follow_up(task: Task, verification: Verification | None, reply: str = "reply") -> tuple[Message, ...]:
    return Refinement().messages(task, ReasoningCodeGenerator().messages(task), reply, verification)


@pytest.mark.parametrize("name", PROGRAMS)
def test_test_pairs_change_nothing_in_a_follow_up(name: str) -> None:
    for _, task in load_tasks_from_dataset("arc1-training", max_tasks=5):
        others = tuple(Pair([[7] * 29] * 30, [[7] * 29] * 30) for _ in range(4))
        changed = msgspec.structs.replace(task, test=others)
        first, second = (follow_up(one, verify(program(PROGRAMS[name]), one)) for one in (task, changed))
        assert first == second


def test_each_failed_train_pair_is_shown_with_what_is_wrong() -> None:
    pairs = (Pair([[1, 2]], [[1, 2]]), Pair([[3, 4]], [[3, 5]]), Pair([[6]], [[6, 6]]), Pair([[8]], [[8]]))
    task = Task(task_id="a", train=pairs, test=(Pair([[0]]),))
    verification = verify(program("return grid if grid != [[8]] else 1 / 0"), task)
    *_, system_reply, question = follow_up(task, verification, "my reply")
    assert (system_reply.role, system_reply.content, question.role) == ("assistant", "my reply", "user")
    assert question.content.startswith("Your program fails 3 of 4 train pairs.")
    assert "Train pair 1" not in question.content
    assert (
        "Train pair 2: wrong_cells: 1 of 2 cells differ\n"
        "Input (1 x 2):\n3 4\nExpected output (1 x 2):\n3 5\nYour output (1 x 2):\n3 4\n"
        "Difference (. is right, a>b is a where b is expected):\n. 4>5\n"
    ) in question.content
    assert "Your output (1 x 1):\n6\nThe shapes differ" in question.content
    assert "Train pair 4: exception: ZeroDivisionError" in question.content.replace("line 2: ", "")


def test_a_program_cannot_flood_the_prompt_with_its_message() -> None:
    _, task = next(load_tasks_from_dataset("arc1-training"))
    question = follow_up(task, verify(program("raise ValueError('x' * 10**6)"), task))[-1].content
    assert len(question) < 20_000


@pytest.mark.parametrize("reply", ["", "  \n", "no code"])
def test_without_a_program_it_says_so_and_no_turn_is_empty(reply: str) -> None:
    _, task = next(load_tasks_from_dataset("arc1-training"))
    *_, answered, question = follow_up(task, None, reply)
    assert answered.content == ((reply.strip() and reply) or EMPTY)
    assert "holds no whole program" in question.content and "solve_task" in question.content


def test_the_offline_model_reads_a_follow_up_as_a_call_for_another_program() -> None:
    _, task = next(load_tasks_from_dataset("arc1-training"))
    question = read_question(follow_up(task, verify(program("return [[1]]"), task)))
    assert (question.wanted, question.rejected) == ("code", 1)
    assert question.pairs == tuple((pair.input, pair.output) for pair in task.train)


def test_only_train_pairs_decide_whether_there_is_a_follow_up() -> None:
    task = Task(task_id="a", train=(Pair([[1]], [[1]]),), test=(Pair([[2]], [[3]]),))
    assert is_refinable(None)
    assert is_refinable(verify(program("return [[3]]"), task))
    assert not is_refinable(verify(program("return grid"), task))
    assert not is_refinable(verify(program("return grid if grid == [[1]] else 1 / 0"), task))


def test_a_failure_of_the_sandbox_is_no_reason_for_a_follow_up() -> None:
    task = Task(task_id="a", train=(Pair([[1]], [[1]]),), test=(Pair([[2]], [[3]]),))
    verification = verify(program("return [[3]]"), task)
    verdicts = [
        msgspec.structs.replace(verdict, reason="sandbox_error: lost") for verdict in verification.verdicts
    ]
    assert not is_refinable(msgspec.structs.replace(verification, verdicts=verdicts))
