"""Serve the web apps and their API: python -m apps.server. On 127.0.0.1 unless told otherwise."""

import ipaddress
import os
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.server import DEFAULTS, close_app, create_app
from utilities.command_line import parse, run_main
from utilities.config import (
    DEFAULT_DATASET,
    ROOT,
    RunFailed,
    UsageError,
    load_environment,
    not_negative,
    setting,
)

if TYPE_CHECKING:
    from flask import Flask

IDLE_SECONDS = 20
"""After so long a connection that sends no whole request is closed: many of them would keep everybody else out."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
THREADS, CONNECTIONS = 576, 1000
"""An open event stream holds a thread (256 of them), a program that waits for its turn too (256); the rest answer."""

MOST_BYTES = 16 << 20
"""More than this is not even received; what is, and is still too much, gets an answer in JSON."""


def _port(text: str) -> int:
    """An argparse type. Raises UsageError."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise UsageError(f"{text!r} is not a port: take a whole number from 0 to 65535")
    return int(text)


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """What the server can be told."""

    host: str = setting(
        "127.0.0.1", "the address to listen on; others than this machine's own need SERVER_ACCESS_PASSWORD"
    )
    port: int = setting(5000, "the port; 0: any that is free", type=_port)
    data_directory: str | None = setting(
        None, "folder of annotations, solutions and published traces (default: data/)"
    )
    dataset: str | None = setting(
        None, "the dataset.json to serve and to publish variations to (default: apps/static/dataset.json)"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    config = parse(ServerConfig, argv, __doc__ or "", "python -m apps.server --port 5000")
    load_environment()
    import waitress

    app = create_app(_settings(config))
    try:
        server = waitress.create_server(
            app,
            host=config.host,
            port=config.port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,  # select() fails beyond 1,024 files
            max_request_body_size=MOST_BYTES,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            channel_request_lookahead=1,  # so that a stream learns that its client has left
            clear_untrusted_proxy_headers=False,  # proxy.py says which are believed
            ident=None,
        )
        tier = app.extensions["lanes"].tier
        print(f"serving on http://{_address(config.host)}:{_listened(server)}/ (sandbox: {tier})", flush=True)
        _run_until_signalled(server, app)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RunFailed(
            f"cannot listen on {config.host} port {config.port} ({reason}): use another --host or --port"
        ) from None
    finally:
        close_app(app)


def _settings(config: ServerConfig) -> dict[str, Any]:
    origin = os.environ.get("SERVER_PUBLIC_ORIGIN", "").rstrip("/")
    if origin and not origin.startswith(("http://", "https://")):
        raise UsageError(f"SERVER_PUBLIC_ORIGIN is {origin!r}: write it as https://arc.example.org")
    access_password = os.environ.get("SERVER_ACCESS_PASSWORD", "")
    return {
        "DATA_DIRECTORY": Path(config.data_directory or ROOT / "data"),
        "DATASET": Path(config.dataset or DEFAULT_DATASET),
        "HOST": config.host,
        "SHARED": bool(origin or access_password) or not _is_loopback(config.host),
        "ACCESS_PASSWORD": access_password,
        "PUBLIC_ORIGIN": origin,
        "CHAT_BUDGET": _chat_budget(),
        "SECRET_KEY": os.environ.get("SERVER_SECRET_KEY") or None,
    }


def _chat_budget() -> float:
    text = os.environ.get("SERVER_CHAT_BUDGET", "").strip()
    try:
        return not_negative(text) if text else float(DEFAULTS["CHAT_BUDGET"])
    except UsageError:
        raise UsageError(
            f"SERVER_CHAT_BUDGET is {text!r}: write US dollars per user and day, such as 2.50"
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name that may lead anywhere


def _address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listened(server: Any) -> int:
    """The port, also where it was left to the system; a name such as localhost may stand for several addresses."""
    ports = [port for _, port in getattr(server, "effective_listen", ())] or [server.effective_port]
    return int(ports[0])


def _run_until_signalled(server: Any, app: "Flask") -> None:
    """Serve; then exit with 130 after Ctrl-C and 143 after SIGTERM; waitress itself ends quietly after either.

    A second signal is ignored: it comes from whoever started the server as well (make, a shell), and would cut short what
    is being saved.
    """
    numbers: list[int] = []

    def stop(number: int, frame: object) -> None:
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        numbers.append(number)
        app.extensions["chat_channels"].close()
        app.extensions["feed"].close()  # or waitress would wait for every open stream
        raise SystemExit

    for number in SIGNALS:
        signal.signal(number, stop)
    server.run()
    sys.exit(128 + numbers[0] if numbers else 0)


if __name__ == "__main__":
    run_main(main)
