"""Benchmark a model by the grids it answers with, one request per test input and attempt, without code.

Results go to benchmark_results/direct_benchmark/direct_benchmark_results.jsonl beside this script, or to
--output_directory. Scores are those of ARC Prize: a test input is right when either of its two submitted grids is."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.direct_answer_generator import DirectAnswerGenerator
from utilities.attempts import Prompt, TaskModel, ask_attempt, side_by_side
from utilities.benchmark_records import DirectBenchmarkLine, direct_fields, task_with_replies
from utilities.benchmarking import BenchmarkConfig, run_benchmark
from utilities.command_line import run_main
from utilities.data_loader import Task
from utilities.records import Record, attempt_fields
from utilities.run_setup import Job

AGENT = DirectAnswerGenerator()
HERE = Path(__file__).resolve().parent


def prompts(task: Task) -> list[Prompt]:
    """The requests of one attempt: one per test input."""
    return [AGENT.messages(task, index) for index in range(len(task.test))]


async def work(model: TaskModel, task: Task, config: BenchmarkConfig) -> Record:
    """Ask for `best_of` answers to each test input of one task."""
    asked = await side_by_side(
        side_by_side(
            ask_attempt(model, messages, config, attempt, part) for part, messages in enumerate(prompts(task))
        )
        for attempt in range(config.best_of)
    )
    of_attempts = [attempt_fields(parts) for parts in asked]
    fields = {name: [of_attempt[name] for of_attempt in of_attempts] for name in of_attempts[0]}
    return fields | _answers(task, fields)


def _answers(task: Task, fields: Record) -> Record:
    """What the replies in `response` (per attempt, per test input) hold and are worth."""
    parsed = [
        [None if text is None else AGENT.parse(text) for text in responses]
        for responses in fields["response"]
    ]
    reasoning = [[answer and answer.reasoning for answer in attempt] for attempt in parsed]
    answers = [[answer.grid if answer else None for answer in attempt] for attempt in parsed]
    return {"reasoning": reasoning} | direct_fields(task, answers)


async def rescored(record: Record, config: BenchmarkConfig) -> Record:
    """A result with its stored replies read anew. Raises RunFailed when it holds none that can be."""
    return record | _answers(task_with_replies(record, per_input=True), record)


JOB = Job(
    script="run_direct_benchmark",
    description=__doc__,
    example="python benchmark/run_direct_benchmark.py --model_identifier GPT --max_tasks 40 --best_of 2",
    results=HERE / "benchmark_results" / "direct_benchmark" / "direct_benchmark_results.jsonl",
    log=HERE / "benchmark_logs" / "direct_benchmark_run.log",
    prompts=prompts,
    work=work,
    line=DirectBenchmarkLine,
    answer_field="answers",
    answer_noun="full answers",
    config=BenchmarkConfig,
    is_scored=True,
)

if __name__ == "__main__":
    run_main(lambda: run_benchmark(JOB, rescored))
