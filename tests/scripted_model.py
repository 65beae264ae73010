"""A model for unit tests: answers from a function, counts what it was asked."""

import asyncio
from collections.abc import Callable

from utilities.model_utils import Reply, Request, RunStopped, Usage

CODE_REPLY = """The rule keeps the grid as it is.

```python
def solve_task(input_grid):
    return input_grid
```
"""


def same_code(request: Request) -> Reply:
    """A valid program, 10 + 5 tokens, one tenth of a cent."""
    return Reply(CODE_REPLY, finish_reason="stop", usage=Usage(10, 5, 0, 0, 0.001))


class ScriptedModel:
    """Calls `answer(request)`, which returns a Reply or raises a ModelError; `delay` seconds pass before."""

    identifier = username = "SCRIPTED"

    def __init__(self, answer: Callable[[Request], Reply] = same_code, delay: float = 0.0) -> None:
        self.answer, self.delay = answer, delay
        self.requests: list[Request] = []
        self.in_flight = self.most_in_flight = 0
        self.stopped = self.closed = False

    async def ask(self, request: Request) -> Reply:
        if self.stopped:
            raise RunStopped
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.delay)
            return self.answer(request)
        finally:
            self.in_flight -= 1

    def stop(self) -> None:
        self.stopped = True

    async def close(self) -> None:
        self.closed = True
