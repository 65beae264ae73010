"""The pool: jobs come from any thread or asyncio task, wait for a free worker, and are run in a zygote of their flavour.

Costs of one program and of nothing else: a broken or killed zygote is replaced and its job run once more; only a second
loss is a `sandbox_error`, and never the program's fault. Not covered: the parent that is itself stopped or starved.
"""

import asyncio
import functools
import importlib.util
import os
import queue
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import msgspec

from utilities.grid import Grid
from utilities.sandbox import canary
from utilities.sandbox.protocol import ErrorType, Flavour, encode_job
from utilities.sandbox.starter import Starter
from utilities.sandbox.worker import Report, SandboxUnavailable, Zygote, ZygoteLost

_PACKAGES: tuple[Flavour, ...] = ("scipy", "numpy")
_IMPORTS = {name: re.compile(rf"\bimport\s[^\n#]*\b{name}\b|\bfrom\s+{name}\b") for name in _PACKAGES}


class Limits(msgspec.Struct, frozen=True):
    """What one program may use, over all its grids."""

    seconds: float = 10.0
    """Wall clock; what is finished by then counts."""
    memory_mb: int = 1024
    """Address space on top of the interpreter's own."""
    stdout_characters: int = 65_536
    """Printed text that is kept; the rest is dropped."""
    result_bytes: int = 1 << 20
    """Size of one grid's result, as JSON and with its printed text."""

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= 1e9 or not 1 <= self.memory_mb <= 1 << 40:
            raise ValueError("A program needs a time limit above 0 seconds and at least 1 MB of memory.")
        if self.stdout_characters < 0 or not 1 <= self.result_bytes < 1 << 31:
            raise ValueError("A program needs room for a result, and no less than 0 characters to print.")


class Outcome(msgspec.Struct, frozen=True):
    """What a program made of one input grid: an output, or an error."""

    output: Grid | None
    error_type: ErrorType | None
    error: str | None
    """The message, with the line in the program where there is one."""
    stdout: str
    duration_ms: float


class Execution(msgspec.Struct, frozen=True):
    """One run of a program: an outcome per input grid, and the tier it ran on."""

    outcomes: list[Outcome]
    sandbox: str


class PoolClosed(RuntimeError):
    """The pool has been closed; no job can run in it."""


class _Worker:
    """One place to run in: a core, and a zygote of each flavour once needed."""

    def __init__(self, cpu: int | None) -> None:
        self.cpu = cpu
        self.zygotes: dict[Flavour, Zygote] = {}


