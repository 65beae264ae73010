"""Who may ask for what: host, content type, origin and session are checked here, for every request, before any view.

What changes something needs `Content-Type: application/json`, an Origin of ours and a session. On a shared server (not on
the loopback address, or behind a public origin, or with an access password) reading needs a session too, and only one
that was opened with a password counts there.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, request, session

from apps.server.context import database
from apps.server.refusals import ApiError
from apps.server.store import accounts

_ALWAYS_OPEN = {
    "accounts.log_in",
    "accounts.who_am_i",
    "accounts.log_out",
    "health.health",
    "openapi.description",
}
_READING = {"GET", "HEAD", "OPTIONS"}
EXECUTE_CODE = "code.execute_code"


def guard(app: Flask) -> None:
    """Check every request of `app`."""
    app.before_request(_check)


def username() -> str:
    """The user of this request's session. Raises ApiError (401) when there is none."""
    name = username_or_none()
    if name is None:
        raise ApiError(401, "Say who you are first: there is no session.")
    return name


def username_or_none() -> str | None:
    """The user of this request's session, if any; on a shared server only while the password is that of its login."""
    name = session.get("username")
    if not isinstance(name, str):
        return None
    if current_app.config["SHARED"]:
        proof = accounts.proof(database(), name)
        return name if proof is not None and session.get("proof") == proof else None
    return name


def open_session(name: str) -> None:
    """Make this browser's session one of `name`, who on a shared server has just given the right password."""
    session.clear()
    session.permanent = True
    session["username"] = name
    if current_app.config["SHARED"]:
        session["proof"] = accounts.proof(database(), name)


def is_page(endpoint: str) -> bool:
    """Pages and their parts are for everybody: whoever is to log in needs them."""
    return endpoint.startswith("pages.") and endpoint != "pages.dataset"


def _check() -> None:
    _check_host()
    endpoint = request.endpoint
    if endpoint is None:
        return  # a 404 or 405
    shared: bool = current_app.config["SHARED"]
    if request.method not in _READING:
        _check_content_type()
        if endpoint != EXECUTE_CODE or shared:
            _check_origin()
    if endpoint in _ALWAYS_OPEN or is_page(endpoint):
        return
    if shared or (request.method not in _READING and endpoint != EXECUTE_CODE):
        username()


def _check_host() -> None:
    """As Flask does with TRUSTED_HOSTS, which knows no IPv6 addresses."""
    hosts: list[str] | None = current_app.config["HOSTS"]
    if hosts is not None and hostname(f"//{request.host}") not in map(str.lower, hosts):
        raise ApiError(400, "The request names another host than this server's.")


def _check_content_type() -> None:
    if request.mimetype != "application/json":
        raise ApiError(400, "Send JSON, with Content-Type: application/json.")


def _check_origin() -> None:
    origin = request.headers.get("Origin")
    if not origin:
        raise ApiError(403, "The request names no Origin: send it from a page of this server.")
    public: str = current_app.config["PUBLIC_ORIGIN"]
    here = request.host_url.rstrip("/")
    if origin != (public if public and hostname(here) == hostname(public) else here):
        raise ApiError(403, "The request comes from a page of another origin.")


def hostname(origin: str) -> str:
    """The host in an origin such as https://arc.example.org:8443, in small letters and without brackets."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""  # brackets without an address in them
