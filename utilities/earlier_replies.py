"""What earlier stretches of a resumed run left: results that count, and responses whose tasks are not complete."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from utilities.attempts import Prompt, sampling_of
from utilities.config import RunConfig, RunFailed
from utilities.model_utils import Reply
from utilities.progress import Totals
from utilities.records import Record, attempt_key, errors_of, is_complete, read_replies, task_of_record
from utilities.results import ResultsFile


class Earlier(NamedTuple):
    """A response of an earlier stretch."""

    reply: Reply
    messages: Prompt | None
    """The prompt it answers, where that cannot be made again for certain (a follow-up)."""


class EarlierReplies:
    """Responses that a run has already, of tasks that still miss some."""

    def __init__(self) -> None:
        self._replies: dict[tuple[str, int, str], Earlier] = {}

    def __len__(self) -> int:
        return len(self._replies)

    def holds(self, task: tuple[str, int], key: str) -> bool:
        """A response to the request of that key (records.attempt_key) is there."""
        return (*task, key) in self._replies

    def pop(self, task: tuple[str, int], key: str) -> Earlier | None:
        """That response, if it is there; it is handed out once."""
        return self._replies.pop((*task, key), None)

    def take_in(
        self, results: ResultsFile, totals: Totals, answer_field: str, config: RunConfig, model_id: str
    ) -> None:
        """Read what the run has; count it in `totals`, and tell `results` which tasks are complete."""
        for record, offset, counts in results.load_results():
            for error in errors_of(record):  # paid for, also where a later stretch asked again
                totals.add_cost(error.get("cost"))
            if not counts:
                continue
            _check(record, answer_field, results.path)
            complete = is_complete(record)
            results.take_in((record["task_id"], record["version"]), offset, complete=complete)
            if complete:
                totals.add_result(record, record[answer_field])
                totals.add_score(record)
                for _, reply in read_replies(record):
                    totals.add_reply(reply)
            else:
                for key, earlier in _keyed_replies(record, config, model_id):
                    self._add((record["task_id"], record["version"]), key, earlier, totals)
        for entry in results.load_journal():
            messages = entry.prompt_messages or None
            self._add((entry.task_id, entry.version), entry.key, Earlier(entry.reply, messages), totals)

    def _add(self, task: tuple[str, int], key: str, earlier: Earlier, totals: Totals) -> None:
        """A response may stand in the journal and in a record; it was paid once."""
        if (*task, key) not in self._replies:
            self._replies[(*task, key)] = earlier
            totals.add_reply(earlier.reply)


def _check(record: Record, answer_field: str, path: Path) -> None:
    """Raises RunFailed when a record does not hold together; StoredResult has looked at the rest."""
    answers = record.get(answer_field)
    try:
        task_of_record(record)
        list(read_replies(record))
        if not isinstance(answers, list) or len(answers) != len(record["error"]):
            raise msgspec.ValidationError(f"its {answer_field} is not a list of {len(record['error'])}")
    except msgspec.ValidationError as error:
        raise RunFailed(
            f"the result of task {record['task_id']} in {path} is broken ({error}): remove that line and start again"
        ) from None


def _keyed_replies(record: Record, config: RunConfig, model_id: str) -> Iterator[tuple[str, Earlier]]:
    content_hash = task_of_record(record).content_hash
    for request, reply in read_replies(record):
        asked = msgspec.structs.replace(request, sampling=sampling_of(config, request.attempt))
        yield attempt_key(content_hash, asked, model_id), Earlier(reply, request.messages)
