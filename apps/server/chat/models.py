"""Which models can be asked from this server."""

import functools
import os
import socket
import time
from urllib.parse import urlsplit

import msgspec

from utilities.config import MODELS, find_model

PROBE_SECONDS = 0.3
REMEMBERED_SECONDS = 15


class ModelReply(msgspec.Struct):
    """One model; `why_not` says what is missing where it cannot be asked."""

    name: str
    id: str
    available: bool
    why_not: str | None


def listed() -> list[ModelReply]:
    """Every model of config.MODELS."""
    return [_model(name) for name in MODELS]


def _model(name: str) -> ModelReply:
    row = find_model(name)
    why_not = None
    if row.key_required and not os.environ.get(row.key_variable or "", "").strip():
        why_not = f"The server has no {row.key_variable}; use a key of your own."
    elif (
        row.base_url
        and not row.key_required
        and not _answers(row.base_url, int(time.time() // REMEMBERED_SECONDS))
    ):
        address = urlsplit(row.base_url)
        why_not = f"Nothing answers at {address.hostname}:{address.port or address.scheme}."
    return ModelReply(name, row.id, why_not is None, why_not)


@functools.lru_cache(maxsize=64)
def _answers(url: str, period: int) -> bool:
    """Whether something listens there; asked once per `period`."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), PROBE_SECONDS):
            return True
    except (OSError, ValueError):
        return False
