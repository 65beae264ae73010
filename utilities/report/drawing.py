"""Drawings of Matplotlib as SVG that takes its colours and font from the page it stands in.

So one drawing serves light, dark and print, is sharp at every size, and its text is text.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 5.2
"""Inches; at 72 units each as wide as a telephone, so that 11 point text stays readable there."""
SERIES = 8
"""Colours for runs, `--series-0` and so on in page.css; further runs take them again."""
_LEGEND_ROW = 0.22
"""Inches."""

_INK, _MUTED, _LINE = "#010101", "#020202", "#030303"
"""Stand for the page's colours while Matplotlib draws."""
_STYLE: Any = {
    "font.size": 11,
    "text.color": _INK,
    "text.parse_math": False,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _MUTED,
    "ytick.labelcolor": _INK,
    "ytick.left": False,
    "xtick.bottom": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


def colour(run: int) -> str:
    """What stands for the colour of a run; `draw_svg` puts the page's own in its place."""
    return f"#0a0a{run % SERIES:02x}"


def name_rows(axes: "Axes", names: Sequence[str]) -> None:
    """One named row each, the first on top; short names stand left of it."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.7)
    axes.grid(visible=False, axis="y")


def title_rows(axes: "Axes", names: Sequence[str]) -> None:
    """One row each, the first on top; names that may be long stand above it."""
    for row, name in enumerate(names):
        axes.annotate(name, (0, row), (0, 11), xycoords=("axes fraction", "data"), textcoords="offset points")
    axes.set_yticks([])
    axes.set_ylim(len(names) - 0.55, -0.85)
    axes.grid(visible=False, axis="y")


def count_along(axes: "Axes") -> None:
    """Whole numbers along the bottom, and room for the labels of bars."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(short_number)
    axes.margins(x=0.12)


def costs_along(axes: "Axes") -> None:
    """US dollars along the bottom, on a logarithmic scale."""
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = axes.get_xlim()
    axes.set_xlim(low / 1.6, high * 1.6)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(_dollars)


def _dollars(value: float, position: object = None) -> str:
    return f"${value:g}"


_TIMES = {
    0.01: "10 ms",
    0.1: "0.1 s",
    1: "1 s",
    10: "10 s",
    60: "1 min",
    600: "10 min",
    3600: "1 h",
    36000: "10 h",
}


def seconds_along(axes: "Axes") -> None:
    """Times along the bottom, on a logarithmic scale."""
    from matplotlib.ticker import NullLocator

    low, high = axes.get_xlim()
    shown = {seconds: name for seconds, name in _TIMES.items() if low <= seconds <= high}
    axes.set_xticks(list(shown), list(shown.values()))
    axes.xaxis.set_minor_locator(NullLocator())


@contextmanager
def _matplotlib() -> Iterator[Any]:
    """Matplotlib in our style, without a display and without a word about characters that its own font lacks."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*missing")
        yield Figure


def draw_svg(name: str, title: str, draw: Callable[["Axes"], None], height: float, legend: int = 0) -> str:
    """A drawing, `height` inches high, as an SVG element; `name` keeps its ids apart from those of the other charts.

    `legend`: runs to name below it; one needs no legend, and that of many would be larger than the drawing.
    """
    rows = legend if 1 < legend <= SERIES else 0
    with _matplotlib() as figure_class:
        figure = figure_class(figsize=(WIDTH, height + rows * _LEGEND_ROW), layout="constrained")
        draw(figure.add_subplot())
        if rows:
            figure.legend(loc="outside lower left", handlelength=1.4)
        drawn = io.StringIO()
        figure.savefig(
            drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    return _for_page(drawn.getvalue(), name, title)


def _for_page(drawing: str, name: str, title: str) -> str:
    """The drawing without what an HTML page has already, in the page's own colours."""
    body = re.sub(
        r"<(metadata|style)\b.*?</\1>",
        "",
        drawing[drawing.index(">", drawing.index("<svg")) + 1 :],
        flags=re.DOTALL,
    )
    box = re.search(r'viewBox="([^"]+)"', drawing)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", body.replace("xlink:href", "href"))
    body = body.replace(_INK, "var(--ink)").replace(_MUTED, "var(--muted)").replace(_LINE, "var(--line)")
    body = re.sub(r"#0a0a(\d\d)", lambda found: f"var(--series-{int(found[1], 16)})", body)
    return f'<svg role="img" aria-label="{title}" viewBox="{box[1] if box else ""}">{body}'


def short_number(value: float, position: object = None) -> str:
    """A count in few characters: `12 k`."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g}"
