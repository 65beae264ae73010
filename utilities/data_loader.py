"""ARC tasks: what one is, every source they are read from, and the filters that choose among them."""

import hashlib
from typing import Any, Literal

import msgspec

from utilities.grid import Grid


class Pair(msgspec.Struct, frozen=True):
    """An input grid and its output; the output is None where the source keeps it secret (Kaggle's test set)."""

    input: Grid
    output: Grid | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One ARC task, or (version above 0) a signed variation of it."""

    task_id: str
    version: int = 0
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    signed_by: tuple[str, ...] = ()
    transform: list[dict[str, Any]] | None = None

    @property
    def key(self) -> tuple[str, int]:
        """(task_id, version): one task of a dataset."""
        return self.task_id, self.version

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the pairs; the order of the train pairs and of the test pairs does not matter."""
        parts: dict[Literal["train", "test"], list[str]] = {
            "train": sorted(msgspec.json.encode(pair).decode() for pair in self.train),
            "test": sorted(msgspec.json.encode(pair).decode() for pair in self.test),
        }
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
