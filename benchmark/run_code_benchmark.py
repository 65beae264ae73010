"""Benchmark a model by the programs it writes: each runs in the sandbox, and two grids per test input are submitted.

Results go to benchmark_results/code_benchmark/code_benchmark_results.jsonl beside this script, or to --output_directory.
Scores are those of ARC Prize: a test input is right when either of its two submitted grids is."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.reasoning_code_generator import ReasoningCodeGenerator
from agents.refinement import ASK_AGAIN, NO_PROGRAM, Refinement, is_refinable
from utilities.agreement import agreeing, until_agreed
from utilities.attempts import TaskModel, ask_attempt, sampling_of, side_by_side
from utilities.benchmark_records import (
    JUDGED,
    NOT_ASKED,
    CodeBenchmarkLine,
    Judged,
    code_fields,
    stored_chains,
    task_with_replies,
)
from utilities.benchmarking import BenchmarkConfig, run_benchmark
from utilities.code_execution import Limits
from utilities.command_line import run_main
from utilities.config import SandboxConfig, UsageError, at_least_one, setting, zero_or_more
from utilities.data_loader import Task
from utilities.model_utils import Request
from utilities.records import Attempt, Record, attempt_fields
from utilities.run_setup import Job
from utilities.verification import no_program_fields, verdict_fields, verify_surely
from utilities.verifiers import Verifier, shared_verifier

AGENT, REFINEMENT = ReasoningCodeGenerator(), Refinement()
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class CodeBenchmarkConfig(SandboxConfig, BenchmarkConfig):
    """What a code benchmark can be told."""

    refine: int = setting(
        0,
        "follow-ups to a failed attempt, which show what its program did to the train pairs",
        type=zero_or_more,
    )
    stop_when_agreed: int | None = setting(
        None,
        "ask no more once so many programs that pass all train pairs agree on the test outputs",
        type=at_least_one,
    )


class Tried(NamedTuple):
    """A request of an attempt, what came of it, and what that is worth."""

    asked: Attempt
    judged: Judged


def check(config: CodeBenchmarkConfig) -> None:
    """Raises UsageError."""
    if (config.stop_when_agreed or 0) > config.best_of:
        raise UsageError(
            f"--stop_when_agreed {config.stop_when_agreed} cannot happen with --best_of {config.best_of}: "
            "ask for as many attempts at least"
        )
    if not config.dry_run:
        verifier_of(config)


def verifier_of(config: CodeBenchmarkConfig) -> Verifier:
    """Where the run's programs run. Raises UsageError or RunFailed where that cannot be had."""
    limits = Limits(seconds=config.exec_timeout, memory_mb=config.exec_memory_mb)
    return shared_verifier(limits, config.sandbox, config.executor, config.ray_address)


async def work(model: TaskModel, task: Task, config: CodeBenchmarkConfig) -> Record:
    """Ask for programs for one task, run each as it comes, and go on from those that fail."""

    def lacking(tries: Sequence[list[Tried]]) -> int:
        if config.stop_when_agreed is None:
            return config.best_of
        return config.stop_when_agreed - agreeing(chain[-1].judged.verification for chain in tries)

    opening = AGENT.messages(task)
    requests = [Request(opening, sampling_of(config, attempt), attempt) for attempt in range(config.best_of)]
    answered = [request.attempt for request in requests if model.is_answered(request)]
    chains = await until_agreed(config.best_of, partial(_attempt, model, task, config), lacking, answered)
    tries = [chain or [] for chain in chains]
    fields = attempt_fields([chain[0].asked if chain else NOT_ASKED for chain in tries])
    if config.refine:
        fields["refinements"] = [[_follow_up_fields(tried) for tried in chain[1:]] for chain in tries]
    return fields | code_fields(task, [[tried.judged for tried in chain] for chain in tries])


async def _attempt(model: TaskModel, task: Task, config: CodeBenchmarkConfig, attempt: int) -> list[Tried]:
    """One attempt: a request and, while its program fails, follow-ups."""
    asked = await ask_attempt(model, AGENT.messages(task), config, attempt)
    chain = [await _tried(task, config, asked)]
    while len(chain) <= config.refine and chain[-1].asked.reply is not None:
        following = await _follow_up(model, task, config, attempt, chain)
        if following is None:
            break
        chain.append(await _tried(task, config, following))
    return chain


async def _follow_up(
    model: TaskModel, task: Task, config: CodeBenchmarkConfig, attempt: int, chain: list[Tried]
) -> Attempt | None:
    """The next request of an attempt; None when it needs none.

    One that was answered before a resume counts, whatever the program does when it is run again.
    """
    last, part = chain[-1], len(chain)
    earlier = model.earlier(Request(AGENT.messages(task), sampling_of(config, attempt), attempt, part))
    if earlier is not None:
        return earlier
    if not is_refinable(last.judged.verification):
        return None
    messages = REFINEMENT.messages(task, last.asked.messages, last.asked.text or "", last.judged.verification)
    return await ask_attempt(model, messages, config, attempt, part)


async def _tried(task: Task, config: CodeBenchmarkConfig, asked: Attempt) -> Tried:
    finish_reason = asked.reply.finish_reason if asked.reply else None
    return Tried(asked, await judge(task, config, asked.text, asked.error, finish_reason))


async def judge(
    task: Task, config: CodeBenchmarkConfig, text: str | None, error: Any, finish_reason: str | None
) -> Judged:
    """Read a reply and run its program; `text` None: there was no reply."""
    program = AGENT.parse(text) if text is not None else None
    code = program.python_code if program else None
    fields: Record = {"reasoning": program.reasoning if program else None, "python_code": code}
    if code is None:
        return Judged(fields | no_program_fields(error, finish_reason, task), None, text is not None)
    verification = await verify_surely(code, task, verifier_of(config))
    return Judged(fields | verdict_fields(code, task, verification), verification, True)


def _follow_up_fields(tried: Tried) -> Record:
    fields = {name: values[0] for name, values in attempt_fields([tried.asked]).items()}
    return fields | tried.judged.fields


async def rescored(record: Record, config: CodeBenchmarkConfig) -> Record:
    """A result with its stored replies read and run anew. Raises RunFailed when it holds none that can be."""
    task = task_with_replies(record, per_input=False)
    chains = await side_by_side(
        side_by_side(judge(task, config, *(reply[name] for name in JUDGED)) for reply in replies)
        for replies in stored_chains(record)
    )
    fields = record | code_fields(task, chains)
    if "refinements" in record:
        fields["refinements"] = [
            [follow_up | judged.fields for follow_up, judged in zip(follow_ups, chain[1:], strict=True)]
            for follow_ups, chain in zip(record["refinements"], chains, strict=True)
        ]
    return fields


JOB = Job(
    script="run_code_benchmark",
    description=__doc__,
    example="python benchmark/run_code_benchmark.py --model_identifier CLAUDE --max_tasks 40 --best_of 3 --refine 1",
    results=HERE / "benchmark_results" / "code_benchmark" / "code_benchmark_results.jsonl",
    log=HERE / "benchmark_logs" / "code_benchmark_run.log",
    prompts=lambda task: [AGENT.messages(task)],
    work=work,
    line=CodeBenchmarkLine,
    answer_field="python_code",
    answer_noun="programs",
    config=CodeBenchmarkConfig,
    check=check,
    later_prompts=(ASK_AGAIN, NO_PROGRAM),
    is_scored=True,
)

if __name__ == "__main__":
    run_main(lambda: run_benchmark(JOB, rescored, at_once=lambda config: verifier_of(config).at_hand))
