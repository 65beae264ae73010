"""Builds the app: settings, what it owns, its blueprints."""

import atexit
import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from apps.server import (
    accounts,
    chat,
    code,
    events,
    flaws,
    health,
    openapi,
    pages,
    submissions,
    tasks,
    traces,
    variations,
)
from apps.server.access import guard, hostname
from apps.server.catalogue import Catalogue
from apps.server.chat.channels import Channels
from apps.server.chat.engine import Engine
from apps.server.errors import register_error_handlers
from apps.server.feed import Feed
from apps.server.headers import add_security_headers
from apps.server.lanes import Lanes
from apps.server.login_limit import LoginLimit
from apps.server.presence import Presence
from apps.server.proxy import behind_proxy
from apps.server.store.damage import damage_told
from apps.server.store.database import NAME, Database
from apps.server.store.publisher import PublisherProcess
from apps.server.streams import StreamPlaces
from utilities.code_execution import Limits, Pool, SandboxUnavailable
from utilities.config import RunFailed, UsageError
from utilities.dataset_builder import build_missing_dataset

BLUEPRINTS = (
    accounts,
    chat,
    code,
    events,
    flaws,
    health,
    openapi,
    pages,
    submissions,
    tasks,
    traces,
    variations,
)
"""The module of each resource; it has one `blueprint`."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def build(config: Mapping[str, Any]) -> Flask:
    """The app with these settings, all of them given; see `apps.server.create_app`."""
    app = Flask("apps.server", static_folder=None)
    app.config.update(config)
    app.url_map.merge_slashes = False
    _check_sharing(app)
    app.secret_key = app.config["SECRET_KEY"] or _kept_secret(Path(app.config["DATA_DIRECTORY"]))
    app.extensions.update(_resources(app.config))
    register_error_handlers(app)
    add_security_headers(app)
    guard(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint, url_prefix="/arc2")
    app.add_url_rule("/", "pages.root", pages.to_the_apps)
    if app.config["PUBLIC_ORIGIN"]:
        app.wsgi_app = behind_proxy(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


def _check_sharing(app: Flask) -> None:
    """Settle what sharing brings with it. Raises UsageError when a shared server has no access password."""
    config = app.config
    if config["SHARED"] and not config["ACCESS_PASSWORD"]:
        raise UsageError(
            "a server for others needs a password that they know: set SERVER_ACCESS_PASSWORD in the environment or in .env"
        )
    origin = config["PUBLIC_ORIGIN"]
    config["SESSION_COOKIE_SECURE"] = origin.startswith("https:")
    if origin:
        config["HOSTS"] = [hostname(origin), config["HOST"], *LOOPBACK]
    elif config["HOSTS"] is None and not config["SHARED"]:
        # Against DNS rebinding; a shared server has passwords against it.
        config["HOSTS"] = [config["HOST"], *LOOPBACK]


def _kept_secret(directory: Path) -> bytes:
    """A secret that signs sessions, made once for a data directory, so that a restart logs nobody out."""
    path = directory / "server_secret_key"
    directory.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=f".{path.name}")  # the owner's only
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        with contextlib.suppress(FileExistsError):  # another server was faster
            path.hardlink_to(temporary)
        Path(temporary).unlink()
    return path.read_bytes()


def _resources(config: Mapping[str, Any]) -> dict[str, Any]:
    directory, dataset = Path(config["DATA_DIRECTORY"]).resolve(), Path(config["DATASET"]).resolve()
    build_missing_dataset(dataset)
    with damage_told(directory / NAME):
        stored = _stored(Database(directory / NAME), dataset, config)
    return {
        **stored,
        "presence": Presence(stored["feed"].wake),
        "stream_places": StreamPlaces(config["EVENT_STREAMS"]),
        "login_limit": LoginLimit(),
        "lanes": _lanes(config),
        "publisher": PublisherProcess(directory / NAME, directory, dataset) if config["PUBLISH"] else None,
    }


def _stored(database: Database, dataset: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """What reads the database from the start."""
    channels = Channels()
    return {
        "database": database,
        "catalogue": Catalogue(dataset, database),
        "feed": Feed(database),
        "chat_channels": channels,
        "chat_engine": Engine(database, channels, config["CHAT_BUDGET"]),
    }


def _lanes(config: Mapping[str, Any]) -> Lanes:
    limits = Limits(seconds=config["EXEC_SECONDS"], memory_mb=config["EXEC_MEMORY_MB"])
    lanes = Lanes(
        lambda workers, niceness: _safe_pool(workers, config["SANDBOX"], niceness),
        limits,
        most_waiting=config["EXEC_MOST_WAITING"],
        most_per_client=config["EXEC_MOST_PER_CLIENT"],
    )
    atexit.register(lanes.close)
    return lanes


def _safe_pool(workers: int, sandbox: str, niceness: int) -> Pool:
    """A pool on a tier that isolates. Raises RunFailed where there is none."""
    try:
        pool = Pool(workers, sandbox, niceness)
    except (ValueError, SandboxUnavailable) as error:
        raise RunFailed(str(error)) from None
    if pool.tier.lower().startswith("unsafe"):
        pool.close()
        raise RunFailed(
            "the server does not run programs without isolation: install bubblewrap, or use a Linux kernel with "
            "Landlock or seccomp"
        )
    return pool
