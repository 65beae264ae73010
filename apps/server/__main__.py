"""Serve the web apps and `/arc2/execute_code` on this machine: python -m apps.server."""

import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.server import create_app
from utilities.command_line import parse, run_main
from utilities.config import RunFailed, at_least_one, setting

HOST = "127.0.0.1"
THREADS, CONNECTIONS = 320, 1000
"""An event stream holds a thread for as long as its page is open."""


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """What the server can be told."""

    port: int = setting(5000, "the port on 127.0.0.1", type=at_least_one)


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    config = parse(ServerConfig, argv, __doc__ or "", "python -m apps.server --port 5000")
    import waitress

    app = create_app()
    try:
        server = waitress.create_server(
            app, host=HOST, port=config.port, threads=THREADS, connection_limit=CONNECTIONS
        )
        print(
            f"serving on http://{HOST}:{config.port}/ (sandbox: {app.extensions['lanes'].tier})", flush=True
        )
        _run_until_signalled(server)
    except OSError as error:
        raise RunFailed(
            f"cannot listen on port {config.port} ({error.strerror}): use another --port"
        ) from None
    finally:
        app.extensions["lanes"].close()


def _run_until_signalled(server: Any) -> None:
    """Serve; then exit with 130 after Ctrl-C and 143 after SIGTERM. waitress itself ends quietly after either."""
    numbers: list[int] = []

    def stop(number: int, frame: object) -> None:
        numbers.append(number)
        raise SystemExit

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run()
    sys.exit(128 + numbers[0] if numbers else 0)


if __name__ == "__main__":
    run_main(main)
