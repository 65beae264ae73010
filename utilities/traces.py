"""The traces_store.json format: what people and models wrote about tasks. Read, added to, and published atomically.

The file maps task ids to lists of traces. What it holds is never rewritten: entries of older files keep their form, and
keys nobody here knows stay. Everyone who changes the file does it through `open_store`, so that two programs at once lose
nothing. Not here: where traces come from (merge_reasoning.py, the server's store).
"""

import glob
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from utilities.config import MOST, ROOT, RunFailed
from utilities.files import FileLock, LockHeld, remove_leftovers, write_atomically
from utilities.records import Record

DEFAULT_TRACES = ROOT / "data" / "traces_store.json"
KEPT_BACKUPS = 20
"""Of one file; older ones go."""
LOCK_SECONDS = 60.0
"""How long a change waits for the change of another program."""
ANONYMOUS = "anonymous"


class Trace(msgspec.Struct, kw_only=True):
    """What somebody, or a model, wrote about a task."""

    trace_id: str
    task_id: str
    username: str
    text: str
    score: int = 0
    """Sum of the votes; in older files also of votes whose voters are not known."""
    timestamp: str
    """ISO 8601 in UTC."""
    voters: dict[str, int] = {}
    """User name to 1 or -1."""
    extra: Record = {}
    """Further keys of the file: `version`, `origin`, `verified`, `code` and whatever others wrote."""

    @property
    def entry(self) -> Record:
        """The trace as it stands in the file."""
        entry: Record = msgspec.to_builtins(self)
        extra: Record = entry.pop("extra")
        return entry | extra


def content_key(task_id: str, username: str, text: str) -> str:
    """What makes two traces one whatever their ids: 32 hex digits."""
    return blake2b("\0".join((task_id, username, text.strip())).encode(), digest_size=16).hexdigest()


# --- reading ---------------------------------------------------------------------------------------------------------


class Store:
    """The content of a traces_store.json."""

    def __init__(self, entries: dict[str, list[Record]]) -> None:
        """`entries`: what the file holds, by task id, checked by `read_store`."""
        self.entries = entries
        self.added: list[Trace] = []
        """What `add` has added."""
        traces = list(self)
        self._ids = {trace.trace_id for trace in traces}
        self._contents = {content_key(trace.task_id, trace.username, trace.text) for trace in traces}

    def __iter__(self) -> Iterator[Trace]:
        """Every trace, in today's form."""
        for task_id, entries in self.entries.items():
            for entry in entries:
                yield _trace(task_id, entry)

    def add(self, trace: Trace) -> bool:
        """Add a trace, unless one with its id or its content is there; returns whether it was added."""
        content = content_key(trace.task_id, trace.username, trace.text)
        if trace.trace_id in self._ids or content in self._contents:
            return False
        self._ids.add(trace.trace_id)
        self._contents.add(content)
        self.entries.setdefault(trace.task_id, []).append(trace.entry)
        self.added.append(trace)
        return True

    def chunks(self) -> Iterator[bytes]:
        """The file, one trace per line, which keeps diffs readable."""
        separator = b"{\n"
        for task_id, entries in self.entries.items():
            yield separator + _encode(task_id) + b": ["
            yield b",".join(b"\n" + _encode(entry) for entry in entries) + b"\n]"
            separator = b",\n"
        yield b"{}\n" if separator == b"{\n" else b"\n}\n"


def read_store(path: Path) -> Store:
    """The traces of a file; a file that is not there has none. Raises RunFailed, naming the fault, when it is broken."""
    return _parsed(path, path.read_bytes()) if path.exists() else Store({})


_encode = msgspec.json.Encoder().encode


def _parsed(path: Path, data: bytes) -> Store:
    try:
        content = msgspec.json.decode(data) if data.strip() else {}
        return Store(_by_task(content))
    except (ValueError, RecursionError) as error:  # msgspec's and those below
        raise RunFailed(
            f"{path} is broken ({error}), and nothing was changed: mend it, or put back one of {backup_folder(path)}"
        ) from None


