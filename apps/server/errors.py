"""Errors as JSON: every reply that is not a success has this one shape."""

from typing import Any

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

SENTENCES = {
    404: "There is nothing here.",
    405: "This address does not take that method.",
    413: "The request is too large.",
    500: "The server failed; its log says why.",
}


class ApiError(Exception):
    """A request that cannot be answered as asked: `status`, one plain sentence, and seconds to wait if busy."""

    def __init__(self, status: int, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after


def register_error_handlers(app: Flask) -> None:
    """Turn ApiError and every HTTP error into the common shape."""

    @app.errorhandler(ApiError)
    def api_error(error: ApiError) -> ResponseReturnValue:
        headers: dict[str, Any] = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return jsonify(success=False, error=error.sentence), error.status, headers

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        sentence = SENTENCES.get(status) or error.description or error.name
        return jsonify(success=False, error=sentence), status
