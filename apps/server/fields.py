"""What members of several request bodies are, with the limits that the description of the API tells."""

from typing import Annotated, Any

import msgspec

from apps.server.refusals import ApiError
from apps.server.store.bodies import MOST_VERSIONS
from apps.server.texts import MOST_CHARACTERS
from utilities.grid import MAX_SIDE

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CHARACTERS)]
ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""Chosen by the page for each change, so that a change that is sent again is made once."""
Cells = Annotated[list[Any], msgspec.Meta(max_length=1000)]
"""Cells of the task's grids, as the page describes them."""
Version = Annotated[int, msgspec.Meta(ge=0, le=MOST_VERSIONS)]

MOST_CELLS_BYTES, MOST_ACTIONS_BYTES = 128 << 10, 2 << 20
"""As JSON. A thousand cells take 64 KB; every stream and every list carries them."""

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


def check_size(value: list[Any] | None, name: str, most_bytes: int) -> None:
    """Raises ApiError (400) when `value` takes more than so many bytes as JSON."""
    if (size := len(msgspec.json.encode(value))) > most_bytes:
        raise ApiError(400, f"'{name}' takes {size} bytes as JSON: at most {most_bytes} are kept.")
