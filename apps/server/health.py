"""`GET /arc2/api/health`: is the server up, on which sandbox tier, with how many tasks."""

from flask import Blueprint

from apps.server.api import Reply, operation
from apps.server.context import catalogue, lanes
from utilities import __version__

blueprint = Blueprint("health", __name__)


class Health(Reply, kw_only=True):
    """What runs here."""

    sandbox: str
    """The tier that programs run on."""
    tasks: int
    """Original tasks in the dataset."""
    version: str


@operation(blueprint, "GET", "/api/health", reply=Health)
def health() -> Health:
    """Is the server up."""
    return Health(sandbox=lanes().tier, tasks=len(catalogue().tasks()), version=__version__)
