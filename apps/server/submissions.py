"""`/arc2/api/tasks/<task_id>/submissions`: an answer to one test input is judged and stored with the way to it."""

from typing import Annotated, Any

import msgspec
from flask import Blueprint

from apps.server.access import username
from apps.server.api import Reply, operation
from apps.server.context import catalogue, database
from apps.server.fields import MOST_ACTIONS_BYTES, ClientId, GridJson, Version, check_size
from apps.server.refusals import ApiError
from apps.server.store import submissions as store
from apps.server.store import variations
from apps.server.store.bodies import Submission
from utilities.grid import Grid, distance, grid_fault

blueprint = Blueprint("submissions", __name__)


class NewSubmission(msgspec.Struct):
    """An answer, the actions that led to it, and how long it took."""

    version: Version
    test_index: Annotated[int, msgspec.Meta(ge=0, le=10**6)]
    """From 0."""
    grid: GridJson
    actions: list[Any] = []
    seconds: Annotated[float, msgspec.Meta(ge=0, le=10**9)] = 0.0
    client_id: ClientId | None = None


class Judgement(Reply, kw_only=True):
    """What became of a submission; null where the expected output is secret."""

    correct: bool | None
    distance: int | None
    """Cells that differ; null where the shapes differ."""
    expected: Grid | None


@operation(blueprint, "POST", "/api/tasks/<task_id>/submissions", body=NewSubmission, reply=Judgement)
def submit(task_id: str, body: NewSubmission) -> Judgement:
    """Submit an answer to one test input."""
    name, original = username(), catalogue().task(task_id)
    if fault := grid_fault(body.grid):
        raise ApiError(400, f"'grid' is not a grid: {fault}.")
    check_size(body.actions, "actions", MOST_ACTIONS_BYTES)
    with database().reading() as connection:
        task = variations.find(connection, original, body.version)
    if body.test_index >= len(task.test):
        raise ApiError(404, f"Version {body.version} of this task has {len(task.test)} test inputs.")
    expected = task.test[body.test_index].output
    judgement = Judgement(
        correct=None if expected is None else body.grid == expected,
        distance=None if expected is None else distance(body.grid, expected),
        expected=expected,
    )
    submission = Submission(
        version=body.version,
        test_index=body.test_index,
        grid=body.grid,
        actions=body.actions,
        seconds=body.seconds,
        correct=judgement.correct,
        distance=judgement.distance,
    )
    store.store(database(), task_id, name, submission, body.client_id)
    return judgement
