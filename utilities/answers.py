"""What models answered, one answer at a time, out of result records of every script and age.

An answer is an attempt, one of its follow-ups (`refinements`), or what an attempt of the direct benchmark says to one
test input. In older records one attempt stands without a list around it. Not here: scores (scoring/).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from utilities.record_reader import decode_entry, iterate_entries, no_results, results_once, run_usernames
from utilities.records import Record
from utilities.terminal import note

UNKNOWN_MODEL = "unknown_model"
_OLDER_ERROR = "ERROR:"
"""How older records begin a text that stands in place of an answer."""


class Answer(msgspec.Struct, kw_only=True):
    """One reply of a model and what is known about it."""

    task_id: str
    """Empty where the record names none."""
    version: int
    task_data: Any
    username: str
    """Of the model."""
    run_id: str
    """Empty in older files."""
    timestamp: Any
    attempt: int
    """From 0."""
    prompt_messages: Any
    reasoning: Any
    response: Any
    python_code: Any
    is_error: bool
    train_success: Any
    """True or False for a program that was run."""
    train_accuracy: Any
    """0 to 1, where it is known."""
    verified: Any
    """True when all test pairs came out right; None when nobody looked, or nobody could."""
    hard_coded: Any
    is_replaced: bool = False
    """A follow-up asked for a better one, and was answered."""

    def __post_init__(self) -> None:
        self.is_error |= isinstance(self.reasoning, str) and self.reasoning.startswith(_OLDER_ERROR)

    @property
    def text(self) -> str | None:
        """The reasoning; None where there is none to read."""
        if self.is_error or not isinstance(self.reasoning, str):
            return None
        return self.reasoning.strip() or None

    @property
    def program(self) -> str | None:
        """The program; None where there is none."""
        code = self.python_code
        if self.is_error or not isinstance(code, str) or code.startswith(_OLDER_ERROR):
            return None
        return code if code.strip() else None

    @property
    def is_verified(self) -> bool:
        """True when a program was right on all train and test pairs, or a direct answer on its test input."""
        return self.verified is True and self.train_success is not False

    @property
    def why_not_verified(self) -> str | None:
        """Why `is_verified` is False, for people."""
        if self.is_verified:
            return None
        if self.verified is None and self.is_replaced:
            return "replaced by a follow-up"
        if self.verified is not None or self.train_success is False:
            return "not right"
        return (
            "test outputs secret"
            if self._is_secret
            else "not verified yet (verify_generated_code.py does it)"
        )

    @property
    def _is_secret(self) -> bool:
        pairs = self.task_data.get("test") if isinstance(self.task_data, dict) else None
        return isinstance(pairs, list) and any(
            isinstance(pair, dict) and pair.get("output") is None for pair in pairs
        )


def described(skipped: Counter[str]) -> str:
    """Why answers were skipped, for people: `3 errors, 1 not right`."""
    return ", ".join(f"{count} {reason}" for reason, count in skipped.items() if count)


# --- files -----------------------------------------------------------------------------------------------------------


def with_verdicts(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """What to read for each results file: itself, after the file beside it that holds verdicts on what it says.

    A verified file that is given as well is read once, before the file that it was made from.
    """
    sources = {path: _verdicts_on(path) for path in paths}
    beside = set(sources.values())
    return [
        (path,) if verdicts is None else (verdicts, path)
        for path, verdicts in sources.items()
        if path not in beside
    ]


def _verdicts_on(path: Path) -> Path | None:
    verdicts = path.with_name(f"{path.stem}.verified.jsonl")
    if not verdicts.is_file() or _has_verdicts(path):
        return None
    note(f"reading {verdicts.name}, which holds verdicts on {path.name}")
    return verdicts


def _has_verdicts(path: Path) -> bool:
    for where, body in iterate_entries(path):
        entry = decode_entry(path, where, body, Record)
        if entry.get("entry_type", "result") == "result":
            return "verification_success" in entry or "correct" in entry
    return False


def read_answers(*paths: Path) -> Iterator[Answer]:
    """Every answer in results files, streaming; a result that a file before holds too is left out.

    Raises RunFailed, naming the place, when a file is broken or empty.
    """
    for path in paths:
        if next(iterate_entries(path), None) is None:
            raise no_results(path)
    names = {path: _usernames(path) for path in paths}
    for path, record in results_once(paths, Counter()):
        yield from answers_of(record, names[path])


def _usernames(path: Path) -> dict[str, str]:
    """Of the models, by run id; what verify_generated_code.py wrote is about the runs of the file beside it."""
    names = run_usernames(path)
    stem = path.name.removesuffix(".verified.jsonl")
    for suffix in (".jsonl", ".json"):
        original = path.with_name(stem + suffix)
        if stem != path.name and original.is_file():
            names = run_usernames(original) | names
    return names


# --- records ---------------------------------------------------------------------------------------------------------


def answers_of(record: Record, usernames: dict[str, str]) -> Iterator[Answer]:
    """Every answer in a result record; `usernames` of the models by run id."""
    task_id, version, run_id = (record.get(name) for name in ("task_id", "version", "run_id"))
    names = (record.get("model_username"), usernames.get(str(run_id)), usernames.get(""), UNKNOWN_MODEL)
    about: Record = {
        "task_id": task_id if isinstance(task_id, str) else "",
        "version": version if type(version) is int else 0,
        "task_data": record.get("task_data"),
        "username": next(name for name in names if isinstance(name, str) and name),
        "run_id": str(run_id or ""),
        "timestamp": record.get("timestamp"),
    }
    for attempt in range(_attempts(record)):
        for fields in _answers_of_attempt(record, attempt):
            yield Answer(**about, attempt=attempt, **fields)


def _attempts(record: Record) -> int:
    values = (record.get(name) for name in ("reasoning", "response", "python_code"))
    return max((len(value) for value in values if isinstance(value, list)), default=1)


_FIELDS = {
    "reasoning": "reasoning",
    "response": "response",
    "python_code": "python_code",
    "train_success": "train_success",
    "train_accuracy": "train_accuracy",
    "verification_success": "verified",
    "hard_coded": "hard_coded",
}
"""Name in a record -> name in an Answer, where an attempt's element is the value."""
_JUDGED = ("python_code", "train_success", "train_accuracy", "verified", "hard_coded")
"""What a record says of the last reply of an attempt."""


