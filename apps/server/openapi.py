"""`GET /arc2/api/openapi.json`: the API described (OpenAPI 3.1), made from the records that the views use."""

import functools
import re
from typing import Any

import msgspec
from flask import Blueprint, Response

from apps.server.api import OPERATIONS, Operation, json_response
from apps.server.errors import ErrorReply
from utilities import __version__

blueprint = Blueprint("openapi", __name__)
_REFERENCE = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_JSON = "application/json"
_ERRORS = (400, 401, 403, 404, 405, 409, 413, 429, 503)


@blueprint.get("/api/openapi.json")
def description() -> Response:
    """The description."""
    return json_response(described())


@functools.cache
def described() -> dict[str, Any]:
    """The description as a JSON object."""
    types = {kind for operation in OPERATIONS for kind in _types(operation)} | {ErrorReply}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        path = _PARAMETER.sub(r"{\2}", f"/arc2{operation.path}")
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ARC toolkit", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _types(operation: Operation) -> list[type[Any]]:
    kinds = (*_replies(operation), operation.body, operation.query, operation.conflict)
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]


def _replies(operation: Operation) -> tuple[Any, ...]:
    return operation.reply if isinstance(operation.reply, tuple) else (operation.reply,)


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation, schemas)],
        "responses": {
            **{str(status): _response("Done.", _reply_content(operation)) for status in operation.statuses},
            **{str(status): _response("Not done.", _error_content(operation, status)) for status in _ERRORS},
        },
    }
    if operation.body:
        described["requestBody"] = {
            "required": True,
            "content": {_JSON: {"schema": _reference(operation.body)}},
        }
    return described


def _reference(kind: type[Any]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=kind.__name__)}


def _response(text: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": content}


def _error_content(operation: Operation, status: int) -> dict[str, Any]:
    kind = operation.conflict if status == 409 and operation.conflict else ErrorReply
    return {_JSON: {"schema": _reference(kind)}}


def _reply_content(operation: Operation) -> dict[str, Any]:
    if operation.reply is bytes:
        return {"text/event-stream": {"schema": {"type": "string"}}}
    replies = [_reference(kind) for kind in _replies(operation)]
    return {_JSON: {"schema": replies[0] if len(replies) == 1 else {"anyOf": replies}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    kinds = {"int": {"type": "integer", "minimum": 0}}
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds.get(kind, {"type": "string"})}
        for kind, name in _PARAMETER.findall(path)
    ]


def _query_parameters(operation: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    properties = schemas[operation.query.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
