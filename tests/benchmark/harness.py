"""Benchmarks as users run them: real script processes against a server that answers as the test says."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import make_task
from tests.fault_server import FaultServer, serving
from tests.scripts import run, start
from utilities.data_loader import Pair, Task
from utilities.record_reader import current_results

Body = dict[str, Any]


def code(body: str) -> str:
    """A reply with a program of that body."""
    return f"The rule.\n\n```python\ndef solve_task(input_grid):\n    {body}\n```\n"


RIGHT, WRONG = code("return input_grid"), code("return [[9]]")
TEST_OUTPUT = [[7, 3, 8, 1, 6, 2, 7, 7, 3]]
"""Nothing that a prompt or a program is given holds these digits in a row."""


def follow_ups(body: Body) -> int:
    """How many replies the conversation of a request holds."""
    return sum(message["role"] == "assistant" for message in body["messages"])


class Bench:
    """One benchmark on one folder and server; keeps the requests it was sent."""

    def __init__(self, script: str, folder: Path, server: FaultServer, asked: list[Body]) -> None:
        self.script, self.folder, self.server, self.asked = script, folder, server, asked
        self.out = folder / "out"
        self.results = self.out / f"{Path(script).stem.removeprefix('run_')}_results.jsonl"

    def flags(self, *flags: str) -> list[str]:
        model = ["--model_identifier", "local:any", "--base_url", self.server.base_url, "--seed", "1"]
        return [*([] if "--resume" in flags else model), "--output_directory", str(self.out), *flags]

    def start(self, *flags: str) -> subprocess.Popen[str]:
        return start(self.script, *self.flags(*flags), cwd=self.folder)

    def run(self, *flags: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run it to its end, which must be an exit code of `code`."""
        done = run(self.script, *self.flags(*flags), cwd=self.folder)
        assert done.returncode == code, done.stderr
        return done

    def records(self) -> list[dict[str, Any]]:
        """The results that count."""
        return list(current_results(self.results))

    def record(self) -> dict[str, Any]:
        """The only one."""
        (record,) = self.records()
        return record

    def metadata(self) -> dict[str, Any]:
        """The last line."""
        last: dict[str, Any] = json.loads(self.results.read_text().splitlines()[-1])
        assert last["entry_type"] == "metadata"
        return last


@contextmanager
def benchmarking(
    script: str, folder: Path, answer: Callable[[Body], str], /, **server: Any
) -> Iterator[Bench]:
    """A Bench whose server answers with `answer(body)`."""
    asked: list[Body] = []

    def recorded(body: Body) -> str:
        asked.append(body)
        return answer(body)

    with serving(text=recorded, **server) as running:
        yield Bench(script, folder, running, asked)


def write_tasks(path: Path, *tasks: Task) -> Path:
    """A .jsonl of tasks."""
    path.write_bytes(b"".join(task.line + b"\n" for task in tasks))
    return path


def task(
    task_id: str = "aaaaaaaa", tests: tuple[Pair, ...] = (Pair([[5]], TEST_OUTPUT),), number: int = 1
) -> Task:
    """A task whose rule is `keep the grid`, with test pairs of its own."""
    return Task(task_id=task_id, train=make_task(number=number).train, test=tests)
