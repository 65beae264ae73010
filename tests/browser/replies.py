"""What the scripted model of the browser tests says: a question that holds `say:<name>` gets that reply."""

import re
from typing import Any

TURN = "def solve_task(input_grid):\n    return [row[::-1] for row in input_grid[::-1]]\n"
MARKUP = (
    "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)><iframe src='javascript:alert(4)'></iframe>"
    "<style>body{display:none}</style><a href='javascript:alert(5)' onclick='alert(6)'>a</a><form action='//evil.example'>"
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(7)>"
)
LINKS = (
    "[one](javascript:alert(1)) [two](data:text/html,<script>alert(2)</script>) [three](https://example.org/ 'x\"onclick=alert(3)')\n"
    '![picture](https://example.org/x.png) ![p](x "onerror=alert(4)") <javascript:alert(5)> [six](vbscript:x) [s](//evil.example)\n\n'
    "[ref]: javascript:alert(7)\n\n[ref]"
)


def _long(characters: int) -> str:
    paragraph = (
        "The rule keeps every colour and moves each row by its own number; **bold**, `code` and "
        "a [link](https://example.org/).\n\n- one\n- two with `x`\n\n"
    )
    return paragraph * (characters // len(paragraph) + 1)


REPLIES = {
    "code": f"Turn the grid by *180 degrees*.\n\n```python\n{TURN}```\n\nThat is all.",
    "grid": "The output:\n\n```\n1 0 2\n0 3 0\n```\n\nor `[[4, 4], [0, 4]]` as JSON.",
    "markup": f"Before {MARKUP}\n\n{MARKUP}\n\n{LINKS}\n\n```html\n{MARKUP}\n```\n\n```python{MARKUP}\nprint(1)\n```\nafter",
    "unclosed": f"An unclosed fence:\n\n```python\n{TURN}",
    "blocks": "".join(f"Block {number}\n\n```python\nx = {number}\n```\n\n" for number in range(200)),
    "huge": _long(5_000_000),
    "huge line": "word " * 1_000_000,
    "huge code": "```python\n" + "x = [1, 2, 3]  # a line of a program\n" * 130_000 + "```\n",
    "long": _long(200_000),
    "nested": "> " * 5000
    + "deep\n\n"
    + "- " * 5000
    + "deep\n\n"
    + "[" * 20_000
    + "\n\n"
    + "*a_" * 10_000
    + "\n\nend of it",
    "surrogate": "half \ud83d a pair, and \u0000 \u202e \u2028 controls",
    "words": "word " * 400,
}


def reply(body: dict[str, Any]) -> str:
    """The reply to a request's last question."""
    question = str(body["messages"][-1]["content"])
    named = re.findall(r"say:([a-z ]+)$", question)
    return REPLIES[named[-1]] if named else f"You said: {question[-200:]}"