def _by_task(content: Any) -> dict[str, list[Record]]:
    """Older files may be one list of traces. Raises ValueError when it is neither."""
    if isinstance(content, list):
        grouped: dict[str, list[Record]] = {}
        for entry in content:
            task_id = entry.get("task_id") if isinstance(entry, dict) else None
            if not isinstance(task_id, str):
                raise ValueError("a trace has no task_id")
            grouped.setdefault(task_id, []).append(entry)
        content = grouped
    if not isinstance(content, dict):
        raise ValueError("it does not map task ids to traces")
    for task_id, entries in content.items():
        if not isinstance(entries, list) or not all(_is_trace(entry) for entry in entries):
            raise ValueError(f"task {task_id!r} has something else than a list of traces with a text")
    return content


def _is_trace(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("text"), str)


_KNOWN = {field for field in Trace.__struct_fields__ if field != "extra"}


def _trace(task_id: str, entry: Record) -> Trace:
    """An entry in today's form: what older ones lack is filled in, times in seconds become text."""
    username = entry.get("username")
    username = username if isinstance(username, str) and username else ANONYMOUS
    voters = _voters(entry.get("voters"))
    score = entry.get("score")
    trace_id = entry.get("trace_id")
    return Trace(
        trace_id=str(trace_id) if trace_id else content_key(task_id, username, entry["text"]),
        task_id=task_id,
        username=username,
        text=entry["text"],
        score=int(score) if isinstance(score, int | float) and abs(score) <= MOST else sum(voters.values()),
        timestamp=iso_time(entry.get("timestamp")),
        voters=voters,
        extra={name: value for name, value in entry.items() if name not in _KNOWN},
    )


def _voters(value: Any) -> dict[str, int]:
    """User name to 1 or -1; a list of names are votes for the trace."""
    if isinstance(value, list):
        return {name: 1 for name in value if isinstance(name, str)}
    votes = value.items() if isinstance(value, dict) else ()
    return {name: 1 if vote > 0 else -1 for name, vote in votes if isinstance(vote, int | float) and vote}


def iso_time(value: Any) -> str:
    """A time as ISO 8601 text; numbers are seconds (or, of a browser, milliseconds) since 1970. Unknown: that moment."""
    if isinstance(value, str) and value:
        return value
    seconds = float(value) if isinstance(value, int | float) else 0.0
    seconds = seconds / 1000 if abs(seconds) > 1e11 else seconds
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC).isoformat(timespec="seconds")


# --- changing --------------------------------------------------------------------------------------------------------


@contextmanager
def open_store(path: Path, backup: bool = True) -> Iterator[Store]:
    """The traces of a file, to be added to under its lock; what was added is published when the block ends.

    When nothing was, the file stays untouched. Otherwise the file as it was is kept in `backup_folder`, unless `backup`
    is False. Raises RunFailed when the file is broken or its lock cannot be had, OSError when it cannot be written; the
    file is then what it was.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(store_lock(path)):
        remove_leftovers(path)
        before = path.read_bytes() if path.exists() else b""
        store = _parsed(path, before)
        yield store
        if store.added:
            if backup and before:
                _back_up(path, before)
            publish(path, store)


def publish(path: Path, store: Store) -> None:
    """Replace the file by `store`, for who holds its lock. Raises OSError; the file is then what it was."""
    write_atomically(path, store.chunks())


def store_lock(path: Path) -> FileLock:
    """The lock of a traces_store.json: whoever replaces the file holds it. Raises RunFailed when another keeps it."""
    try:
        return FileLock(path.with_name(f".{path.name}.lock"), LOCK_SECONDS)
    except LockHeld as error:
        raise RunFailed(f"{path} is being changed by process {error.owner}: wait for it, or end it") from None


def backup_folder(path: Path) -> Path:
    """Where what a traces_store.json held before is kept."""
    return path.resolve().parent / "backups"


def _back_up(path: Path, content: bytes) -> None:
    folder, stem = backup_folder(path), path.stem
    write_atomically(folder / f"{stem}_{datetime.now(UTC):%Y%m%d_%H%M%S_%f}{path.suffix}", content)
    dated = f"{glob.escape(stem)}_{'[0-9]' * 8}_{'[0-9]' * 6}_{'[0-9]' * 6}{path.suffix}"
    for old in sorted(folder.glob(dated))[:-KEPT_BACKUPS]:
        old.unlink(missing_ok=True)
