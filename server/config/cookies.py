"""The settings of cookies: better-auth's cookiePrefix, defaultCookieAttributes.sameSite, crossSubDomainCookies.domain."""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

from msgspec import Struct

from server.config.reader import Reader
from server.errors import SettingsError

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

SameSite = Literal["lax", "strict", "none"]
DEFAULT_PREFIX = "better-auth"
LONGEST_PREFIX = 64
_TOKEN = re.compile(r"[!#-'*+\-.0-9A-Z^_`a-z|~]+")
# Prefixes that browsers give a meaning to; the one that is right under https is put before ours anyway.
_RESERVED = ("__secure-", "__host-", "__http-")
_DOMAIN = re.compile(r"\.?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


class CookieSettings(Struct, frozen=True):
    """What the browser's cookies are called, and where it sends them."""

    prefix: str = DEFAULT_PREFIX
    same_site: SameSite = "lax"
    domain: str | None = None


def read(read: Reader, base_url: str) -> CookieSettings:
    """COOKIE_*."""
    same_site = read.choice("COOKIE_SAME_SITE", ("lax", "strict", "none"), "lax")
    if same_site == "none" and not base_url.startswith("https://"):
        raise SettingsError(
            "COOKIE_SAME_SITE is 'none', which browsers take with https alone: set BETTER_AUTH_URL to an https address"
        )
    return CookieSettings(_prefix(read), cast(SameSite, same_site), _domain(read, base_url))


def _prefix(read: Reader) -> str:
    prefix = read.text("COOKIE_PREFIX") or DEFAULT_PREFIX
    if not _TOKEN.fullmatch(prefix) or len(prefix) > LONGEST_PREFIX:
        raise SettingsError(
            f"COOKIE_PREFIX is {prefix!r}; it takes up to {LONGEST_PREFIX} letters, digits and signs such as - and _"
        )
    if prefix.lower().startswith(_RESERVED):
        raise SettingsError(
            f"COOKIE_PREFIX is {prefix!r}; it takes no __Secure- or the like: https puts __Secure- before it"
        )
    return prefix


def _domain(read: Reader, base_url: str) -> str | None:
    """The domain as it is written; what browsers would not keep a cookie for stops the start."""
    text = read.text("COOKIE_DOMAIN")
    if text is None:
        return None
    domain, host = text.lower(), urlsplit(base_url).hostname or ""
    if not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        raise SettingsError(
            f"COOKIE_DOMAIN is {text!r}; it takes a domain of two parts or more, such as example.com"
        )
    if _is_address(host) or not f".{host}".endswith(f".{domain.removeprefix('.')}"):
        raise SettingsError(
            f"COOKIE_DOMAIN is {text!r}; it takes the host of BETTER_AUTH_URL, {host}, or a domain that it ends with"
        )
    if _is_public_suffix(domain.removeprefix(".")):
        raise SettingsError(
            f"COOKIE_DOMAIN is {text!r}, under which anybody can have a host, so that browsers keep no cookie for it: it"
            f" takes a domain of your own, such as {_own(host)}"
        )
    return domain


def _is_public_suffix(domain: str) -> bool:
    return _suffixes().is_public(domain)


def _own(host: str) -> str:
    """The shortest domain of the host that browsers keep cookies for; itself, where it is such a suffix."""
    return _suffixes().privatesuffix(host) or host


@functools.cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # read where a domain is set alone: the list is long

    return PublicSuffixList()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
