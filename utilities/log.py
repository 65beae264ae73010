"""The toolkit's logger, the parent of every module's own. Scripts log at DEBUG to a file; the terminal shows only progress and results."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

logger = logging.getLogger("utilities")
logger.addHandler(logging.NullHandler())
logger.propagate = False


# Nothing of ours shows these, and gathering them costs more than writing the line.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class _Formatter(logging.Formatter):
    """`2026-01-31 12:00:00,123 DEBUG message`; the second is made into text once, not for each line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._second, self._text = -1, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        if int(record.created) != self._second:
            self._second, self._text = int(record.created), super().formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{self._text},{int(record.msecs):03d}"


class _LogFile(logging.FileHandler):
    """Where the disk is full the run says so, in one sentence; the log keeps quiet."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line."""

    def close(self) -> None:
        with suppress(OSError):
            super().close()


@contextmanager
def log_to_file(path: Path) -> Iterator[None]:
    """Append everything that is logged, from DEBUG up, to `path` while the context lasts. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(_Formatter())
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
