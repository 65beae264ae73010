"""The web apps themselves: the landing page, the pages beside it, and what they load."""

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, send_file, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("pages", __name__)

for suffix, kind in {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}.items():
    mimetypes.add_type(
        kind, suffix
    )  # what the machine says may be wrong, and the browser is told not to guess


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
    """A file of apps/static/."""
    # Not "static/" before the path: that would open all of apps/ to a path such as ../server.
    return _checked_each_time(send_from_directory(Path(current_app.config["PAGES"]) / "static", path))


@blueprint.get("/static/dataset.json")
@blueprint.get("/apps/static/dataset.json")
def dataset() -> Response:
    """The dataset of this server."""
    return _checked_each_time(send_file(Path(current_app.config["DATASET"]).resolve(), "application/json"))


def to_the_apps() -> BaseResponse:
    """From the root to the landing page."""
    return redirect("/arc2/")


def _page(name: str) -> Response:
    return _checked_each_time(send_from_directory(current_app.config["PAGES"], name))


def _checked_each_time(response: Response) -> Response:
    """Browsers keep it and ask each time whether it changed, so that no page runs with parts of an earlier one."""
    response.headers["Cache-Control"] = "no-cache"
    return response
