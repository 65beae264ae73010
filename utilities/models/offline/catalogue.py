"""The families of operations, in the order in which the search tries them.

Importing a family's module declares its operations; a new operation is one entry there and nothing here.
"""

from utilities.models.offline.declare import OPERATIONS, Operation
from utilities.models.offline.dsl import (
    colours,
    fills,
    geometry,
    lines,
    measures,
    object_layers,
    objects,
    patterns,
    pieces,
    positions,
    repair,
    tables,
    tilings,
    views,
)

FAMILIES = [
    module.__name__.rpartition(".")[2]
    for module in (
        geometry,
        tilings,
        patterns,
        colours,
        fills,
        lines,
        repair,
        objects,
        pieces,
        measures,
        positions,
        object_layers,
        tables,
        views,
    )
]
"""Names of the families; the search may be asked to do without some."""


def operations(without: frozenset[str] = frozenset()) -> list[Operation]:
    """All operations but those of the families named in `without`, families in order."""
    return sorted(
        (one for one in OPERATIONS if one.family not in without), key=lambda one: FAMILIES.index(one.family)
    )
