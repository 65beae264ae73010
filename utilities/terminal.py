"""What reaches a terminal besides results: notes, and text that must not steer it."""

import sys


def note(sentence: str) -> None:
    """Tell something in passing, on stderr."""
    print(f"note: {printable(sentence)}", file=sys.stderr, flush=True)


def warn(sentence: str) -> None:
    """Tell something that may not be what was wanted, on stderr."""
    print(f"warning: {printable(sentence)}", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """`text` on one line without control characters: what models and files say must not steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