class Pool:
    """Runs untrusted programs, `workers` at once."""

    def __init__(
        self, workers: int | None = None, sandbox: str = "auto", niceness: int = 0, *, pinned: bool = True
    ) -> None:
        """`workers` defaults to the cores; `sandbox` is `auto`, a tier's name, or `unsafe`; `niceness` as in nice(1).

        `pinned`: each worker keeps to a core of its own, as far as they go round; not where other pools share the machine.

        Raises ValueError for an unknown name and SandboxUnavailable when this machine cannot have that tier.
        """
        self._tier = canary.choose(sandbox)
        cores = sorted(os.sched_getaffinity(0))
        count = workers if workers is not None else len(cores)
        if count < 1:
            raise ValueError(f"A pool needs at least one worker, not {count}.")
        own_cores = pinned and count <= len(cores)
        self._workers = [_Worker(cores[number] if own_cores else None) for number in range(count)]
        # Last in, first out: workers that are rarely needed start no zygotes.
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._free.put(worker)
        # Two per worker: while one program runs, the next is made ready for the same worker.
        self._threads = ThreadPoolExecutor(2 * count, thread_name_prefix="sandbox")
        self._niceness = niceness
        self._starter = Starter()
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def workers(self) -> int:
        """How many programs run at once."""
        return len(self._workers)

    @property
    def tier(self) -> str:
        """The name of the tier that programs run on."""
        return self._tier.name

    def run(
        self,
        program: str,
        inputs: Sequence[Grid],
        limits: Limits | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Execution:
        """Run the program on each input grid (known to be one), in one child; waits for a free worker.

        Raises PoolClosed, and RuntimeError in a process forked from the pool's own.

        `cancelled` is asked every now and then; once it says so, the child is killed.
        """
        if not inputs:
            return Execution([], self.tier)
        limits = limits or Limits()
        job = encode_job(program, list(inputs), limits.stdout_characters)
        flavour = flavour_of(program, blind=self._tier.seccomp and not self._tier.landlock)
        worker = self._free.get()
        try:
            report = self._run_on(worker, flavour, job, len(inputs), limits, cancelled)
        finally:
            self._free.put(worker)
        return Execution(_outcomes(report, len(inputs)), self.tier)

    async def run_async(
        self, program: str, inputs: Sequence[Grid], limits: Limits | None = None
    ) -> Execution:
        """The same for asyncio; cancelling the task kills the child."""
        cancelled = threading.Event()
        loop = asyncio.get_running_loop()
        call = functools.partial(self.run, program, inputs, limits, cancelled.is_set)
        try:
            return await loop.run_in_executor(self._threads, call)
        except asyncio.CancelledError:
            cancelled.set()
            task = asyncio.current_task()
            if self._closed and not (task and task.cancelling()):
                raise PoolClosed("The pool is closed.") from None
            raise
        except RuntimeError:
            if self._closed:
                raise PoolClosed("The pool is closed.") from None
            raise

    def _run_on(
        self,
        worker: _Worker,
        flavour: Flavour,
        job: bytes,
        count: int,
        limits: Limits,
        cancelled: Callable[[], bool],
    ) -> Report:
        """Run a job on this worker, a second time if its zygote is lost on the first."""
        lost = ""
        for _ in range(2):
            if cancelled():
                return Report([], "killed", "the run was cancelled")
            try:
                return self._zygote(worker, flavour).run(
                    job,
                    count,
                    seconds=limits.seconds,
                    memory=limits.memory_mb << 20,
                    result_limit=limits.result_bytes,
                    most_printed=limits.stdout_characters,
                    cancelled=cancelled,
                )
            except (ZygoteLost, SandboxUnavailable, OSError) as error:
                self._drop(worker, flavour)
                lost = str(error)
            except PoolClosed:
                raise
            except BaseException:  # an interrupt: what the zygote was about to answer is not for the next job
                self._drop(worker, flavour)
                raise
        return Report([], "sandbox_error", f"the sandbox was lost twice while the program ran ({lost})")

    def _zygote(self, worker: _Worker, flavour: Flavour) -> Zygote:
        if os.getpid() != self._pid:
            raise RuntimeError("A pool cannot be used in a forked process; make a new one there.")
        with self._lock:
            if self._closed:
                raise PoolClosed("The pool is closed.")
            if flavour in worker.zygotes:
                return worker.zygotes[flavour]
            start = self._starter.submit(functools.partial(self._start, worker, flavour))
        return start.result()

    def _start(self, worker: _Worker, flavour: Flavour) -> Zygote:
        zygote = Zygote(self._tier, flavour, worker.cpu, [], self._niceness)
        worker.zygotes[flavour] = zygote
        return zygote

    def _drop(self, worker: _Worker, flavour: Flavour) -> None:
        with self._lock:
            zygote = worker.zygotes.pop(flavour, None)
        if zygote is not None:
            zygote.close()

    def close(self) -> None:
        """End every child and zygote, also under running jobs, whose callers get PoolClosed. Safe to call twice.

        In a forked process it does nothing: all that is still its parent's.
        """
        if os.getpid() != self._pid:
            return
        with self._lock:
            self._closed = True
        self._starter.close()
        for worker in self._workers:
            for flavour in list(worker.zygotes):
                self._drop(worker, flavour)
        self._threads.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def flavour_of(program: str, *, blind: bool = False) -> Flavour:
    """The lightest zygote that has loaded what the program's text imports: a wrong guess costs time, nothing else, and
    a package that is not installed gives the program an ordinary ImportError. `blind`: nothing can be loaded later, so
    that a package that is only mentioned counts too."""
    for flavour in _PACKAGES:
        if flavour in program and (blind or _IMPORTS[flavour].search(program)) and _installed(flavour):
            return flavour
    return "bare"


@functools.cache
def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _outcomes(report: Report, count: int) -> list[Outcome]:
    """One outcome per grid: the results there are, then the reason why there are no more."""
    done = [
        Outcome(result.output, result.error_type, result.error, result.stdout, result.duration_ms)
        for result in report.results
    ]
    missing = Outcome(None, report.error_type, report.error, "", 0.0)
    return done + [missing] * (count - len(done))
