"""The values that the grid language works on. No operations here."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.int64]
"""H x W ints: a grid (colours 0-9) or a layer (any whole number per cell)."""

Scene = tuple[Array, Array]
"""A grid and, in the same shape, the number of the object each cell belongs to (from 1; 0 for none)."""

Pieces = list[Array]
"""Small grids cut out of one grid, in reading order."""

Measured = Any
"""What a measure says about a grid: a number, or anything else that can be compared for equality."""
