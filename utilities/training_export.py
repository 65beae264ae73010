"""Verified programs as chat messages for fine-tuning: which answers become a row, and the files that hold the rows.

A folder with such a file and its dataset card loads with `datasets.load_dataset(folder)`. Not here: the prompt of a task
where a record has kept none (agents/), the words of the card (dataset_card.py).
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from utilities.answers import Answer, described
from utilities.canonical_form import canonical_form
from utilities.config import RunFailed, UsageError
from utilities.data_loader import Pair, Task, read_tasks
from utilities.files import replaced
from utilities.hard_coded import hard_coded
from utilities.model_utils import Message
from utilities.program_identity import program_sha256
from utilities.tasks import task_of_data
from utilities.traces import iso_time

_ROWS_PER_GROUP = 1000


class Row(msgspec.Struct, kw_only=True):
    """One training example. No field is ever null, so that every loader agrees on the types."""

    messages: list[Message]
    """The prompt, and the reply: reasoning, then the program in a fence."""
    task_id: str
    version: int
    python_code: str
    reasoning: str
    model: str
    run_id: str
    attempt: int
    timestamp: str
    hard_coded: bool
    source_file: str
    program_sha256: str
    """Of the normalised syntax tree."""
    task_sha256: str
    """Of the task's pairs, in any order."""


# --- which answers ---------------------------------------------------------------------------------------------------


