"""`/arc2/api/tasks/<task_id>/flaws`: what people think is wrong with a task."""

import msgspec
from flask import Blueprint

from apps.server.access import username
from apps.server.api import Reply, operation
from apps.server.context import catalogue, database
from apps.server.fields import MOST_CELLS_BYTES, Cells, ClientId, Text, Version, check_size
from apps.server.store import flaws as store
from apps.server.store import variations
from apps.server.store.flaws import Flaw
from apps.server.texts import clean_text

blueprint = Blueprint("flaws", __name__)


class NewFlaw(msgspec.Struct):
    """A report, with the cells it is about if any."""

    text: Text
    version: Version
    client_id: ClientId
    cells: Cells | None = None


class FlawList(Reply, kw_only=True):
    """The reports on a task, oldest first."""

    flaws: list[Flaw]


class FlawReply(Reply, kw_only=True):
    """One report."""

    flaw: Flaw


@operation(blueprint, "GET", "/api/tasks/<task_id>/flaws", reply=FlawList)
def list_flaws(task_id: str) -> FlawList:
    """List the reports on a task."""
    catalogue().task(task_id)
    with database().reading() as connection:
        return FlawList(flaws=store.of_task(connection, task_id))


@operation(blueprint, "POST", "/api/tasks/<task_id>/flaws", body=NewFlaw, reply=FlawReply, statuses=(201,))
def report_flaw(task_id: str, body: NewFlaw) -> tuple[FlawReply, int]:
    """Report a flaw of a task."""
    text, name, original = clean_text(body.text), username(), catalogue().task(task_id)
    check_size(body.cells, "cells", MOST_CELLS_BYTES)
    with database().reading() as connection:
        variations.find(connection, original, body.version)
    flaw = store.report(database(), task_id, name, text, body.version, body.cells, body.client_id)
    return FlawReply(flaw=flaw), 201
