"""Have a model write reasoning traces: the rule behind each ARC task, in words.

Results go to synthetic_data/reasoning_data/reasoning_data_results.jsonl beside this script, or to --output_directory."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.reasoning_trace_generator import ReasoningTraceGenerator
from utilities.attempts import ask_best_of
from utilities.command_line import run_main
from utilities.config import RunConfig
from utilities.data_loader import Task
from utilities.model_utils import Model
from utilities.records import Record, ResultLine, attempt_fields
from utilities.runner import Job, run_job

AGENT = ReasoningTraceGenerator()
DATA = Path(__file__).resolve().parent / "synthetic_data"


async def work(model: Model, task: Task, config: RunConfig) -> Record:
    """Ask for `best_of` reasoning traces for one task."""
    attempts = await ask_best_of(model, AGENT.messages(task), config)
    traces = [AGENT.parse(attempt.text) if attempt.text is not None else None for attempt in attempts]
    return attempt_fields(attempts) | {"reasoning": traces}


JOB = Job(
    script="generate_reasoning_data",
    description=__doc__,
    example="python synthetic_data_generators/generate_reasoning_data.py --model_identifier GPT --tasks 1-30",
    results=DATA / "reasoning_data" / "reasoning_data_results.jsonl",
    log=DATA / "reasoning_data_generation.log",
    prompts=lambda task: [AGENT.messages(task)],
    work=work,
    line=ResultLine,
    answer_field="reasoning",
    answer_noun="traces",
)

if __name__ == "__main__":
    run_main(lambda: run_job(JOB))
