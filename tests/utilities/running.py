"""What the tests of the run loop share: a script with a scripted model, and what it wrote."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.reasoning_code_generator import ReasoningCodeGenerator
from tests.scripted_model import ScriptedModel, same_code
from utilities.attempts import ask_best_of
from utilities.config import RunConfig
from utilities.data_loader import Task
from utilities.model_utils import Model, Reply, Request
from utilities.records import CodeResultLine, Record, attempt_fields
from utilities.results import ResultsFile
from utilities.run_setup import Job, prepare
from utilities.runner import Run

AGENT = ReasoningCodeGenerator()


async def work(model: Model, task: Task, config: RunConfig) -> Record:
    attempts = await ask_best_of(model, AGENT.messages(task), config)
    programs = [AGENT.parse(attempt.text).python_code if attempt.text else None for attempt in attempts]
    return attempt_fields(attempts) | {"reasoning": [None] * len(attempts), "python_code": programs}


def job(folder: Path) -> Job:
    return Job(
        script="generate_code_data",
        description="A script.",
        example="python script.py",
        results=folder / "code_data_results.jsonl",
        log=folder / "code_data_generation.log",
        prompts=lambda task: [AGENT.messages(task)],
        work=work,
        line=CodeResultLine,
        answer_field="python_code",
        answer_noun="programs",
    )


class Runner:
    """Runs the job above on a folder with a scripted model."""

    def __init__(self, folder: Path, dataset: Path) -> None:
        self.folder, self.dataset = folder, dataset
        self.results = folder / "code_data_results.jsonl"

    def __call__(self, model: ScriptedModel, *argv: str) -> int:
        dataset = [] if "--resume" in argv else ["--dataset", str(self.dataset)]
        setup = dataclasses.replace(prepare(job(self.folder), [*dataset, *argv]), model=model)
        with ResultsFile(setup.results, setup.run.run_id) as results:
            return asyncio.run(Run(setup, results).run())

    def lines(self, kind: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.results.read_text().splitlines()]
        return [line for line in lines if line["entry_type"] == kind]


def failing(*numbers: int, error: Callable[[], Exception]) -> Callable[[Request], Reply]:
    """Answers, except to the requests of these numbers (from 1)."""
    count = iter(range(1, 10_000))

    def answer(request: Request) -> Reply:
        if next(count) in numbers:
            raise error()
        return same_code(request)

    return answer
