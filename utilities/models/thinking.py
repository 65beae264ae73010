"""The four forms in which models send their reasoning, made one text: pure functions.

The forms: `reasoning`, `reasoning_content`, `reasoning_details`, and `<think>` parts inside the answer itself.
"""

from collections.abc import Iterable
from typing import Any

_OPEN, _CLOSE = "<think>", "</think>"


def split_thinking(content: str) -> tuple[str, str]:
    """`(text, thinking)`: the answer without its `<think>` parts, and these parts.

    A missing opening tag is tolerated (chat templates that end with it leave it out), and so is a missing closing tag
    when the answer starts with the opening one (cut off while thinking). Any other lone tag is ordinary text.
    """
    if _CLOSE not in content and not content.lstrip().startswith(_OPEN):
        return content, ""
    text, thoughts, position = [], [], 0
    before, closed, _ = content.partition(_CLOSE)
    if not closed:
        return "", content.lstrip().removeprefix(_OPEN).strip()
    if _OPEN not in before:
        thoughts, position = [before], len(before) + len(_CLOSE)
    # By position: cutting off the rest at each tag would be quadratic.
    while (start := content.find(_OPEN, position)) >= 0:
        end = content.find(_CLOSE, start)
        if end < 0:
            break
        text.append(content[position:start])
        thoughts.append(content[start + len(_OPEN) : end])
        position = end + len(_CLOSE)
    text.append(content[position:])
    return "".join(text).strip(), "\n\n".join(thought.strip() for thought in thoughts if thought.strip())


def text_of_details(details: Any) -> str:
    """The readable part of `reasoning_details`, a list of `{"type", "text" | "summary" | "data"}`.

    `data` is encrypted and gives nothing.
    """
    if not isinstance(details, list):
        return ""
    found = (item.get("text") or item.get("summary") for item in details if isinstance(item, dict))
    return "\n".join(text for text in found if isinstance(text, str))


def text_of_parts(parts: list[Any]) -> tuple[str, str]:
    """`(text, thinking)` of an answer sent as a list of parts (`text`, or `thinking` with parts of its own).

    Parts of any other kind or shape are left out.
    """
    text, thinking = [], []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            text.append(part["text"])
        elif isinstance(part, dict) and "thinking" in part:
            inner = part["thinking"]
            inner = inner if isinstance(inner, list) else [inner]
            thinking.append(text_of_parts(inner)[0])
    return "".join(text), "".join(thinking)


def without_repeats(texts: Iterable[str]) -> str:
    """The texts below each other, leaving out those that another one already says (white space aside)."""
    kept: list[tuple[str, str]] = []
    for text in filter(None, texts):
        squeezed = "".join(text.split())
        if not squeezed or any(squeezed in other for other, _ in kept):
            continue
        kept = [(other, whole) for other, whole in kept if other not in squeezed]
        kept.append((squeezed, text.strip()))
    return "\n\n".join(whole for _, whole in kept)