def _answers_of_attempt(record: Record, attempt: int) -> Iterator[Record]:
    fields = {ours: _element(record.get(name), attempt) for name, ours in _FIELDS.items()}
    fields["is_error"] = _element(record.get("error"), attempt) is not None
    fields["prompt_messages"] = _prompt(record.get("prompt_messages"), attempt)
    follow_ups = _follow_ups(record, attempt)
    if isinstance(fields["reasoning"], list) or isinstance(fields["response"], list):
        yield from _answers_per_input(record, attempt, fields)
    else:
        yield from _chain(fields, follow_ups)


def _element(values: Any, attempt: int) -> Any:
    """The element of a per-attempt list; older records have the value of their one attempt itself."""
    if isinstance(values, list):
        return values[attempt] if attempt < len(values) else None
    return values if attempt == 0 else None


def _prompt(messages: Any, attempt: int) -> Any:
    """Older records have one prompt for all attempts."""
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        return messages
    return _element(messages, attempt)


def _answers_per_input(record: Record, attempt: int, fields: Record) -> Iterator[Record]:
    """The direct benchmark asks once per test input."""
    errors, correct = (_element(record.get(name), attempt) for name in ("error", "correct"))
    parts = {name: value for name, value in fields.items() if isinstance(value, list)}
    for index in range(max(map(len, parts.values()))):
        of_input = {name: _element(value, index) for name, value in parts.items()}
        verdict = {"is_error": _element(errors, index) is not None, "verified": _element(correct, index)}
        yield fields | of_input | verdict


def _follow_ups(record: Record, attempt: int) -> list[Record]:
    chain = _element(record.get("refinements"), attempt)
    return (
        [follow_up for follow_up in chain if isinstance(follow_up, dict)] if isinstance(chain, list) else []
    )


def _chain(attempt: Record, follow_ups: list[Record]) -> Iterator[Record]:
    """The replies of an attempt; its program and verdict are those of the last one that was answered."""
    replies = [attempt | dict.fromkeys(_JUDGED), *(_follow_up(one, attempt) for one in follow_ups)]
    last = max((place for place, reply in enumerate(replies) if not reply["is_error"]), default=0)
    replies[last] |= {name: attempt[name] for name in _JUDGED}
    for place, reply in enumerate(replies):
        yield reply | {"is_replaced": place < last}


def _follow_up(follow_up: Record, attempt: Record) -> Record:
    own = {ours: follow_up.get(name) for name, ours in _FIELDS.items()}
    prompt = follow_up.get("prompt_messages") or attempt["prompt_messages"]
    return attempt | own | {"prompt_messages": prompt, "is_error": follow_up.get("error") is not None}
