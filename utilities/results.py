"""Results on disk: append-only JSON Lines files that survive a crash, and the files of one script's runs.

Not here: what the lines mean (records.py) and when they are written (runner.py).
"""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec

from utilities.config import RunFailed
from utilities.files import FileLock, LockHeld, write_atomically
from utilities.record_reader import decode_entry, is_json_object, iterate_lines, read_run, unended_tail
from utilities.records import JournalLine, MetadataLine, Record, ResultLine, RunLine

_ENCODER = msgspec.json.Encoder()
_READ_BLOCK = 1 << 16


class AppendFile:
    """A JSON Lines file that is only ever appended to: each line is handed to the kernel whole before `append` returns.

    A torn last line (a crash while writing) is cut off when the file is opened; `torn_bytes` says how much. A whole
    record that only lacks its line end gets one.
    """

    def __init__(self, path: Path) -> None:
        """Open or create `path`. Raises OSError when it cannot be written."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self.size = os.fstat(self._descriptor).st_size
        self._dirty = False
        self.torn_bytes = self._mend_tail()

    def _mend_tail(self) -> int:
        tail = unended_tail(self.path)
        if not tail:
            return 0
        if is_json_object(tail):
            self.append_raw(b"\n")
            return 0
        self.size -= len(tail)
        os.ftruncate(self._descriptor, self.size)
        self._dirty = True
        return len(tail)

    def append(self, line: Any) -> int:
        """Write one line (anything msgspec encodes); returns the offset at which it starts.

        Raises OSError when it cannot be written whole (a full disk); the file then ends where it ended before.
        """
        return self.append_raw(_ENCODER.encode(line) + b"\n")

    def append_raw(self, data: bytes) -> int:
        """Write lines that are encoded already, each with its newline."""
        start, view = self.size, memoryview(data)
        try:
            while view:
                view = view[os.pwrite(self._descriptor, view, self.size) :]
                self.size = start + len(data) - len(view)
        except OSError as error:
            self.size = start
            os.ftruncate(self._descriptor, start)
            error.filename = str(self.path)
            raise
        self._dirty = True
        return start

    def sync(self) -> None:
        """Make everything appended so far survive a power loss; cheap when there is nothing new. Runs in any thread.

        Raises OSError when that fails, also (errno ESTALE) when all that was appended is no longer at `path`.
        """
        if self._dirty:
            self._dirty = False
            self._check_place()
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                self._dirty, error.filename = True, str(self.path)
                raise

    def _check_place(self) -> None:
        """By its length, as some network file systems have no inode numbers to go by."""
        size = self.size  # first: another thread may append meanwhile, which makes the file longer first
        try:
            there = self.path.stat().st_size
        except FileNotFoundError:
            there = -1
        if there < min(size, self.size):
            raise OSError(errno.ESTALE, "moved, removed or cut while it was being written", str(self.path))

    def put_back(self) -> bool:
        """Write the file anew when there is nothing at `path` any more, and go on there; True when that was done.

        Only while nobody appends. Raises OSError, also when something else is there or the file was cut.
        """
        try:
            self._check_place()
        except OSError:
            self._dirty = True  # so that the next sync says it again, before a journal is tidied
            if self.path.exists():
                raise
        else:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        anew, offset = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644), 0
        while block := os.pread(self._descriptor, _READ_BLOCK, offset):
            offset += os.write(anew, block)
        os.dup2(anew, self._descriptor, inheritable=False)
        os.close(anew)
        self._dirty = True
        return True

    def read(self, offset: int) -> bytes:
        """The line that starts at `offset`, without its newline."""
        parts = []
        while block := os.pread(self._descriptor, _READ_BLOCK, offset):
            newline = block.find(b"\n")
            parts.append(block if newline < 0 else block[:newline])
            if newline >= 0:
                break
            offset += len(block)
        return b"".join(parts)

    def clear(self) -> None:
        """Empty the file."""
        self.size = 0
        os.ftruncate(self._descriptor, 0)
        self._dirty = True

    def close(self) -> None:
        """Sync and close; may be called twice."""
        if self._descriptor >= 0:
            self.sync()
            os.close(self._descriptor)
            self._descriptor = -1


class RunLock:
    """At most one run writes a results file. The lock goes with the process, however that ends."""

    def __init__(self, results_path: Path) -> None:
        """Take the lock. Raises RunFailed, naming the other process, when another run holds it."""
        try:
            self._lock = FileLock(results_path.with_name(f".{results_path.stem}.lock"))
        except LockHeld as error:
            raise RunFailed(
                f"{results_path} is being written by another run (process {error.owner}): wait for it, "
                "or give this run a folder of its own with --output_directory"
            ) from None

    def close(self) -> None:
        """Let go of the lock."""
        self._lock.close()


class ResultsFile:
    """The results file of one script and its journal, opened for one run.

    Every response goes to the journal on arrival, every finished task to the results file. At the end `write_snapshot`
    also drops from the journal what the results file holds, and `end` writes the metadata.
    """

    def __init__(self, path: Path, run_id: str) -> None:
        """Open (and create) both files and take the lock.

        Raises RunFailed when another run holds the lock or the journal is broken, OSError when the folder cannot be
        written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.run_id = path, run_id
        self._offsets: dict[tuple[str, int], int] = {}
        self._incomplete: set[tuple[str, int]] = set()
        with ExitStack() as opened:
            self._lock = opened.enter_context(closing(RunLock(path)))
            self._results = opened.enter_context(closing(AppendFile(path)))
            self._journal = opened.enter_context(closing(AppendFile(journal_path(path))))
            self._check_journal()
            opened.pop_all()
        for left in path.parent.glob(
            f".{path.stem}*.tmp"
        ):  # of a snapshot or a journal whose writing was killed
            left.unlink(missing_ok=True)
        self.repaired = {
            file.path: file.torn_bytes for file in (self._results, self._journal) if file.torn_bytes
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, line: RunLine) -> None:
        """Write the first line of a new run."""
        self._results.append(line)

    def load_results(self) -> Iterator[tuple[Record, int, bool]]:
        """(record, offset, counts) of each result of earlier stretches of this run; of one task the last one counts."""
        offsets, last = [], {}
        for offset, record in read_run(self.path, self.run_id):
            offsets.append(offset)
            last[(record["task_id"], record["version"])] = offset
        counting = set(last.values())
        for offset in offsets:
            yield msgspec.json.decode(self._results.read(offset)), offset, offset in counting

    def take_in(self, key: tuple[str, int], offset: int, *, complete: bool) -> None:
        """Count a record of an earlier stretch to this one; an incomplete one will be superseded."""
        self._offsets[key] = offset
        if not complete:
            self._incomplete.add(key)

    def is_finished(self, key: tuple[str, int]) -> bool:
        """True when the results file holds the whole result of that task."""
        return key in self._offsets and key not in self._incomplete

    def incomplete_results(self) -> Iterator[Record]:
        """What earlier stretches left of tasks that this one has not finished."""
        for key in self._incomplete:
            yield msgspec.json.decode(self._results.read(self._offsets[key]))

    def load_journal(self) -> Iterator[JournalLine]:
        """This run's journalled responses whose tasks have no result yet."""
        for number, _, line in iterate_lines(self._journal.path):
            entry: JournalLine = decode_entry(self._journal.path, f"line {number}", line, JournalLine)
            if entry.run_id == self.run_id and not self.is_finished((entry.task_id, entry.version)):
                yield entry

    def save_response(self, entry: JournalLine) -> None:
        """Put a response on disk. Raises OSError when the disk is full."""
        self._journal.append(entry)

    def save_result(self, line: ResultLine) -> None:
        """Put a finished task on disk. Raises OSError when the disk is full."""
        key = (line.task_id, line.version)
        self._offsets[key] = self._results.append(line)
        self._incomplete.discard(key)

    def sync(self) -> None:
        """Make everything saved so far survive a power loss."""
        self._journal.sync()
        self._results.sync()

    def put_back(self) -> list[Path]:
        """Write those of the files anew that are gone, and return their paths; see `AppendFile.put_back`."""
        try:
            journal_is_back = self._journal.put_back()
        finally:  # also where the journal cannot be
            results_are_back = self._results.put_back()
        files = ((self._journal, journal_is_back), (self._results, results_are_back))
        return [file.path for file, is_back in files if is_back]

    def write_snapshot(self, metadata: MetadataLine) -> Path:
        """Write the snapshot of this run and return its path; first tidy the journal, which may make room for it.

        Raises OSError.
        """
        self.sync()
        self._tidy_journal()
        path = snapshot_path(self.path, interrupted=metadata.status == "interrupted")
        write_atomically(path, self._snapshot_chunks(metadata))
        return path

    def end(self, metadata: MetadataLine) -> None:
        """Write the last line of this stretch of the run. Raises OSError."""
        self._results.append(metadata)
        self.sync()

    def _snapshot_chunks(self, metadata: MetadataLine) -> Iterator[bytes]:
        yield b'{"metadata": ' + _ENCODER.encode(metadata) + b',\n"results": ['
        for number, offset in enumerate(self._offsets.values()):
            yield (b",\n" if number else b"\n") + self._results.read(offset)
        yield b"\n]}\n"

    def _tidy_journal(self) -> None:
        """Drop this run's responses whose tasks have a result; what other runs still need stays."""
        kept = [line for _, _, line in iterate_lines(self._journal.path) if self._still_needed(line)]
        if not kept:
            self._journal.clear()
            return
        self._journal.close()
        write_atomically(self._journal.path, kept)
        self._journal = AppendFile(self._journal.path)

    def _check_journal(self) -> None:
        """Raises RunFailed now rather than at the end of the run when a line of the journal is broken."""
        for number, _, line in iterate_lines(self._journal.path):
            decode_entry(self._journal.path, f"line {number}", line, _JournalKey)

    def _still_needed(self, line: bytes) -> bool:
        entry = msgspec.json.decode(line, type=_JournalKey)
        return entry.run_id != self.run_id or not self.is_finished((entry.task_id, entry.version))

    def close(self) -> None:
        """Sync and close the files and let go of the lock."""
        self._journal.close()
        self._results.close()
        self._lock.close()


class _JournalKey(msgspec.Struct):
    run_id: str
    task_id: str
    version: int


def journal_path(results_path: Path) -> Path:
    """Where the journal of a results file is."""
    return results_path.with_name(f"{results_path.stem}.attempts.jsonl")


def snapshot_path(results_path: Path, *, interrupted: bool) -> Path:
    """A free name for a snapshot: the results file's stem and the local time; a taken second is passed over."""
    moment = datetime.now(UTC).astimezone()
    while True:
        stem = f"{results_path.stem}_{moment:%Y%m%d_%H%M%S}"
        names = [results_path.with_name(f"{stem}{mark}.json") for mark in ("", "_interrupted")]
        if not any(name.exists() for name in names):
            return names[interrupted]
        moment += timedelta(seconds=1)
