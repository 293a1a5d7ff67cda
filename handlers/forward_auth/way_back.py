"""What a proxy says of the request that it asks about, and the way to the sign-in page and back. S13 S34."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from server.http.origin import Origins, is_safe_path
from server.protocol import uri

# Longer ones would not fit into the buffers that proxies have for the head of an answer.
LONGEST = 2000


def is_for_a_browser(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a person has gone to the page, who can sign in and come back to it."""
    if method not in ("GET", "HEAD") or "text/html" not in headers.get("Accept", "").lower():
        return False
    return headers.get("Sec-Fetch-Mode", "navigate").strip().lower() == "navigate"


def original_method(headers: Mapping[str, str]) -> str:
    """What the proxy was asked by, where it says so."""
    return (headers.get("X-Forwarded-Method") or headers.get("X-Original-Method") or "").upper()


def original_url(headers: Mapping[str, str], protocol: str) -> str:
    """What the proxy was asked for: as Traefik and Caddy say it, or as nginx is told to; empty where it says nothing."""
    whole = headers.get("X-Original-URL", "")
    path = headers.get("X-Forwarded-Uri") or headers.get("X-Original-URI") or ""
    if whole and not path:
        return whole
    host = headers.get("X-Forwarded-Host") or headers.get("Host") or ""
    return f"{headers.get('X-Forwarded-Proto') or protocol}://{host}{path}" if path.startswith("/") else ""


def way_back(asked: str, own: str, origins: Origins) -> str | None:
    """Where to go after the sign-in: a path on our `own` origin, or the whole address; None where that is not to be."""
    parsed = uri.parse(asked)
    if parsed is None or parsed.username or parsed.password or len(parsed.href) > LONGEST:
        return None
    if parsed.protocol not in ("http:", "https:") or not origins.trusts(parsed.href):
        return None
    if parsed.origin != own:
        return parsed.href
    path = parsed.pathname + parsed.search
    return path if is_safe_path(path) else None


def sign_in_page(own: str, back: str | None) -> str:
    """The sign-in page by its whole address: of a path Traefik would make one at the address by which it asks us."""
    return f"{own}/login" if back is None else f"{own}/login?redirect={quote(back, safe='')}"
