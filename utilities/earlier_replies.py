"""What earlier stretches of a resumed run left: results that count, and responses whose tasks are not complete."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from utilities.attempts import sampling_of
from utilities.config import RunConfig, RunFailed
from utilities.model_utils import Reply
from utilities.progress import Totals
from utilities.records import Record, attempt_key, flattened, read_replies, task_of_record
from utilities.results import ResultsFile


class EarlierReplies:
    """Responses that a run has already, of tasks that still miss some."""

    def __init__(self) -> None:
        self._replies: dict[tuple[str, int, str], Reply] = {}

    def pop(self, task: tuple[str, int], key: str) -> Reply | None:
        """The response to the request of that key (records.attempt_key), if it is there."""
        return self._replies.pop((*task, key), None)

    def take_in(
        self, results: ResultsFile, totals: Totals, answer_field: str, config: RunConfig, model_id: str
    ) -> None:
        """Read what the run has; count it in `totals`, and tell `results` which tasks are complete."""
        for record, offset, counts in results.load_results():
            for error in flattened(record["error"]):  # paid for, also where a later stretch asked again
                totals.add_cost(error.get("cost") if error else None)
            if not counts:
                continue
            _check(record, answer_field, results.path)
            complete = not any(flattened(record["error"]))
            results.take_in((record["task_id"], record["version"]), offset, complete=complete)
            if complete:
                totals.add_result(record, record[answer_field])
                for _, _, reply in read_replies(record):
                    totals.add_reply(reply)
            else:
                for key, reply in _keyed_replies(record, config, model_id):
                    self._add((record["task_id"], record["version"]), key, reply, totals)
        for entry in results.load_journal():
            self._add((entry.task_id, entry.version), entry.key, entry.reply, totals)

    def _add(self, task: tuple[str, int], key: str, reply: Reply, totals: Totals) -> None:
        """A response may stand in the journal and in a record; it was paid once."""
        if (*task, key) not in self._replies:
            self._replies[(*task, key)] = reply
            totals.add_reply(reply)


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


def _keyed_replies(record: Record, config: RunConfig, model_id: str) -> Iterator[tuple[str, Reply]]:
    content_hash = task_of_record(record).content_hash
    for attempt, messages, reply in read_replies(record):
        yield attempt_key(content_hash, attempt, messages, model_id, sampling_of(config, attempt)), reply
