"""What all agents share: grids to text, the colour legend, and the extractors of code and grids from a reply.

Pure functions. Nothing here or in an agent ever reads a test output.
"""

import re
import textwrap

from utilities.data_loader import Task
from utilities.grid import COLOUR_NAMES, Grid, is_grid
from utilities.model_utils import Message

# --- prompts ---------------------------------------------------------------------------------------------------------

COLOUR_LEGEND = "Each number in a grid stands for a colour: " + ", ".join(
    f"{number} is {name}" for number, name in enumerate(COLOUR_NAMES)
)

PUZZLE = f"""You solve puzzles of the Abstraction and Reasoning Corpus (ARC-AGI). A puzzle shows train pairs: an input \
grid and the output grid that one hidden rule makes of it. The same rule explains every pair. Grids are rectangles of 1 \
to 30 rows and 1 to 30 columns; rows are written one per line, cells from left to right.
{COLOUR_LEGEND}."""


def titled_grid(title: str, text: str) -> str:
    """A grid, as lines of digits, under a heading that gives its size: `Input (3 x 4):`, height first."""
    first, _, _ = text.partition("\n")
    return f"{title} ({text.count(chr(10)) + 1} x {len(first) // 2 + 1}):\n{text}"


def train_pairs_text(task: Task) -> str:
    """All train pairs of a task, inputs and outputs."""
    return "\n\n".join(
        f"Train pair {number}\n{titled_grid('Input', pair.input_text)}\n{titled_grid('Output', pair.output_text)}"
        for number, pair in enumerate(task.train, start=1)
    )


def conversation(instructions: str, question: str) -> tuple[Message, ...]:
    """System prompt (the same for every task, so that prompt caching works) and the question."""
    return Message("system", f"{PUZZLE}\n\n{instructions}"), Message("user", question)


# --- code in replies -------------------------------------------------------------------------------------------------

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>```+|~~~+)[^\n`]*\n(?P<body>.*?)(?:^[ \t]*(?P=mark)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_DEFINES_SOLVE_TASK = re.compile(r"^\s*(?:def\s+solve_task\b|solve_task\s*=)", re.MULTILINE)


def split_code(text: str) -> tuple[str, str | None]:
    """(reasoning, code): the last code fence that defines `solve_task`, and the text before it.

    An unclosed fence reaches to the end. When the reply opens with the code, the text after it is the reasoning.
    Without such a fence, code is None and all of the text is reasoning.
    """
    fences = [fence for fence in _FENCE.finditer(text) if _DEFINES_SOLVE_TASK.search(fence["body"])]
    if not fences:
        return text.strip(), None
    last = fences[-1]
    reasoning = text[: last.start()].strip() or text[last.end() :].strip()
    code = textwrap.dedent(last["body"]) if last["indent"] else last["body"]
    return reasoning, code.strip("\n") + "\n"


# --- grids in replies ------------------------------------------------------------------------------------------------

# Possessive quantifiers keep both patterns linear on hostile text.
_SEPARATOR = r"(?:\s*+,\s*+|\s++)"
_BRACKET_ROW = rf"[\[(]\s*+\d(?:{_SEPARATOR}\d)*+\s*+,?+\s*+[\])]"
_BRACKET_GRID = re.compile(rf"[\[(]\s*+{_BRACKET_ROW}(?:\s*+,?+\s*+{_BRACKET_ROW})*+\s*+,?+\s*+[\])]")
_DIGIT_ROWS = re.compile(r"(?:^[ \t|\[(]*+\d(?:[ \t,|]*+\d)*+[ \t|,\])]*+\r?+(?:\n|\Z))++", re.MULTILINE)
_SPACED_ROW = re.compile(r"[ \t|]*+\d(?:[ \t,|]++\d)++")


def find_grid(text: str) -> Grid | None:
    """The last grid in a reply, or None.

    Candidates are bracketed rows (JSON, Python or NumPy style, in a fence or not) and lines of digits; those that are
    rectangles of 0-9 up to 30 x 30 count. Outside a fence a single line of digits counts only when they are spaced, so
    that a year, a list number or a position is no grid.
    """
    candidates = [*_bracketed_grids(text), *_digit_row_grids(text)]
    grids = [(end, grid) for end, grid in candidates if is_grid(grid)]
    return max(grids, key=lambda found: found[0])[1] if grids else None


def _bracketed_grids(text: str) -> list[tuple[int, Grid]]:
    return [
        (found.end(), [_digits(row) for row in re.findall(_BRACKET_ROW, found[0])])
        for found in _BRACKET_GRID.finditer(text)
    ]


def _digit_row_grids(text: str) -> list[tuple[int, Grid]]:
    fenced = [fence.span("body") for fence in _FENCE.finditer(text)]
    found_grids = []
    for found in _DIGIT_ROWS.finditer(text):
        lines = [line for line in found[0].splitlines() if line.strip()]
        in_fence = any(start <= found.start() < end for start, end in fenced)
        if in_fence or len(lines) > 1 or _SPACED_ROW.match(lines[0]):
            found_grids.append((found.end(), [_digits(line) for line in lines]))
    return found_grids


def _digits(text: str) -> list[int]:
    return [int(digit) for digit in re.findall(r"[0-9]", text)]
