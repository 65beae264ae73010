"""`/arc2/api/session`: who is at this browser. On the loopback address a display name; on a shared server an account."""

import hmac

import msgspec
from flask import Blueprint, current_app, request, session

from apps.server.access import open_session, username_or_none
from apps.server.api import Reply, operation
from apps.server.context import database
from apps.server.login_limit import LoginLimit
from apps.server.refusals import ApiError
from apps.server.store import accounts as store
from apps.server.texts import clean_name

LONGEST_PASSWORD = 1000

blueprint = Blueprint("accounts", __name__)


class LogIn(msgspec.Struct):
    """Who one is; the passwords count on a shared server only, the access password when the account is new."""

    username: str
    password: str = ""
    access_password: str = ""


class SessionReply(Reply, kw_only=True):
    """The session of this browser."""

    username: str | None
    """null: nobody is logged in."""
    passwords_needed: bool
    """Whether logging in takes a password."""


@operation(blueprint, "POST", "/api/session", body=LogIn, reply=SessionReply)
def log_in(body: LogIn) -> SessionReply:
    """Log in, on a shared server also to make an account."""
    name, shared = clean_name(body.username), current_app.config["SHARED"]
    if shared:
        limit: LoginLimit = current_app.extensions["login_limit"]
        with limit.attempt(request.remote_addr or "", store.name_key(name)):
            _prove(name, body)
        name = store.spelling(database(), name)
    open_session(name)
    return _reply(name)


@operation(blueprint, "GET", "/api/session", reply=SessionReply)
def who_am_i() -> SessionReply:
    """Who is logged in here."""
    return _reply(username_or_none())


@operation(blueprint, "DELETE", "/api/session", reply=SessionReply)
def log_out() -> SessionReply:
    """Log out this browser.

    Sessions are signed cookies and not kept here: a copy of the cookie stays good until it is too old, or, on a shared
    server, until the account has a new password.
    """
    session.clear()
    return _reply(None)


def _reply(name: str | None) -> SessionReply:
    return SessionReply(username=name, passwords_needed=current_app.config["SHARED"])


def _prove(name: str, body: LogIn) -> None:
    """Raises ApiError (401, 400, 409) unless the passwords open this account, or the access password a new one."""
    if len(body.password) > LONGEST_PASSWORD:
        raise ApiError(400, f"'password' may have {LONGEST_PASSWORD} characters.")
    knows_access = same_text(body.access_password, current_app.config["ACCESS_PASSWORD"])
    if body.access_password and not knows_access:
        raise ApiError(401, "The access password is wrong.")
    right = store.password_is_right(database(), name, body.password)
    if right:
        return
    if right is False or not knows_access:
        raise ApiError(401, "The name or the password is wrong; a new account needs the access password too.")
    if len(body.password) < store.SHORTEST_PASSWORD:
        raise ApiError(
            400, f"A new account needs a password of at least {store.SHORTEST_PASSWORD} characters."
        )
    store.create(database(), name, body.password)


def same_text(one: str, other: str) -> bool:
    """Equal, told in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
