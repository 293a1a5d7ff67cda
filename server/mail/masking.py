"""Addresses as logs may show them. S35."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"([^\s@<>\"'(:])[^\s@<>\"'(]*@([^\s@<>\"')]+)")
_LINK = re.compile(r"https?://\S+")
_MOST = 200


def address(text: str) -> str:
    """`a***@example.com`; of a phone number its last two digits."""
    if "@" not in text:
        return f"***{text[-2:]}"
    local, _, domain = text.rpartition("@")
    return f"{local[:1]}***@{domain}"


def reason(error: BaseException) -> str:
    """An error's words: one line, no address in full, no link, not long."""
    text = " ".join(str(error).split()) or type(error).__name__
    return _ADDRESS.sub(r"\1***@\2", _LINK.sub("(link)", text))[:_MOST]
