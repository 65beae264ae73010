"""From dataclass fields to argparse and from exceptions to exit codes: what every script's `main` does the same way."""

import argparse
import dataclasses
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import UnionType
from typing import Any, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from utilities.config import RunFailed, UsageError
from utilities.terminal import drop_stdout, printable

Config = TypeVar("Config")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage text; exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, printable(f"{self.prog}: {message} (see --help)") + "\n")


def parse(config_class: type[Config], argv: Sequence[str] | None, description: str, example: str) -> Config:
    """Read `argv` (default: the command line) into `config_class`, a dataclass whose fields are `setting`s.

    A field with `positional=True` in its settings is a positional argument; all others are flags. With `nargs` the
    field is a tuple. Exits with code 2 and one sentence on stderr when the command line is wrong.
    """
    return config_class(**parse_given(config_class, argv, description, example))


def parse_given(
    config_class: type[Any], argv: Sequence[str] | None, description: str, example: str
) -> dict[str, Any]:
    """As `parse`, but only the values that the command line gives, by field name."""
    values = vars(build_parser(config_class, description, example).parse_args(argv))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def build_parser(config_class: type[Any], description: str, example: str) -> argparse.ArgumentParser:
    """The parser that `parse` uses; it knows no defaults, those are the fields' own."""
    parser = _Parser(
        prog=_program(),
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    hints = get_type_hints(config_class)
    for field in dataclasses.fields(config_class):
        default = None if field.default is dataclasses.MISSING else field.default
        options = dict(field.metadata)
        options["help"] = (options["help"] + _default_note(default)).replace("%", "%%")
        if options.pop("positional", False):
            parser.add_argument(field.name, **_typed(options, str))
        elif hints[field.name] is bool:
            action = argparse.BooleanOptionalAction if default else "store_true"
            parser.add_argument(f"--{field.name}", action=action, default=argparse.SUPPRESS, **options)
        else:
            parser.add_argument(f"--{field.name}", **_typed(options, _plain_type(hints[field.name])))
    return parser


def flag_table(config_class: type[Any], beyond: type[Any] | None = None) -> str:
    """The flags of a script as a Markdown table, for the readme; without those that `beyond` has too."""
    known = {field.name for field in dataclasses.fields(beyond)} if beyond else set()
    rows = ["| flag | meaning |", "| --- | --- |"]
    for field in (field for field in dataclasses.fields(config_class) if field.name not in known):
        off = f", `--no-{field.name}`" if field.default is True else ""
        meaning = (field.metadata["help"] + _default_note(field.default)).replace("|", "\\|")
        rows.append(f"| `--{field.name}`{off} | {meaning} |")
    return "\n".join(rows)


def _default_note(default: object) -> str:
    if default is None or default is False or default in ((), ""):
        return ""
    if isinstance(default, tuple):
        default = " ".join(map(str, default))
    return f" (default: {'on' if default is True else default})"


def _plain_type(hint: Any) -> Callable[[str], Any]:
    """`int` for `int`, `int | None` and `tuple[int, ...]`."""
    if isinstance(hint, UnionType):
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    return get_args(hint)[0] if get_origin(hint) is tuple else hint  # type: ignore[no-any-return]


def _text(text: str) -> str:
    """A value that can be written down; an empty one is a variable that was not set."""
    if not text:
        raise UsageError("is empty: give a value, or leave the flag out")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{text!r} is not UTF-8") from None
    return text


def _typed(options: dict[str, Any], plain_type: Callable[[str], Any]) -> dict[str, Any]:
    """`options` with a type whose UsageError becomes argparse's own error."""
    convert = options.get("type", _text if plain_type is str else plain_type)

    def converted(text: str) -> Any:
        try:
            return convert(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    converted.__name__ = getattr(convert, "__name__", "value")  # argparse says `invalid int value: 'x'`
    return {**options, "type": converted}


def run_main(main: Callable[[], int | None]) -> NoReturn:
    """Call `main` and exit: 0 done (or the code it returns), 1 failed, 2 wrong usage, 130 interrupted by Ctrl-C.

    Only UsageError, RunFailed, OSError (a full or unwritable disk) and an interrupt become a sentence; anything else
    is a bug and keeps its traceback. SIGTERM ends it in order with 143, so that no temporary file stays behind.
    """
    name = _program()
    _make_output_safe()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = main() or 0
        sys.stdout.flush()  # here, where a full disk or a closed pipe still becomes a sentence
    except UsageError as error:
        _die(2, f"{name}: {error}")
    except RunFailed as error:
        _die(1, f"{name}: {error}")
    except BrokenPipeError:
        drop_stdout()
        _die(1, "")  # whoever read our output has gone, as in `| head`
    except OSError as error:
        drop_stdout()
        _die(1, f"{name}: {_os_sentence(error)}")
    except KeyboardInterrupt:
        _die(128 + signal.SIGINT, f"{name}: interrupted")
    sys.exit(code)


def _terminate(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


def _make_output_safe() -> None:
    """A terminal without UTF-8 shows question marks, a closed stdout or stderr swallows, and so does a stderr that breaks."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if isinstance(sys.stderr, io.TextIOWrapper) and sys.stderr is sys.__stderr__:
        sys.stderr = _Stderr(sys.stderr.buffer, sys.stderr.encoding, "replace", line_buffering=True)


class _Stderr(io.TextIOWrapper):
    """It is for people: where nobody can read it any more (a full disk, a pipe whose reader has gone), a run goes on."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def _program() -> str:
    """The name that the program was called by: a script's file name, or `apps.server` for `python -m apps.server`."""
    path = Path(sys.argv[0])
    return path.name if path.name != "__main__.py" else f"{path.parent.parent.name}.{path.parent.name}"


def _os_sentence(error: OSError) -> str:
    if not error.strerror:
        return str(error)
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


def _die(code: int, message: str) -> NoReturn:
    if message:
        print(printable(message), file=sys.stderr)
    sys.exit(code)
