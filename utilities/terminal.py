"""What reaches people besides files: notes, what a run came to, and text that must not steer a terminal."""

import os
import sys


def note(sentence: str) -> None:
    """Tell something in passing, on stderr."""
    print(f"note: {printable(sentence)}", file=sys.stderr, flush=True)


def warn(sentence: str) -> None:
    """Tell something that may not be what was wanted, on stderr."""
    print(f"warning: {printable(sentence)}", file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Print what a run came to. A stdout that takes nothing any more (`| head`, a full disk) changes nothing about the run."""
    try:
        print(text, flush=True)
    except OSError as error:
        drop_stdout()
        if not isinstance(error, BrokenPipeError):
            note(f"cannot write to stdout ({error.strerror})")


def drop_stdout() -> None:
    """Throw away what stdout cannot take, lest the interpreter tries again, and complains, when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printable(text: str) -> str:
    """`text` on one line without control characters: what models and files say must not steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
