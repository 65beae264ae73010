"""The child: lock up, read one job, run its program on each grid, report each result as it is done, end.

Everything here shares the interpreter with the program, which may tamper with all of it. That is why nothing is
protected here that matters: the walls are the kernel's, the answers are elsewhere, and the parent checks what it gets.
"""

import builtins
import gc
import importlib
import io
import marshal
import os
import sys
from json.encoder import encode_basestring_ascii as quoted
from resource import RLIM_INFINITY, RLIMIT_AS, RLIMIT_CPU, RLIMIT_NPROC, getrlimit, setrlimit
from time import perf_counter
from types import ModuleType

from utilities.sandbox import kernel
from utilities.sandbox.conversion import BadOutput, OutputTooLarge, to_grid, type_name
from utilities.sandbox.wire import LENGTH, LOCKED, NO_MEMORY, NO_MEMORY_STATUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from mmap import mmap
    from typing import Any

    Failure = tuple[str, str]
    """(error type, message)."""
    Result = tuple[int, list[list[int]] | None, Failure | None, str, float]
    """(index, output, failure, printed text, milliseconds)."""

PROGRAM = "<program>"
CHANNEL = 3
"""The descriptor of the child's end of the socket: the lowest that the zygote keeps free."""
MANY = 1 << 30
SIGKILL = 9


def lock_up(
    zygote: int, memory: int, seconds: int, rules: "kernel.Filter | None", *, rehearsed: bool = False
) -> None:
    """Bind this fresh child to its limits (bytes of address space, seconds of processor) and to the seccomp rules.

    `rehearsed`: the zygote runs through it, unbound, so that no child is the first to do so.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, 0 if rehearsed else SIGKILL)
    if os.getppid() != zygote:
        raise EOFError("the zygote died before its death could be announced")
    os.closerange(MANY if rehearsed else CHANNEL + 1, MANY)
    limit(RLIMIT_AS, memory)
    limit(RLIMIT_CPU, seconds)
    limit(RLIMIT_NPROC, MANY if rehearsed else 0)
    if rules is not None:
        rules.put_on()


def limit(kind: int, most: int) -> None:
    """Set a limit for good; one that is lower already stays."""
    hard = getrlimit(kind)[1]
    most = most if hard == RLIM_INFINITY else min(most, hard)
    setrlimit(kind, (most, most))


def read_job(channel: int) -> "tuple[bytes, list[list[list[int]]], int]":
    """(program, input grids, characters of printed text to keep); raises EOFError when the parent has gone."""
    data = os.read(channel, 1 << 18)
    while len(data) < LENGTH.size or len(data) < LENGTH.unpack_from(data)[0] + LENGTH.size:
        more = os.read(channel, 1 << 20)
        if not more:
            raise EOFError
        data += more
    job: tuple[bytes, list[list[list[int]]], int] = marshal.loads(data[LENGTH.size :])
    return job


def report(channel: int, result: "Result") -> None:
    """Write one result, however long the channel takes. Raises MemoryError where even that is too much."""
    try:
        unsent = _message(result)
    except MemoryError:
        give_back()
        unsent = _message(result)
    while unsent:
        unsent = unsent[os.write(channel, unsent) :]


def _message(result: "Result") -> bytes:
    """A result as JSON, with its length.

    Put together by hand: a grid's repr is JSON already, and the encoder costs more than a small program.
    """
    index, output, failure, printed, duration = result
    kind, message = ("null", "null") if failure is None else (quoted(failure[0]), quoted(failure[1]))
    body = (
        f'{{"index":{index},"output":{output or "null"},"error_type":{kind},"error":{message},'
        f'"stdout":{quoted(printed)},"duration_ms":{duration:.3f}}}'
    ).encode()
    return LENGTH.pack(len(body)) + body


class _Printed(io.TextIOBase):
    """Stands in for stdout and stderr: keeps the first characters, drops the rest."""

    def __init__(self) -> None:
        self._left = 0
        self._parts: list[str] = []

    def limit(self, characters: int) -> None:
        """Keep that many from now on."""
        self._left = characters

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


def serve(channel: int) -> None:
    """Read the job from the channel, run its program, write one result per input grid.

    Raises MemoryError, at times in the guise of a SystemError, when the program leaves too little memory to go on.
    """
    program, inputs, stdout_limit = read_job(channel)
    printed = PRINTED
    printed.limit(stdout_limit)
    sys.stdout = sys.stderr = printed
    begin = perf_counter()
    solve, failure = _load(program)
    for index, grid in enumerate(inputs):
        output, problem = (None, failure) if solve is None else _solve(solve, grid)
        now = perf_counter()
        report(channel, (index, output, problem, printed.take(), (now - begin) * 1000))
        begin = now


RESERVE: "Iterator[mmap]" = iter(())
"""Mappings, made by the zygote, of which one is given back each time that memory runs out."""
PIECE = 2 << 20
TO_COMPILE = 1000
"""Bytes of memory for each character of a program: more than its compiler ever needs."""
PRINTED = _Printed()
MODULE = ModuleType("program")
MODULE.__dict__["__builtins__"] = builtins
sys.modules["program"] = MODULE


def _load(program: bytes) -> "tuple[Callable[[Any], Any] | None, Failure | None]":
    """Run the program's top level: (its solve_task, None) or (None, why not)."""
    names = MODULE.__dict__
    try:
        if b"random" in program:
            _seed()
        exec(_compile(program.decode("utf-8", "surrogatepass").removeprefix("\ufeff")), names)
        solve = names.get("solve_task")
    # Whatever a program raises, also SystemExit and KeyboardInterrupt, is the program's result.
    except BaseException as error:
        return None, _failure(error)
    return (solve, None) if callable(solve) else (None, _NO_TASK)


