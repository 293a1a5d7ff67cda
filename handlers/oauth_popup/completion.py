"""The page that a window ends with: it tells who has opened it how the sign-in went, and closes."""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import parse_qs

from handlers.oauth_popup import marker
from server.http.origin import Origins
from server.oauth.arrival import Landed, Landing, Page
from server.protocol import javascript, uri
from server.services import Services

_TYPE, _ELEMENT = "better-auth:oauth-popup", "better-auth-oauth-popup"
# Where a script's element may end, and what was no part of JavaScript's texts for long.
_NOT_INLINE = re.compile("[<\u2028\u2029]")
# Whoever waits closes the window once they have heard; were it closed at once, they might see that first.
_SCRIPT = f"""
const {{ targetOrigin, ...message }} = JSON.parse(document.getElementById("{_ELEMENT}").textContent)
const waiting = window.opener ?? window.parent
setTimeout(() => window.close(), 1000)
if (waiting !== window) waiting.postMessage(message, targetOrigin)
"""
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = f"default-src 'none'; script-src 'sha256-{_HASH}'; base-uri 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signing in</title></head>
<body>
<p>You can close this window.</p>
<script type="application/json" id="{element}">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def refusal(origin: str, nonce: str, code: str, description: str | None = None) -> Page:
    """Says why nobody is signed in."""
    described = {} if description is None else {"description": description}
    return _page(origin, nonce, {"error": {"code": code, **described}})


def _page(origin: str, nonce: str, outcome: dict[str, object], *cookies: str) -> Page:
    """To `origin` alone, which has to be a trusted one; nothing in what is told ends the element it stands in. S34 S45."""
    told = javascript.stringify({"type": _TYPE, "targetOrigin": origin, "nonce": nonce, **outcome})
    data = _NOT_INLINE.sub(lambda found: f"\\u{ord(found[0]):04x}", told)
    return Page(_PAGE.format(element=_ELEMENT, data=data, script=_SCRIPT), _POLICY, cookies)


def landing(services: Services) -> Landing:
    """Has the page for the window that a sign-in was begun in, where somebody is signed in or there is an error."""
    settings, cookies = services.config, services.cookies
    origins = Origins((settings.origin, *settings.trusted_origins))

    def land(landed: Landed) -> Page | None:
        found = marker.read(cookies, landed.cookies, landed.state)
        if found is None or not origins.trusts(found.origin):
            return None
        used = cookies.expire(marker.name(cookies))
        outcome = _outcome(landed, settings.api_url)
        return _page(found.origin, found.nonce, outcome, used) if outcome else Page(cookies=(used,))

    return land


def _outcome(landed: Landed, base: str) -> dict[str, object]:
    if landed.session:
        return {"token": landed.session, "redirectTo": landed.url}
    parsed = uri.parse(landed.url, base)
    query = parse_qs(parsed.search.removeprefix("?"), keep_blank_values=True) if parsed else {}
    if not query.get("error", [""])[0]:
        return {}
    described = {"description": query["error_description"][0]} if "error_description" in query else {}
    return {"error": {"code": query["error"][0], **described}}
