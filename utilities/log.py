"""The toolkit's logger, the parent of every module's own. Scripts log at DEBUG to a file; the terminal shows only progress and results."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger("utilities")
logger.addHandler(logging.NullHandler())
logger.propagate = False


@contextmanager
def log_to_file(path: Path) -> Iterator[None]:
    """Append everything that is logged, from DEBUG up, to `path` while the context lasts. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
