"""`/arc2/api/tasks/<task_id>/variations`: signed variations. The server makes the grids itself."""

from typing import Any

import msgspec
from flask import Blueprint

from apps.server.access import username
from apps.server.api import Reply, operation
from apps.server.context import catalogue, database
from apps.server.fields import Version
from apps.server.refusals import ApiError
from apps.server.store import variations as store
from apps.server.store.bodies import MOST_VERSIONS
from utilities.tasks import Task
from utilities.transforms import TransformError, composed, parse_transform, transform_task

blueprint = Blueprint("variations", __name__)


class NewVariation(msgspec.Struct):
    """The version to begin with and the named transforms to do; none of them signs that version itself."""

    base_version: Version
    transform: list[dict[str, Any]]


class VariationReply(Reply, kw_only=True):
    """The version that was signed."""

    version: int
    signed_by: list[str]


@operation(
    blueprint,
    "POST",
    "/api/tasks/<task_id>/variations",
    body=NewVariation,
    reply=VariationReply,
    statuses=(201, 200),
)
def sign_variation(task_id: str, body: NewVariation) -> tuple[VariationReply, int]:
    """Sign a variation: 201 when it is new, 200 when it is there already."""
    name, original = username(), catalogue().task(task_id)
    with database().reading() as connection:
        base = store.find(connection, original, body.base_version)
    signed, new = store.sign(database(), original, _transformed(base, body.transform), name)
    return VariationReply(version=signed.version, signed_by=list(signed.signed_by)), 201 if new else 200


@operation(blueprint, "DELETE", f"/api/tasks/<task_id>/variations/<int(max={MOST_VERSIONS}):version>")
def take_signature_off(task_id: str, version: int) -> Reply:
    """Take one's own signature off; a variation that nobody stands by goes."""
    original = catalogue().task(task_id)
    store.take_signature_off(database(), original, version, username())
    return Reply()


def _transformed(base: Task, transform: list[dict[str, Any]]) -> Task:
    """`base` after `transform`, with the steps from the original, where they are known, in their shortest form."""
    try:
        steps = parse_transform(transform)
        task = transform_task(base, steps)
    except TransformError as error:
        raise ApiError(400, f"'transform' cannot be done: {error}.") from None
    return msgspec.structs.replace(task, transform=_from_original(base, transform))


def _from_original(base: Task, transform: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    if base.version and base.transform is None:
        return None  # it came from a file that does not say
    try:
        earlier = parse_transform(base.transform or [])
    except TransformError:
        return None  # steps of another tool
    return [step.json for step in composed((*earlier, *parse_transform(transform)))]
