"""Where programs are verified: in a sandbox pool on this machine, or on the machines of a Ray cluster."""

import atexit
import functools
import logging
from pathlib import Path
from typing import Any, Protocol

import msgspec

from utilities.code_execution import Limits, Pool, SandboxUnavailable, Verification, verify, verify_async
from utilities.config import UsageError
from utilities.tasks import Task, task_of_data

PACKAGE = Path(__file__).resolve().parent


class Verifier(Protocol):
    """Anything that verifies programs."""

    places: int
    """Programs that run at once."""

    async def verify(self, program: str, task: Task) -> Verification:
        """What the program makes of the task's pairs; expected outputs stay outside the sandbox."""
        ...

    def close(self) -> None:
        """End its processes."""
        ...


class LocalVerifier:
    """All cores of this machine, or as many as `workers` says."""

    def __init__(self, limits: Limits, workers: int | None, sandbox: str) -> None:
        """Raises UsageError when there is no sandbox of that name on this machine."""
        self._limits = limits
        try:
            self._pool = Pool(workers, sandbox)
        except (ValueError, SandboxUnavailable) as error:
            raise UsageError(str(error)) from None
        self.places = self._pool.workers

    async def verify(self, program: str, task: Task) -> Verification:
        """As in the protocol."""
        return await verify_async(program, task, self._limits, self._pool)

    def close(self) -> None:
        """As in the protocol."""
        self._pool.close()


@functools.cache
def shared_verifier(limits: Limits, sandbox: str) -> LocalVerifier:
    """The one of this process for these settings, closed at exit. Raises UsageError as LocalVerifier does."""
    verifier = LocalVerifier(limits, None, sandbox)
    atexit.register(verifier.close)
    return verifier


class RayVerifier:
    """The cluster that RAY_ADDRESS names, or a Ray of its own on this machine.

    Only this package travels to the other machines; they need the packages of requirements.txt.
    """

    def __init__(self, limits: Limits, workers: int | None, sandbox: str) -> None:
        """Raises UsageError when Ray is not installed."""
        try:
            import ray
        except ImportError:
            raise UsageError("--executor ray needs Ray: pip install ray, or use --executor local") from None
        self._ray: Any = ray
        ray.init(
            runtime_env={"py_modules": [str(PACKAGE)]},
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
        self.places = workers or int(self._ray.cluster_resources().get("CPU", 1))
        self._settings = msgspec.msgpack.encode((limits, sandbox))
        self._verify = self._ray.remote(_verify_there)

    async def verify(self, program: str, task: Task) -> Verification:
        """As in the protocol."""
        verdict = await self._verify.remote(program, task.line, self._settings)
        return msgspec.msgpack.decode(verdict, type=Verification)

    def close(self) -> None:
        """As in the protocol."""
        self._ray.shutdown()


VERIFIERS: dict[str, Any] = {"local": LocalVerifier, "ray": RayVerifier}


def _verify_there(program: str, task: bytes, settings: bytes) -> bytes:
    """In a Ray worker; only bytes travel."""
    limits, sandbox = msgspec.msgpack.decode(settings, type=tuple[Limits, str])
    record = msgspec.json.decode(task)
    there = task_of_data(record["task_id"], record["version"], record)
    verdict = verify(program, there, limits, _pool_there(sandbox))
    return msgspec.msgpack.encode(verdict)


@functools.cache
def _pool_there(sandbox: str) -> Pool:
    """One place per Ray worker, which Ray starts one of per core."""
    return Pool(1, sandbox)
