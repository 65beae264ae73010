"""The types of the grid language. What an operation takes and gives is read off its annotations. No operations here."""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.int64]
"""H x W ints: a grid (colours 0-9)."""

Layer = Annotated[Array, "layer"]
"""In the shape of a grid, one whole number per cell: what a rule may look at."""

Tint = Annotated[Array, "tint"]
"""A layer whose numbers are colours, so that a rule may take cells from it."""

Scene = tuple[Array, Array]
"""A grid and, in the same shape, the number of the object each cell belongs to (from 1; 0 for none)."""

Pieces = list[Array]
"""Small grids cut out of one grid, in reading order."""

Colour = Annotated[int, "colour"]
"""0-9."""

Axis = Annotated[int, "axis"]
"""0: rows, 1: columns, 2: diagonals."""

Move = tuple[int, int]
"""Cells down and cells to the right."""

Measured = Any
"""What a measure says about a grid: a number, or anything else that can be compared for equality."""

Number = Callable[[Array], int]
Pick = Callable[[Array], Colour]
Change = Callable[[Array], Array]
