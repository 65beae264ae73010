"""Have a model reason about ARC tasks and write `solve_task` programs for them.

Results go to synthetic_data/code_data/code_data_results.jsonl beside this script, or to --output_directory; check the
programs with verify_generated_code.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.reasoning_code_generator import ReasoningCodeGenerator
from utilities.attempts import ask_best_of
from utilities.command_line import run_main
from utilities.config import RunConfig
from utilities.data_loader import Task
from utilities.model_utils import Model
from utilities.records import CodeResultLine, Record, attempt_fields
from utilities.runner import Job, run_job

AGENT = ReasoningCodeGenerator()
DATA = Path(__file__).resolve().parent / "synthetic_data"


async def work(model: Model, task: Task, config: RunConfig) -> Record:
    """Ask for `best_of` programs for one task."""
    attempts = await ask_best_of(model, AGENT.messages(task), config)
    programs = [AGENT.parse(attempt.text) if attempt.text is not None else None for attempt in attempts]
    return attempt_fields(attempts) | {
        "reasoning": [program and program.reasoning for program in programs],
        "python_code": [program and program.python_code for program in programs],
    }


JOB = Job(
    script="generate_code_data",
    description=__doc__,
    example="python synthetic_data_generators/generate_code_data.py --model_identifier CLAUDE --max_tasks 10 --best_of 3",
    results=DATA / "code_data" / "code_data_results.jsonl",
    log=DATA / "code_data_generation.log",
    prompts=lambda task: [AGENT.messages(task)],
    work=work,
    line=CodeResultLine,
    answer_field="python_code",
    answer_noun="programs",
)

if __name__ == "__main__":
    run_main(lambda: run_job(JOB))
