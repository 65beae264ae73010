"""What the body of each kind of event holds, whoever brings it: a request, a published file, another store.

The triggers of schema.py take the members out of the JSON as they are, so what does not fit here must not get there.
"""

from typing import Annotated, Any, Literal

import msgspec

from apps.server.nesting import MOST_LEVELS, is_nested_too_deeply
from utilities.config import RunFailed
from utilities.grid import Grid

Number = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
MOST_VERSIONS = 10**6
"""The largest number of a version that requests may name, and that is given to a new one."""
Score = Annotated[int, msgspec.Meta(ge=-(10**10), le=10**10)]


class BodyFault(RunFailed):
    """The body of an event is not one of its kind."""


class Verified(msgspec.Struct, frozen=True):
    """On how many train pairs of its task a trace's code is right."""

    train_passed: Number
    train_total: Number


class TraceContent(msgspec.Struct, kw_only=True):
    """What the author of a new trace gives."""

    text: str
    version: Number = 0
    code: str | None = None
    cells: list[Any] | None = None
    verified: Verified | None = None


class TraceBody(TraceContent, kw_only=True):
    """A trace; the last three are those of one that was written elsewhere."""

    trace_id: str
    origin: str | None = None
    timestamp: str | None = None
    earlier_score: Score = 0
    extra: dict[str, Any] | None = None


class RemovalBody(msgspec.Struct, kw_only=True):
    """A trace was removed; with more members, something else happened to it."""

    trace_id: str


class EditBody(RemovalBody, kw_only=True):
    """A trace was edited."""

    text: str


class NotesBody(RemovalBody, kw_only=True):
    """What a file says of a trace beside its text."""

    extra: dict[str, Any] | None = None
    code: str | None = None
    verified: Verified | None = None


class VoteBody(RemovalBody, kw_only=True):
    """Somebody's vote on a trace."""

    vote: Literal[-1, 0, 1]


class VariationBody(msgspec.Struct, kw_only=True):
    """A version of a task."""

    version: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    content_hash: str
    pairs: dict[str, Any]
    transform: list[dict[str, Any]] | None = None


class SignatureBody(msgspec.Struct, kw_only=True):
    """A signature was put under a version or taken off it; `removed`: with it the version went."""

    version: Number
    signed: Literal[0, 1]
    removed: Literal[0, 1] = 0


class FlawBody(msgspec.Struct, kw_only=True):
    """A report of a flaw."""

    flaw_id: str
    text: str
    version: Number
    cells: list[Any] | None = None


class Submission(msgspec.Struct, kw_only=True):
    """One answer to one test input."""

    version: Number
    test_index: Number
    grid: Grid
    actions: list[Any]
    seconds: float
    correct: bool | None
    """None where the expected output is secret."""
    distance: Number | None
    """Cells that differ; None where the shapes do, or the output is secret."""


class SubmissionBody(Submission, kw_only=True):
    """A submission as it is stored."""

    submission_id: str


BODIES: dict[str, type[msgspec.Struct]] = {
    "trace": TraceBody,
    "trace_edited": EditBody,
    "trace_noted": NotesBody,
    "trace_removed": RemovalBody,
    "vote": VoteBody,
    "variation": VariationBody,
    "signature": SignatureBody,
    "flaw": FlawBody,
    "submission": SubmissionBody,
}


def encoded(kind: str, body: dict[str, Any]) -> bytes:
    """The body of an event as JSON. Raises BodyFault when it is not one of its kind."""
    try:
        msgspec.convert(body, BODIES[kind])
        text = msgspec.json.encode(body)
    except KeyError:
        raise BodyFault(f"there is no kind of event called {kind!r}") from None
    except msgspec.ValidationError as error:
        raise BodyFault(f"the body of a {kind} is not right: {error}") from None
    except RecursionError:
        text = b""
    if not text or is_nested_too_deeply(text):
        raise BodyFault(f"the body of a {kind} is nested more than {MOST_LEVELS} levels deep")
    return text
