"""The child: lock up, read one job, run its program on each grid, report each result as it is done, end.

Everything here shares the interpreter with the program, which may tamper with all of it. That is why nothing is
protected here that matters: the walls are the kernel's, the answers are elsewhere, and the parent checks what it gets.
"""

import builtins
import gc
import io
import os
import resource
import sys
from collections.abc import Callable
from time import perf_counter
from types import ModuleType
from typing import Any

import msgspec

from utilities.sandbox import kernel
from utilities.sandbox.conversion import BadOutput, OutputTooLarge, to_grid
from utilities.sandbox.protocol import LENGTH, ErrorType, Job, Result

PROGRAM = "<program>"
CHANNEL = 3
"""The descriptor of the child's end of the socket."""
SIGKILL = 9

_decode = msgspec.msgpack.Decoder(Job).decode
_encode = msgspec.json.Encoder().encode


def lock_up(channel: int, zygote: int, memory: int, seconds: int, rules: "kernel.Filter | None") -> None:
    """Bind this fresh child to its limits (bytes of address space, seconds of processor) and to the seccomp rules."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, SIGKILL)
    if os.getppid() != zygote:
        raise EOFError("the zygote died before its death could be announced")
    if channel != CHANNEL:
        os.dup2(channel, CHANNEL)
    os.closerange(CHANNEL + 1, 1 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if rules is not None:
        rules.put_on()


def work(channel: int) -> None:
    """Read the job from the channel, run it, write its results."""
    serve(read_job(channel), lambda result: _write(channel, result))


def read_job(channel: int) -> Job:
    """The one job on the channel; raises EOFError when the parent has gone."""
    data = os.read(channel, 1 << 18)
    wanted = LENGTH.unpack_from(data)[0] + LENGTH.size if data else 0
    parts, have = [data], len(data)
    while have < wanted or not data:
        data = os.read(channel, 1 << 18)
        if not data:
            raise EOFError
        parts.append(data)
        have += len(data)
    return _decode(b"".join(parts)[LENGTH.size :])


def _write(channel: int, result: Result) -> None:
    body = _encode(result)
    message = memoryview(LENGTH.pack(len(body)) + body)
    while message:
        message = message[os.write(channel, message) :]


class _Printed(io.TextIOBase):
    """Stands in for stdout and stderr: keeps the first characters, drops the rest."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._parts: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def take(self) -> str:
        """What was printed since the last call."""
        text = "".join(self._parts)
        self._parts.clear()
        return text if text.isascii() else _clean(text)


def serve(job: Job, report: Callable[[Result], None]) -> None:
    """Run the job's program; `report` gets one result per input grid, in order."""
    printed = _Printed(job.stdout_limit)
    sys.stdout = sys.stderr = printed
    begin = perf_counter()
    try:
        solve: Callable[[Any], Any] | None = _load(job.program)
        failure = None if callable(solve) else ("no_solve_task", "the program defines no function solve_task")
    # Whatever a program raises, also SystemExit and KeyboardInterrupt, is the program's result.
    except BaseException as error:
        solve, failure = None, _failure(error)
    for index, grid in enumerate(job.inputs):
        output: list[list[int]] | None = None
        problem = failure
        if solve is not None and failure is None:
            output, problem = _solve(solve, grid)
        kind, message = problem if problem is not None else (None, None)
        now = perf_counter()
        report(Result(index, output, kind, message, printed.take(), (now - begin) * 1000))  # type: ignore[arg-type]
        begin = now


def _load(program: bytes) -> Any:
    """Run the program's top level; its `solve_task`, or None."""
    text = program.decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    module = ModuleType("program")
    sys.modules["program"] = module
    names = module.__dict__
    names["__builtins__"] = builtins
    code = _compile(text)
    exec(code, names)
    return names.get("solve_task")


class _Unreadable(Exception):
    """The program is not Python; carries what the compiler raised."""


def _compile(text: str) -> Any:
    try:
        return compile(text, PROGRAM, "exec", dont_inherit=True)
    except MemoryError:
        raise
    except Exception as error:
        raise _Unreadable(error) from None


def _solve(
    solve: Callable[[Any], Any], grid: list[list[int]]
) -> tuple[list[list[int]] | None, tuple[ErrorType, str] | None]:
    """One call: (output, None) or (None, (error type, message))."""
    try:
        return to_grid(solve([row.copy() for row in grid])), None
    except BaseException as error:
        return None, _failure(error)


def _failure(error: BaseException) -> tuple[ErrorType, str]:
    """(error type, message with the line in the program) of what a program raised."""
    match error:
        case BadOutput():
            return "bad_output", str(error)
        case OutputTooLarge():
            return "output_too_large", str(error)
        case _Unreadable():
            return "syntax_error", _syntax_message(error.args[0])
        case MemoryError():
            return "memory", "the program needed more memory than it may use" + _place(error)
    return "exception", f"{type(error).__name__}: {_text(error)}"[:1000] + _place(error)


def _syntax_message(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return _clean(f"{type(error).__name__}: {error.msg} (line {error.lineno or 1})")
    return _clean(f"{type(error).__name__}: {error}"[:1000])


def _place(error: BaseException) -> str:
    """` (line N)`: the deepest line of the program itself on the way to the error."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == PROGRAM:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {line})" if line else ""


def _text(error: BaseException) -> str:
    """str(error), which a program may have made raise."""
    try:
        return _clean(str(error)[:1000])
    except BaseException:
        return "(an error that cannot be printed)"


def _clean(text: str) -> str:
    """Text that is valid UTF-8: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode()


def run(channel: int, zygote: int, memory: int, seconds: int, rules: "kernel.Filter | None") -> None:
    """A child's whole life. Never returns."""
    try:
        lock_up(channel, zygote, memory, seconds, rules)
        gc.enable()
        work(CHANNEL)
        os.close(CHANNEL)
    finally:
        os._exit(0)