class ExcludedTasks:
    """Tasks that must not be trained on, recognised by their pairs however these are turned, recoloured or ordered.

    A pair may also have moved between train and test. Of tasks whose test outputs are secret the rest decides.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        """`sources` as for `--dataset`. Raises UsageError or DatasetError."""
        self._known: set[str] = set()
        self._secret: set[str] = set()
        for task in (task for source in sources for task in read_tasks(source)):
            if all(pair.has_output for pair in task.test):
                self._known.add(_form(task))
            else:
                self._secret.add(_form(_without_test_outputs(task)))

    def __contains__(self, task: Task) -> bool:
        return _form(task) in self._known or (
            bool(self._secret) and _form(_without_test_outputs(task)) in self._secret
        )


def _form(task: Task) -> str:
    return canonical_form(task, roles=False).content_hash


def _without_test_outputs(task: Task) -> Task:
    return msgspec.structs.replace(task, test=tuple(Pair(pair.input) for pair in task.test))


class Selection:
    """Decides which answers become rows, and counts what did and why the others did not."""

    def __init__(
        self,
        prompt_of: Callable[[Task], tuple[Message, ...]],
        excluded: ExcludedTasks,
        *,
        per_task: bool = False,
        skip_hard_coded: bool = False,
    ) -> None:
        """`prompt_of` makes the prompt of a task; the rest as the flags of export_training_data.py."""
        self.skipped: Counter[str] = Counter()
        self.models: Counter[str] = Counter()
        self.tasks: set[tuple[str, int]] = set()
        self._prompt_of, self._per_task, self._skip_hard_coded = prompt_of, per_task, skip_hard_coded
        self._excluded, self._exclusions = excluded, dict[str, bool]()
        self._seen: set[bytes] = set()

    def rows(self, answers: Iterable[Answer], source_file: str) -> Iterator[Row]:
        """The rows that the answers of one file make. Memory: some 100 bytes per row and per task."""
        for answer in answers:
            task = _task(answer)
            program = answer.program
            if program is None or task is None or not answer.is_verified:
                self.skipped[_fault(answer)] += 1
                continue
            row = self._row(answer, program, task, source_file)
            if reason := self._why_not(row, task):
                self.skipped[reason] += 1
                continue
            self.models[row.model] += 1
            self.tasks.add(task.key)
            yield row

    def check(self) -> None:
        """Raises RunFailed, with the reasons, when no answer has become a row."""
        if not self.models:
            total = self.skipped.total()
            why = f", of {total} answers: {described(self.skipped)}" if total else ": there are no answers"
            raise RunFailed(f"there is nothing to export{why}")

    def _why_not(self, row: Row, task: Task) -> str | None:
        if self._skip_hard_coded and row.hard_coded:
            return "hard-coded"
        if self._is_excluded(task):
            return "of excluded tasks"
        identity = row.program_sha256 + (row.task_sha256 if self._per_task else "")
        key = blake2b(identity.encode(), digest_size=12).digest()
        if key in self._seen:
            return "with the program of another row"
        self._seen.add(key)
        return None

    def _is_excluded(self, task: Task) -> bool:
        content = task.content_hash
        if content not in self._exclusions:
            self._exclusions[content] = task in self._excluded
        return self._exclusions[content]

    def _row(self, answer: Answer, program: str, task: Task, source_file: str) -> Row:
        reasoning, mark = answer.text or "", answer.hard_coded
        return Row(
            messages=[*self._prompt(answer, task), Message("assistant", _reply(reasoning, program))],
            task_id=task.task_id,
            version=task.version,
            python_code=program,
            reasoning=reasoning,
            model=answer.username,
            run_id=answer.run_id,
            attempt=answer.attempt,
            timestamp=iso_time(answer.timestamp) if answer.timestamp else "",
            hard_coded=mark if isinstance(mark, bool) else hard_coded(program, task),
            source_file=source_file,
            program_sha256=program_sha256(program),
            task_sha256=task.content_hash,
        )

    def _prompt(self, answer: Answer, task: Task) -> tuple[Message, ...]:
        """The prompt that was answered; older records may not have kept it."""
        try:
            return msgspec.convert(answer.prompt_messages, tuple[Message, ...]) or self._prompt_of(task)
        except msgspec.ValidationError:
            return self._prompt_of(task)


def _task(answer: Answer) -> Task | None:
    try:
        return task_of_data(answer.task_id, answer.version, answer.task_data) if answer.is_verified else None
    except msgspec.ValidationError:
        return None


def _fault(answer: Answer) -> str:
    if answer.program is None and not answer.is_replaced:
        return "without a program"
    return answer.why_not_verified or "without the pairs of their task"


def _reply(reasoning: str, program: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", program)), default=0))
    return f"{reasoning}\n\n{fence}python\n{program.rstrip()}\n{fence}".lstrip()


# --- files -----------------------------------------------------------------------------------------------------------


def write_rows(path: Path, rows: Iterable[Row], format: str) -> None:
    """Replace `path` by a file of `rows`, streaming.

    Raises UsageError when the format needs a package that is not there, OSError, and whatever `rows` raises; `path` is
    then what it was.
    """
    with replaced(path) as file:
        FORMATS[format].write(file, rows)


def _write_chat_jsonl(file: BinaryIO, rows: Iterable[Row]) -> None:
    encode = msgspec.json.Encoder().encode
    file.writelines(encode(row) + b"\n" for row in rows)


def _write_parquet(file: BinaryIO, rows: Iterable[Row]) -> None:
    pyarrow, parquet = _pyarrow()
    text, whole, truth = pyarrow.string(), pyarrow.int64(), pyarrow.bool_()
    types = {"messages": pyarrow.list_(pyarrow.struct([("role", text), ("content", text)]))}
    types |= {"version": whole, "attempt": whole, "hard_coded": truth}
    schema = pyarrow.schema([(name, types.get(name, text)) for name in Row.__struct_fields__])
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        remaining = iter(rows)
        while group := [msgspec.to_builtins(row) for row in itertools.islice(remaining, _ROWS_PER_GROUP)]:
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "--format parquet needs pyarrow: pip install -r requirements-export.txt, or use --format chat-jsonl"
        ) from None
    return pyarrow, pyarrow.parquet


class Format(NamedTuple):
    """How rows are written."""

    file_name: str
    write: Callable[[BinaryIO, Iterable[Row]], None]


FORMATS = {
    "chat-jsonl": Format("train.jsonl", _write_chat_jsonl),
    "parquet": Format("train.parquet", _write_parquet),
}
