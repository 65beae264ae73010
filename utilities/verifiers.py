"""Where programs are verified: in a sandbox pool on this machine, or on the machines of a Ray cluster."""

import atexit
import functools
from typing import Protocol

from utilities.code_execution import Limits, Pool, SandboxUnavailable, Verification, verify_async
from utilities.config import UsageError
from utilities.tasks import Task

PER_PLACE = 4
"""Programs at hand for each that can run here: a slow one does not leave the other places idle."""


class Verifier(Protocol):
    """Anything that verifies programs."""

    @property
    def places(self) -> int:
        """Programs that run at once."""
        ...

    @property
    def at_hand(self) -> int:
        """Programs that it should have been asked about, lest one of its places waits."""
        ...

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

    @property
    def places(self) -> int:
        """As in the protocol."""
        return self._pool.workers

    @property
    def at_hand(self) -> int:
        """As in the protocol."""
        return PER_PLACE * self.places

    async def verify(self, program: str, task: Task) -> Verification:
        """As in the protocol."""
        return await verify_async(program, task, self._limits, self._pool)

    def close(self) -> None:
        """As in the protocol."""
        self._pool.close()


def make_verifier(
    limits: Limits,
    sandbox: str = "auto",
    executor: str = "local",
    ray_address: str | None = None,
    workers: int | None = None,
) -> Verifier:
    """Where `executor` says. Raises UsageError where there is no such sandbox or no Ray, RunFailed without a cluster."""
    if executor == "local":
        return LocalVerifier(limits, workers, sandbox)
    from utilities.ray_verifier import RayVerifier

    return RayVerifier(limits, workers, sandbox, ray_address)


@functools.cache
def shared_verifier(
    limits: Limits, sandbox: str, executor: str = "local", ray_address: str | None = None
) -> Verifier:
    """The one of this process for these settings, closed at exit. Raises as `make_verifier` does."""
    verifier = make_verifier(limits, sandbox, executor, ray_address)
    atexit.register(verifier.close)
    return verifier
