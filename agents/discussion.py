"""Prompt strategy: talk about a task with a person, with programs where they help."""

from collections.abc import Sequence

from agents.prompting import conversation, train_pairs_text
from utilities.model_utils import Message
from utilities.tasks import Task

INSTRUCTIONS = """You discuss one puzzle with a person who is working it out. Answer what is asked, in plain words and \
short paragraphs; write grids as rows of digits separated by spaces, in a fenced block. When a program helps, write it whole, in one \
fenced block:

```python
def solve_task(input_grid):
    ...
    return output_grid
```

`input_grid` is a list of rows, each a list of ints 0-9; return a grid of the same form. Use the standard library, numpy \
and scipy.ndimage only. The person can run it on every pair at once."""


class Discussion:
    """Goes on with a conversation about a task."""

    def messages(self, tasks: Sequence[Task], turns: Sequence[Message]) -> tuple[Message, ...]:
        """The prompt: the train pairs of `tasks` (versions of one task), never their test pairs, then the conversation.

        `turns` begin with the person. Its first turn follows the pairs in one message, as many models take no two
        user messages in a row.
        """
        shown = "\n\n".join(_titled(task) for task in tasks)
        first = f"{shown}\n\n{turns[0].content}" if turns else shown
        return (*conversation(INSTRUCTIONS, first), *turns[1:])


def _titled(task: Task) -> str:
    title = f"Variation {task.version} of the puzzle" if task.version else "The puzzle"
    return f"{title}:\n\n{train_pairs_text(task)}"
