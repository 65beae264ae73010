"""Files that are whole or not there (`write_atomically`), locks between processes, and JSON lists."""

import errno
import fcntl
import glob
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LOCK_POLL_SECONDS = 0.02


def write_atomically(path: str | Path, content: bytes | Iterable[bytes], durable: bool = True) -> None:
    """Make `path` hold `content`; whatever happens, it holds either all of that or what it held before.

    `durable` False spares the fsyncs: after a power loss the file may then be empty, but many are written fast.
    Missing parent folders are made. Raises OSError, and whatever `content` raises while it is read.
    """
    with replaced(path, durable) as file:
        file.writelines([content] if isinstance(content, bytes) else content)


@contextmanager
def replaced(path: str | Path, durable: bool = True) -> Iterator[BinaryIO]:
    """As `write_atomically`, for those who write to a file: `path` holds what the block wrote once it ends well."""
    path = Path(path).resolve()  # so that a link stays one and its target is replaced
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{_temporary_stem(path)}{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException as error:  # Ctrl-C too must leave nothing behind
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(temporary)):
            error.filename = str(path)  # what people know the file by
        raise
    if durable:
        _sync_folder(path.parent)


def _temporary_stem(path: Path) -> str:
    return f".{path.name[:180]}."


def remove_leftovers(path: Path) -> None:
    """Remove what writers of `path` that were killed left beside it. Only for who holds a lock that they all take."""
    path = path.resolve()
    for left in path.parent.glob(f"{glob.escape(_temporary_stem(path))}*.tmp"):
        left.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LockHeld(Exception):
    """Another process holds a lock; `owner` is its process id, as far as it is known."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"held by process {owner}")
        self.owner = owner


class FileLock:
    """A lock between processes (and threads) on a file of its own. It goes with the process, however that ends."""

    def __init__(self, path: Path, wait_seconds: float = 0.0) -> None:
        """Take the lock, within `wait_seconds`. Raises LockHeld when another holds it, OSError when `path` cannot be made."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        patience = time.monotonic() + wait_seconds
        while not self._taken():
            if time.monotonic() >= patience:
                owner = os.pread(self._descriptor, 32, 0).decode().strip() or "unknown"
                os.close(self._descriptor)
                raise LockHeld(owner)
            time.sleep(_LOCK_POLL_SECONDS)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._descriptor)


def json_list(items: Iterable[bytes]) -> Iterator[bytes]:
    """A JSON list in chunks, one item (JSON without a line break) per line, which keeps diffs readable."""
    separator = b"[\n"
    for item in items:
        yield separator + item
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"
