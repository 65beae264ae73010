"""A Ray cluster, as the parts of a run that compute use it: how it is reached, and what travels to its machines.

Placement, retries after lost processes and machines, and the transport are Ray's. Not here: what is computed there
(ray_verifier.py, models/offline/ray_crew.py).
"""

import logging
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from utilities.config import RunFailed, UsageError

PACKAGE = Path(__file__).resolve().parent
RETRIES = 20
"""How often Ray begins a task anew whose process or machine was lost."""

_WORKER_ENVIRONMENT = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
"""As the OFFLINE model's own processes have it, so that a search gives the same programs everywhere."""


class RayCluster:
    """The cluster at an address, or a Ray of this process's own; one connection per process, shared by all who ask.

    Only this package travels to the other machines; they need the packages of requirements.txt.
    """

    def __init__(self, address: str | None) -> None:
        """`address` None: that of RAY_ADDRESS, or of a cluster that this machine is part of, or else a Ray of our own.

        Raises UsageError when Ray is not installed, RunFailed when there is no cluster there.
        """
        self._ray: Any = _import_ray()
        self._is_ours = not self._ray.is_initialized()
        if self._is_ours:
            _connect(self._ray, address)

    @property
    def cpus(self) -> int:
        """How many tasks can run at once, by now."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def remote(self, function: Callable[..., bytes]) -> Any:
        """`function`, which must be one of this package's, to be called with `.remote(...)` and awaited."""
        return self._ray.remote(num_cpus=1, max_retries=RETRIES)(function)

    def cancel(self, reference: Any) -> None:
        """End a task, with the process that it runs in."""
        self._ray.cancel(reference, force=True)

    @property
    def failure(self) -> type[Exception]:
        """What awaiting a task raises when it cannot be done."""
        error: type[Exception] = self._ray.exceptions.RayError
        return error

    def close(self) -> None:
        """Disconnect, unless somebody else connected; a Ray of our own ends."""
        if self._is_ours:
            self._ray.shutdown()
            self._is_ours = False


def _import_ray() -> Any:
    # Ray tells its makers about every cluster it starts, unless told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise UsageError(
            "--executor ray needs Ray: python -m pip install -r requirements-ray.txt, or use --executor local"
        ) from None
    return ray


def _check_reachable(address: str) -> None:
    """Ray itself would try for minutes. Raises UsageError and RunFailed."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        raise UsageError(
            f"{address} is no address of a Ray cluster: give auto on a machine of the cluster, or host:port of its head"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, error) from None


def _no_cluster(address: str | None, error: Exception) -> RunFailed:
    where = f"at {address}" if address else "here"
    return RunFailed(
        f"there is no Ray cluster {where} that can be used ({sentence(error)}): start one with ray start --head, correct "
        "--ray_address, or use --executor local"
    )


def _connect(ray: Any, address: str | None) -> None:
    named = address or os.environ.get("RAY_ADDRESS")
    if named not in (None, "", "auto", "local"):
        _check_reachable(str(named))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ray.init(
            address,
            runtime_env={"py_modules": [str(PACKAGE)], "env_vars": _WORKER_ENVIRONMENT},
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise _no_cluster(named, error) from None
    finally:
        for number, handler in handlers.items():  # Ray puts its own in place of ours
            signal.signal(number, handler)


def sentence(error: Exception) -> str:
    """What a failure says, on one line; of an error in our own function that error's words."""
    if type(error).__name__.endswith("(OwnerDiedError)"):
        # Ray's own words are about object ids; a token left by some earlier Ray makes `auto` ask for it of all others.
        return (
            "its machines cannot reach this process; if it is a cluster without authentication, give its address as "
            "host:port, or set RAY_AUTH_MODE=disabled"
        )
    return str(getattr(error, "cause", None) or error).strip().partition("\n")[0]
