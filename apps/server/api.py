"""One decorator for every route of the API: typed records in and out, and their description for openapi.json.

Bodies, replies and query strings are msgspec structs. What does not fit one is a 400 with a sentence about the first
fault. What is not covered: who may ask (access.py).
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from flask import Blueprint, Response, request

from apps.server.nesting import MOST_LEVELS, is_nested_too_deeply
from apps.server.refusals import ApiError
from utilities.json_faults import UNDECODABLE

TOO_DEEP = f"The body is nested too deeply: at most {MOST_LEVELS} levels are taken."


class Reply(msgspec.Struct, kw_only=True):
    """What every reply has."""

    success: bool = True


class Operation(NamedTuple):
    """One method of one path."""

    method: str
    path: str
    summary: str
    reply: Any
    statuses: tuple[int, ...]
    """Of replies that are no errors."""
    body: type[Any] | None
    query: type[Any] | None
    conflict: type[Any] | None
    """Of a 409 that tells more than other errors."""


OPERATIONS: list[Operation] = []
"""Every operation that was declared, for openapi.py."""


def operation(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    reply: Any = Reply,
    statuses: tuple[int, ...] = (200,),
    body: type[Any] | None = None,
    query: type[Any] | None = None,
    conflict: type[Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Route `method path` to a function that takes the path's parameters, then the body and the query, if any.

    It returns a `reply`, or (reply, status), or a Response.
    """

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        summary = (view.__doc__ or "").partition("\n")[0]
        OPERATIONS.append(Operation(method, path, summary, reply, statuses, body, query, conflict))
        decode = msgspec.json.Decoder(body).decode if body else None

        def respond(**parameters: Any) -> Response:
            arguments = [_decoded(decode)] if decode else []
            if query:
                arguments.append(_query(query))
            result = view(*parameters.values(), *arguments)
            return result if isinstance(result, Response) else json_response(result)

        blueprint.add_url_rule(path, f"{view.__name__}", respond, methods=[method])
        return view

    return register


def json_response(result: Any, status: int = 200) -> Response:
    """`result`, or (result, status), as JSON."""
    if isinstance(result, tuple):
        result, status = result
    return Response(msgspec.json.encode(result), status, mimetype="application/json")


def _decoded(decode: Callable[[bytes], Any]) -> Any:
    try:
        body = decode(request.get_data())
    except UNDECODABLE as error:
        raise ApiError(400, body_fault(error)) from None
    if is_nested_too_deeply(request.get_data()):
        raise ApiError(400, TOO_DEEP)
    return body


def _query(query: type[Any]) -> Any:
    try:
        return msgspec.convert(request.args.to_dict(), query, strict=False)
    except msgspec.ValidationError as error:
        raise ApiError(400, f"In the address: {_validation_fault(error)}") from None


def body_fault(error: Exception) -> str:
    """What is wrong with a body, as a sentence."""
    if isinstance(error, msgspec.ValidationError):
        return _validation_fault(error)
    if isinstance(error, RecursionError):
        return TOO_DEEP
    return "The body is not a JSON object: send JSON in UTF-8."


def _validation_fault(error: msgspec.ValidationError) -> str:
    """msgspec's words with the field first: `'version' is not right: expected `int` >= 0.`"""
    message, _, place = str(error).partition(" - at `$.")
    if missing := re.search(r"missing required field `(\w+)`", message):
        return f"'{missing[1]}' is missing."
    if message.startswith("Expected `object`") and not place:
        return "The body is not a JSON object."
    return f"'{place.rstrip('`')}' is not right: {message[0].lower()}{message[1:]}."
