"""Files that are whole or not there (`write_atomically`), and what goes into them."""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path


def write_atomically(path: str | Path, content: bytes | Iterable[bytes], durable: bool = True) -> None:
    """Make `path` hold `content`; whatever happens, it holds either all of that or what it held before.

    `durable` False spares the fsyncs: after a power loss the file may then be empty, but many are written fast.
    Missing parent folders are made. Raises OSError, and whatever `content` raises while it is read.
    """
    path = Path(path).resolve()  # so that a link stays one and its target is replaced
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:180]}.{secrets.token_hex(4)}.tmp")
    try:
        _write(temporary, [content] if isinstance(content, bytes) else content, durable)
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


def _write(path: Path, chunks: Iterable[bytes], durable: bool) -> None:
    with path.open("xb") as file:
        file.writelines(chunks)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def json_list(items: Iterable[bytes]) -> Iterator[bytes]:
    """A JSON list in chunks, one item (JSON without a line break) per line, which keeps diffs readable."""
    separator = b"[\n"
    for item in items:
        yield separator + item
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"
