"""The Flask server behind the web apps: an app factory, one blueprint per resource.

Every request and reply body is JSON; errors are `{"success": false, "error": "plain sentence"}` with a proper status.
"""

import atexit
from collections.abc import Mapping
from typing import Any

from flask import Flask, redirect
from werkzeug.wrappers import Response

from apps.server import code, health
from apps.server.errors import register_error_handlers
from apps.server.lanes import Lanes
from utilities.code_execution import Limits, Pool, SandboxUnavailable
from utilities.config import RunFailed

DEFAULTS: dict[str, Any] = {
    "MAX_CONTENT_LENGTH": 4 << 20,
    "PROVIDE_AUTOMATIC_OPTIONS": False,
    "TRUSTED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],  # against DNS rebinding
    "SANDBOX": "auto",
    "EXEC_SECONDS": 5.0,
    "EXEC_MEMORY_MB": 512,
    "EXEC_MOST_WAITING": 256,
    "EXEC_MOST_PER_CLIENT": 128,
}


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The app, with `settings` laid over DEFAULTS. It owns a sandbox pool, which `app.extensions["lanes"].close()` ends.

    Raises RunFailed when this machine offers no sandbox that is safe to put on the network.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(DEFAULTS)
    app.config.update(settings or {})
    app.extensions["lanes"] = _lanes(app.config)
    register_error_handlers(app)
    app.register_blueprint(code.blueprint, url_prefix="/arc2")
    app.register_blueprint(health.blueprint, url_prefix="/arc2")
    app.add_url_rule("/", view_func=_to_the_apps)
    return app


def _to_the_apps() -> Response:
    return redirect("/arc2/")


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
