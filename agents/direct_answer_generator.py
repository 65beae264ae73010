"""Prompt strategy: answer with the output grid of one test input, without code."""

import msgspec

from agents.prompting import conversation, find_grid, titled_grid, train_pairs_text
from utilities.data_loader import Task
from utilities.grid import Grid
from utilities.model_utils import Message

INSTRUCTIONS = """First reason in words: compare input and output of each train pair, state one rule that explains every \
pair, and check it. Then apply the rule to the test input and end your reply with the output grid as a JSON list of rows \
in one fenced block:

```json
[[0, 1], [2, 3]]
```"""


class Answer(msgspec.Struct, frozen=True):
    """What a reply holds."""

    reasoning: str
    grid: Grid | None
    """The last grid of the reply, H x W ints 0-9; None when there is none."""


class DirectAnswerGenerator:
    """Asks for the output grid of one test input."""

    def messages(self, task: Task, test_index: int) -> tuple[Message, ...]:
        """The prompt: the train pairs and test input `test_index` (from 0), never a test output."""
        test_input = titled_grid("Test input", task.test[test_index].input_text)
        question = f"{train_pairs_text(task)}\n\n{test_input}\n\nGive the output grid for the test input."
        return conversation(INSTRUCTIONS, question)

    def parse(self, text: str) -> Answer:
        """The reasoning and the grid of a reply; any text is accepted."""
        return Answer(text.strip(), find_grid(text))
