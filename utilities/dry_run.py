"""`--dry_run`: the first prompt, and how many requests, tokens and dollars a run would take. Asks and writes nothing."""

import re
from collections import Counter

from utilities.attempts import Prompt
from utilities.data_loader import Task
from utilities.record_reader import decode_entry, iterate_lines, read_run
from utilities.records import SKIPPED, JournalLine, MetadataLine, flattened
from utilities.results import journal_path
from utilities.run_setup import Setup

_TOKEN = re.compile(r"\w+|[^\w\s]|\n")
_METADATA = b'"entry_type":"metadata"'


def print_dry_run(setup: Setup) -> None:
    """Print it; of a resumed run only what is still missing counts."""
    there = Counter[tuple[str, int]]() if setup.is_new else _responses_there(setup)
    requests = tokens = 0
    follow_ups = getattr(setup.config, "refine", 0)
    for number, task in enumerate(setup.selection):
        prompts = setup.job.prompts(task)
        if number == 0:
            _print_prompt(prompts[0])
        missing = _missing(setup, task, len(prompts), there)
        requests += missing
        tokens += round(missing / len(prompts) * sum(map(estimated_tokens, prompts)))
    more = f" and up to {requests * follow_ups} follow-ups" if follow_ups else ""
    print(
        f"--- {setup.selection.count} tasks from {setup.selection.name}, {requests} requests{more} to "
        f"{setup.model.username}"
    )
    print(f"about {tokens:,} prompt tokens; {_expected_answers(setup, requests)}")


def estimated_tokens(prompt: Prompt) -> int:
    """Tokens of a prompt, roughly: words, numbers, signs and line ends count one each."""
    return sum(len(_TOKEN.findall(message.content)) for message in prompt)


def _print_prompt(prompt: Prompt) -> None:
    for message in prompt:
        print(f"--- {message.role}\n{message.content}\n")


def _missing(setup: Setup, task: Task, prompts: int, there: Counter[tuple[str, int]]) -> int:
    best_of: int = setup.config.best_of
    return max(0, prompts * best_of - there[task.key])


def _responses_there(setup: Setup) -> Counter[tuple[str, int]]:
    """How many responses the run has already, by task: those of its last record, or else those in the journal."""
    responses = Counter[tuple[str, int]]()
    recorded = {}
    for _, record in read_run(setup.results, setup.run.run_id):
        recorded[(record["task_id"], record["version"])] = sum(
            error is None or error["type"] == SKIPPED for error in flattened(record["error"])
        )
    journal = journal_path(setup.results)
    for number, _, line in iterate_lines(journal) if journal.exists() else ():
        entry: JournalLine = decode_entry(journal, f"line {number}", line, JournalLine)
        is_new = (entry.task_id, entry.version) not in recorded and not entry.prompt_messages
        if entry.run_id == setup.run.run_id and is_new:
            responses[(entry.task_id, entry.version)] += 1
    responses.update(recorded)
    return responses


def _expected_answers(setup: Setup, requests: int) -> str:
    """Completion tokens and cost, from what earlier runs with this model were billed."""
    answered = completion = 0
    cost = 0.0
    for line in _last_metadata(setup):
        if line.model_username == setup.model.username and line.cost is not None:
            answered += line.requests - line.failures.get("api_error", 0)
            completion += line.usage.get("completion_tokens", 0)
            cost += line.cost
    if not answered:
        return "completion tokens and cost unknown: no earlier run with this model in this results file"
    tokens = min(completion / answered, setup.config.max_tokens or completion) * requests
    return (
        f"about {tokens:,.0f} completion tokens and ${cost / answered * requests:.4f}, "
        f"as {answered} earlier responses of this model cost ${cost:.4f}"
    )


def _last_metadata(setup: Setup) -> list[MetadataLine]:
    """The last metadata line of each earlier run: it counts all stretches of its run."""
    runs: dict[str, MetadataLine] = {}
    for number, _, line in iterate_lines(setup.results) if setup.results.exists() else ():
        if _METADATA in line[:100]:
            entry: MetadataLine = decode_entry(setup.results, f"line {number}", line, MetadataLine)
            runs[entry.run_id] = entry
    return list(runs.values())
