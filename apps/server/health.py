"""`GET /arc2/api/health`: is the server up, on which sandbox tier, with how many tasks."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from utilities import __version__
from utilities.config import DEFAULT_DATASET
from utilities.data_loader import read_tasks

blueprint = Blueprint("health", __name__)


@blueprint.get("/api/health")
def health() -> ResponseReturnValue:
    """`tasks` counts the original tasks of apps/static/dataset.json, 0 where it was not built yet."""
    tasks = sum(task.version == 0 for task in read_tasks(DEFAULT_DATASET)) if DEFAULT_DATASET.exists() else 0
    tier = current_app.extensions["lanes"].tier
    return jsonify(success=True, sandbox=tier, tasks=tasks, version=__version__)
