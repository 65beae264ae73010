"""How deeply JSON may be nested: far less than what is decoded at one depth of calls and cannot be encoded at another."""

MOST_LEVELS = 32
"""Lists and objects in one another, the outermost counted."""

_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def is_nested_too_deeply(data: bytes) -> bool:
    """Whether JSON, which is known to be well-formed, has more levels than MOST_LEVELS."""
    without_escapes = data.replace(rb"\\", b"").replace(rb"\"", b"")
    outside_strings = b"".join(without_escapes.split(b'"')[::2])
    brackets = outside_strings.translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(MOST_LEVELS):
        brackets = brackets.replace(b"[]", b"")  # the innermost level
    return bool(brackets)
