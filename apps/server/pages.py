"""The web apps themselves: the landing page, the pages beside it, and what they load."""

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, redirect, send_file, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from apps.server.refusals import ApiError

blueprint = Blueprint("pages", __name__)

KINDS = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain",
}
"""What pages load, by suffix. Nothing else in apps/static/ is for everybody: the dataset and its locks lie there too."""

for suffix, kind in KINDS.items():
    # What the machine says may be wrong, and the browser is told not to guess.
    mimetypes.add_type(kind, suffix)


@blueprint.get("/")
@blueprint.get("/apps/")
def landing_page() -> Response:
    """apps/index.html."""
    return _page("index.html")


@blueprint.get("/<name>.html")
@blueprint.get("/apps/<name>.html")
def page(name: str) -> Response:
    """An HTML file of apps/."""
    return _page(f"{name}.html")


@blueprint.get("/static/<path:path>")
@blueprint.get("/apps/static/<path:path>")
def static(path: str) -> Response:
    """A file of apps/static/ that pages are made of, never the dataset, however its path is spelled."""
    if Path(path).suffix not in KINDS or any(part.startswith(".") for part in Path(path).parts):
        abort(404)
    # Not "static/" before the path: that would open all of apps/ to a path such as ../server.
    return _checked_each_time(send_from_directory(Path(current_app.config["PAGES"]) / "static", path))


@blueprint.get("/static/dataset.json")
@blueprint.get("/apps/static/dataset.json")
def dataset() -> Response:
    """The dataset of this server. Raises ApiError (404) while its file is not there."""
    try:
        return _checked_each_time(
            send_file(Path(current_app.config["DATASET"]).resolve(), "application/json")
        )
    except FileNotFoundError:
        raise ApiError(404, "The dataset file is not there: build it, or put it back.") from None


def to_the_apps() -> BaseResponse:
    """From the root to the landing page."""
    return redirect("/arc2/")


def _page(name: str) -> Response:
    return _checked_each_time(send_from_directory(current_app.config["PAGES"], name))


def _checked_each_time(response: Response) -> Response:
    """Browsers keep it and ask each time whether it changed, so that no page runs with parts of an earlier one."""
    response.headers["Cache-Control"] = "no-cache"
    return response
