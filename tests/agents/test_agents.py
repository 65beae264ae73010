"""What prompts hold, and what they never hold."""

import msgspec
import pytest

from agents.direct_answer_generator import DirectAnswerGenerator
from agents.discussion import Discussion
from agents.reasoning_code_generator import ReasoningCodeGenerator
from agents.reasoning_trace_generator import ReasoningTraceGenerator
from utilities.data_loader import Pair, Task, load_tasks_from_dataset
from utilities.grid import COLOUR_NAMES
from utilities.model_utils import Message

ALL_SETS = ("arc1-training", "arc1-evaluation", "arc2-training", "arc2-evaluation")


def all_prompts(task: Task) -> list[tuple[Message, ...]]:
    """Every prompt that the agents make of a task."""
    direct = [DirectAnswerGenerator().messages(task, index) for index in range(len(task.test))]
    discussion = Discussion().messages([task], [Message("user", "What is the rule?")])
    return [
        ReasoningTraceGenerator().messages(task),
        ReasoningCodeGenerator().messages(task),
        discussion,
        *direct,
    ]


@pytest.mark.parametrize("source", ALL_SETS)
def test_test_outputs_never_reach_a_prompt(source: str) -> None:
    for _, task in load_tasks_from_dataset(source):
        changed = tuple(Pair(pair.input, [[7] * 29] * 30) for pair in task.test)
        assert all_prompts(task) == all_prompts(msgspec.structs.replace(task, test=changed))


def test_test_inputs_are_only_in_direct_prompts() -> None:
    for _, task in load_tasks_from_dataset("arc1-training", max_tasks=50):
        changed = tuple(Pair([[7] * 29] * 30, pair.output) for pair in task.test)
        before, after = all_prompts(task), all_prompts(msgspec.structs.replace(task, test=changed))
        assert before[:3] == after[:3]
        assert all(one != other for one, other in zip(before[3:], after[3:], strict=True))


def test_prompts_hold_all_train_pairs_and_the_legend() -> None:
    _, task = next(load_tasks_from_dataset("arc1-training"))
    for system, user in all_prompts(task):
        assert (system.role, user.role) == ("system", "user")
        assert all(f"{number} is {name}" in system.content for number, name in enumerate(COLOUR_NAMES))
        for pair in task.train:
            for grid in (pair.input, pair.output):
                assert grid is not None
                assert "\n".join(" ".join(map(str, row)) for row in grid) in user.content


def test_the_system_prompt_is_the_same_for_every_task() -> None:
    prompts = [all_prompts(task)[:2] for _, task in load_tasks_from_dataset("arc1-training", max_tasks=5)]
    assert len({(trace[0], code[0]) for trace, code in prompts}) == 1


def test_parsing_replies() -> None:
    assert ReasoningTraceGenerator().parse("  It grows. \n") == "It grows."
    assert ReasoningTraceGenerator().parse(" \n") is None
    program = ReasoningCodeGenerator().parse("Copy.\n```python\ndef solve_task(g):\n    return g\n```")
    assert (program.reasoning, program.python_code) == ("Copy.", "def solve_task(g):\n    return g\n")
    answer = DirectAnswerGenerator().parse("Copy.\n[[1, 2]]")
    assert (answer.reasoning, answer.grid) == ("Copy.\n[[1, 2]]", [[1, 2]])
