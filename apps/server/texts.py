"""What users write: kept as it is, but for line ends, and refused where no page could show it."""

import re
import unicodedata

from apps.server.refusals import ApiError

MOST_CHARACTERS = 100_000
LONGEST_NAME = 64
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def clean_text(text: str, name: str = "text") -> str:
    """`text` with plain line ends. Raises ApiError (400) when it is blank, too long or holds control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ApiError(400, f"'{name}' is empty: write something.")
    if len(text) > MOST_CHARACTERS:
        raise ApiError(400, f"'{name}' has {len(text)} characters: at most {MOST_CHARACTERS} are kept.")
    if found := _UNSHOWN.search(text):
        raise ApiError(400, f"'{name}' holds a control character (U+{ord(found[0]):04X}): take it out.")
    return text


def as_sentence(text: str) -> str:
    """A message of the toolkit's other parts, which begin small and end without a full stop, as pages show it."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def clean_name(name: str) -> str:
    """A user name without blanks around it. Raises ApiError (400) when it is none."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ApiError(400, f"'username' must be 1 to {LONGEST_NAME} characters that can be seen.")
    return name
