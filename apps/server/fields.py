"""What members of several request bodies are, with the limits that the description of the API tells."""

from typing import Annotated, Any

import msgspec

from apps.server.texts import MOST_CHARACTERS
from utilities.grid import MAX_SIDE

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CHARACTERS)]
ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""Chosen by the page for each change, so that a change that is sent again is made once."""
Cells = Annotated[list[Any], msgspec.Meta(max_length=1000)]
"""Cells of the task's grids, as the page describes them."""
Version = Annotated[int, msgspec.Meta(ge=0, le=10**6)]

_ROW = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": 9},
    "minItems": 1,
    "maxItems": MAX_SIDE,
}
GridJson = Annotated[
    Any,
    msgspec.Meta(extra_json_schema={"type": "array", "items": _ROW, "minItems": 1, "maxItems": MAX_SIDE}),
]
"""H x W ints 0-9; decoded as anything, so that the refusal can say which row is at fault."""
GridsJson = Annotated[
    Any, msgspec.Meta(extra_json_schema={"type": "array", "items": {"type": "array", "items": _ROW}})
]
