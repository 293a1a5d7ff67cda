"""The Content-Security-Policy of pages."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping


def policy(sources: Mapping[str, str], script: str, style: str) -> str:
    """S33: scripts by nonce or digest alone, nothing from elsewhere but `sources`, no frame around it."""

    def also(directive: str) -> str:
        found = sources.get(directive, "")
        return f" {found}" if found else ""

    return (
        f"default-src 'self'; script-src {script} 'strict-dynamic'; style-src 'self' {style}{also('style-src')};"
        f" img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{also('connect-src')}; worker-src 'self';"
        f" frame-src 'self'{also('frame-src')}; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )


def digest(text: str) -> str:
    """The source expression by which a script or style of exactly this text is let in."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
