"""Behind a proxy with TLS: whose request it is, as the proxy tells."""

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def behind_proxy(application: "WSGIApplication") -> "WSGIApplication":
    """`application` that is told the last address of X-Forwarded-For, where a proxy on this machine or net sent it.

    Without it every client has the proxy's address, and one who guesses passwords would lock out all the others.
    """
    forwarded = ProxyFix(application, x_for=1, x_proto=0, x_host=0)

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        chosen = forwarded if _is_near(environ.get("REMOTE_ADDR", "")) else application
        return chosen(environ, start_response)

    return call


def _is_near(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private  # loopback addresses are private too
    except ValueError:
        return False
