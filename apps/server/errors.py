"""Errors as JSON: every reply that is not a success has this one shape."""

import logging
import sqlite3

import msgspec
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from apps.server.api import json_response
from apps.server.refusals import ApiError
from apps.server.store.damage import is_damage

SENTENCES = {
    404: "There is nothing here.",
    405: "This address does not take that method.",
    413: "The request is too large.",
    500: "The server failed; its log says why.",
}
BUSY_RETRY_SECONDS = 1


class ErrorReply(msgspec.Struct, kw_only=True):
    """A request that was not done."""

    error: str
    """One plain sentence."""
    success: bool = False


def register_error_handlers(app: Flask) -> None:
    """Turn ApiError, every HTTP error, a disk that refuses and a damaged database into the common shape."""

    @app.errorhandler(ApiError)
    def api_error(error: ApiError) -> Response:
        response = json_response({"success": False, "error": error.sentence, **error.more}, error.status)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        sentence = SENTENCES.get(status) or error.description or error.name
        response = json_response(ErrorReply(error=sentence), status)
        if status == 405:
            response.headers.update(error.get_headers())
            response.mimetype = "application/json"
        return response

    @app.errorhandler(sqlite3.DatabaseError)
    def storage_error(error: sqlite3.DatabaseError) -> Response:
        if not isinstance(error, sqlite3.OperationalError) and not is_damage(error):
            raise error  # a mistake of ours
        logging.getLogger("apps.server").error("the annotations cannot be stored: %s", error)
        sentence = (
            f"The server cannot store or read anything right now ({error}); nothing was changed, try again."
        )
        return api_error(ApiError(503, sentence, BUSY_RETRY_SECONDS))
