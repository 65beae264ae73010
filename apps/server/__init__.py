"""The Flask server behind the web apps: an app factory, one blueprint per resource, and the store of annotations.

Every request and reply body is JSON; errors are `{"success": false, "error": "plain sentence"}` with a proper status.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from utilities.config import DEFAULT_DATASET, ROOT

if TYPE_CHECKING:
    from flask import Flask

DEFAULTS: dict[str, Any] = {
    "DATA_DIRECTORY": ROOT / "data",
    "DATASET": DEFAULT_DATASET,
    "PUBLISH": True,  # keep the files that other tools read in step, by a process beside this one
    "PAGES": ROOT / "apps",
    "HOST": "127.0.0.1",  # the address listened on
    "SHARED": False,  # others can reach it: accounts with passwords
    "ACCESS_PASSWORD": "",
    "PUBLIC_ORIGIN": "",
    "SECRET_KEY": None,  # None: kept in the data directory
    "EVENT_STREAMS": 256,
    "CHAT_BUDGET": 5.0,  # US dollars per user and day on the server's keys; None: no limit
    "MAX_CONTENT_LENGTH": 4 << 20,
    "PROVIDE_AUTOMATIC_OPTIONS": False,
    "HOSTS": None,  # that requests may name; None: HOST and those of the loopback address, unless it is shared
    "SESSION_COOKIE_NAME": "arc2_session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=90),
    "SANDBOX": "auto",
    "EXEC_SECONDS": 5.0,
    "EXEC_MEMORY_MB": 512,
    "EXEC_MOST_WAITING": 256,
    "EXEC_MOST_PER_CLIENT": 128,
}


def create_app(settings: Mapping[str, Any] | None = None) -> "Flask":
    """The app, with `settings` laid over DEFAULTS; `close_app` ends what it owns.

    Raises RunFailed when this machine offers no sandbox that is safe to put on the network, the dataset is malformed
    or the annotations are damaged, UsageError when it is to be shared without an access password, OSError when it
    cannot store.
    """
    from apps.server.factory import build  # Flask comes with it; the store's commands do without

    return build({**DEFAULTS, **(settings or {})})


def close_app(app: "Flask") -> None:
    """End the streams, the sandbox pool and the rest of what an app owns; may be called twice."""
    for name in ("feed", "chat_channels", "chat_engine", "lanes", "publisher", "database"):
        if app.extensions[name]:
            app.extensions[name].close()
