"""From an endpoint's base URL to what one request needs: where to post, by which proxy, with which authorization."""

from base64 import b64encode
from ipaddress import IPv4Address
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from utilities.config import UsageError


def read_address(base_url: str) -> URL:
    """The address of an endpoint. Raises UsageError when it is none."""
    try:
        address = URL(base_url.strip())
        if address.scheme in ("http", "https") and _is_host(address.host and address.raw_host):
            return address
    except ValueError:
        pass
    shown = base_url.rpartition("@")[2]
    raise UsageError(f"{shown!r} is not the address of a model endpoint such as http://localhost:8000/v1")


def _is_host(host: str | None) -> bool:
    """Raises ValueError for names with empty or too long parts, and for numbers that are no IPv4 address."""
    if not host:
        return False
    if host.replace(".", "").isdigit():
        IPv4Address(host)
    host.encode("idna")
    return True


def chat_completions(address: URL) -> URL:
    """The address to post to: without the user's name and password, with the query that some proxies need."""
    address = address.with_user(None)
    if address.path.endswith("/chat/completions"):
        return address
    return (address / "chat/completions").with_query(address.query)


def authorization(address: URL, api_key: str) -> dict[str, str]:
    """The header for a key, or else for a user and password in the address; may be empty."""
    if api_key:
        return {"Authorization": f"Bearer {api_key}"}
    if address.user:
        pair = b64encode(f"{address.user}:{address.password or ''}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {}


def proxy_for(address: URL) -> str | None:
    """The environment's proxy for this address, looked up once (aiohttp's `trust_env` does it at every request)."""
    host = address.host or ""
    if host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(host):
        return None
    return getproxies().get(address.scheme)
