"""Prompt strategy: reason about a task, then write a `solve_task` program for it."""

import msgspec

from agents.prompting import conversation, split_code, train_pairs_text
from utilities.data_loader import Task
from utilities.model_utils import Message

INSTRUCTIONS = """First reason in words: compare input and output of each train pair, state one rule that explains every \
pair, and check it. Then write the rule as a Python program in one fenced code block:

```python
def solve_task(input_grid):
    ...
    return output_grid
```

`input_grid` is a list of rows, each a list of ints 0-9; return a grid of the same form. Use the standard library, numpy \
and scipy.ndimage only. Do not print, read files or ask for input. The program must work on new inputs that follow the \
same rule, so do not copy output grids of the train pairs into it."""


class Program(msgspec.Struct, frozen=True):
    """What a reply holds."""

    reasoning: str
    python_code: str | None
    """None when no code fence of the reply defines `solve_task`."""


class ReasoningCodeGenerator:
    """Asks for reasoning and a program."""

    def messages(self, task: Task) -> tuple[Message, ...]:
        """The prompt: the train pairs of `task`, never its test pairs."""
        question = f"{train_pairs_text(task)}\n\nExplain the rule of this puzzle, then write solve_task."
        return conversation(INSTRUCTIONS, question)

    def parse(self, text: str) -> Program:
        """The reasoning and the program of a reply; any text is accepted."""
        reasoning, code = split_code(text)
        return Program(reasoning, code)