_NO_TASK = ("no_solve_task", "the program defines no function solve_task")


def _seed() -> None:
    """Start random numbers alike in every child: an answer must not depend on when a program ran."""
    importlib.import_module("random").seed(0)
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random").seed(0)


class _Unreadable(Exception):
    """The program is not Python; carries what the compiler raised."""


def _compile(text: str) -> "Any":
    try:
        return compile(text, PROGRAM, "exec", dont_inherit=True)
    except MemoryError:
        # The parser raises it too, for what is nested too deeply: then there is memory enough.
        bytes(TO_COMPILE * len(text) + 2 * PIECE)
        raise _Unreadable(RecursionError("the program is nested too deeply")) from None
    except Exception as error:
        raise _Unreadable(error) from None


def _solve(
    solve: "Callable[[Any], Any]", grid: list[list[int]]
) -> "tuple[list[list[int]] | None, Failure | None]":
    """One call: (output, None) or (None, (error type, message))."""
    try:
        return to_grid(solve([row.copy() for row in grid])), None
    except BaseException as error:
        return None, _failure(error)


def _failure(error: BaseException) -> "Failure":
    """(error type, message with the line in the program) of what a program raised."""
    if isinstance(error, MemoryError) or _hides_memory_error(error):
        return _out_of_memory(error)
    match error:
        case BadOutput():
            return "bad_output", str(error)[:1000]
        case OutputTooLarge():
            return "output_too_large", str(error)[:1000]
        case _Unreadable():
            return "syntax_error", _syntax_message(error.args[0])
    return "exception", f"{type_name(type(error))}: {_text(error)}"[:1000] + _place(error)


def give_back() -> None:
    """Give back a piece of the reserve, if there is one; needs no memory itself, not even for a number."""
    for piece in RESERVE:
        piece.close()
        return


def _out_of_memory(error: BaseException) -> "Failure":
    """The failure of a program that used up its memory. Raises MemoryError where that cannot even be said."""
    give_back()  # or saying so would need memory that the program still holds
    place = _place(error)
    error.__traceback__ = None  # with it go the program's frames and what they hold
    return "memory", NO_MEMORY + place


def _hides_memory_error(error: BaseException) -> bool:
    """Whether it is what CPython and numpy make of some MemoryErrors: a SystemError that says no error was set.

    The interpreter's loop says so when it had no memory for a frame. Functions in C that say so may also be broken:
    these are believed where there is no memory indeed.
    """
    if type(error) is not SystemError or len(error.args) != 1 or type(error.args[0]) is not str:
        return False
    if not error.args[0].endswith("returned NULL without setting an exception"):
        return error.args[0] == "error return without exception set"
    try:
        bytes(PIECE)
    except MemoryError:
        return True
    return False


def _syntax_message(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return _clean(f"{type_name(type(error))}: {error.msg}"[:1000] + f" (line {error.lineno or 1})")
    return _clean(f"{type_name(type(error))}: {error}"[:1000])


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


def run(zygote: int, memory: int, seconds: int, rules: "kernel.Filter | None") -> None:
    """A child's whole life. Never returns."""
    status = 0
    try:
        lock_up(zygote, memory, seconds, rules)
        os.write(CHANNEL, LOCKED)
        gc.enable()
        serve(CHANNEL)
        os.close(CHANNEL)
    except (MemoryError, SystemError):
        status = NO_MEMORY_STATUS
    finally:
        os._exit(status)
