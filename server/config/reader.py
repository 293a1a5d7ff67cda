"""Reading typed values from text variables, with errors that say what a variable takes."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from server.config.hosts import is_host
from server.errors import SettingsError
from server.protocol import uri

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
# What `openssl rand -base64 64` prints has a line break, and is a good secret.
_SECRET_CONTROL = re.compile(r"[\x00\ud800-\udfff]")
_LINES = ("BETTER_AUTH_SECRET",)


class Reader:
    """Typed access to a mapping of variables; empty text counts as not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str | None:
        """The value without surrounding space, or None; raises SettingsError for what no line of text holds."""
        text = self._variables.get(name, "").strip()
        if (_SECRET_CONTROL if name in _LINES else _CONTROL).search(text):
            raise SettingsError(f"{name} holds a control character; it takes plain text in one line")
        return text or None

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number between `low` and `high`."""
        text = self.text(name)
        if text is None:
            return default
        number = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else low - 1
        if not low <= number <= high:
            raise SettingsError(f"{name} is {text!r}; it takes a whole number from {low} to {high}")
        return number

    def flag(self, name: str, default: bool) -> bool:
        """yes/no, true/false, on/off, 1/0."""
        text = (self.text(name) or "").lower()
        if not text:
            return default
        if text in ("yes", "true", "on", "1"):
            return True
        if text in ("no", "false", "off", "0"):
            return False
        raise SettingsError(f"{name} is {text!r}; it takes yes or no")

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of the words in `allowed`."""
        text = (self.text(name) or default).lower()
        if text not in allowed:
            raise SettingsError(f"{name} is {text!r}; it takes {' or '.join(allowed)}")
        return text

    def list(self, name: str) -> tuple[str, ...]:
        """The parts between commas."""
        return tuple(part.strip() for part in (self.text(name) or "").split(",") if part.strip())

    def versions(self, name: str) -> tuple[tuple[int, str], ...]:
        """version:secret pairs with commas between, each version once; what they hold is never shown."""
        pairs = [pair.partition(":") for pair in self.list(name)]
        numbers = [
            int(version)
            for version, _, secret in pairs
            if re.fullmatch(r"[0-9]{1,9}", version.strip()) and secret.strip()
        ]
        if len(set(numbers)) != len(pairs):
            raise SettingsError(f"{name} takes version:secret pairs with commas between, such as 2:new,1:old")
        return tuple((number, secret.strip()) for number, (_, _, secret) in zip(numbers, pairs, strict=True))

    def path(self, name: str, default: Path) -> Path:
        """The absolute path of a folder, which need not be there yet."""
        text = self.text(name)
        if text is None:
            return default.absolute()
        try:
            found = Path(text).expanduser().absolute()
            barred = next((each for each in (found, *found.parents) if each.exists()), found)
            if barred.exists() and not barred.is_dir():
                raise SettingsError(
                    f"{name} is {text!r}, and {barred} is no folder; it takes the path of one"
                )
        except PermissionError:
            return found  # whoever uses it says so
        except (OSError, RuntimeError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise SettingsError(f"{name} is {text[:80]!r} ({why}); it takes the path of a folder") from None
        return found

    def host(self, name: str, default: str) -> str:
        """Addresses or names to listen on, a comma list; an IPv6 one may name its interface."""
        text = self.text(name) or default
        if not all(is_host(_unbracketed(part.strip())) for part in text.split(",")):
            raise SettingsError(f"{name} is {text!r}; it takes addresses such as 127.0.0.1, ::1 or localhost")
        return text

    def url(self, name: str) -> str | None:
        """The origin of an http(s) address, as a browser writes it: lower case, no port that goes without saying."""
        text = self.text(name)
        if text is None:
            return None
        origin = _origin(text)
        if origin is None:
            raise SettingsError(f"{name} is {text!r}; it takes an address such as https://app.example.com")
        return origin

    def origins(self, name: str) -> tuple[str, ...]:
        """Origins, of custom schemes too, and patterns with * and ?, with commas between."""
        return tuple(self._pattern(name, part) for part in self.list(name))

    def _pattern(self, name: str, text: str) -> str:
        scheme, found, rest = text.partition("://")
        wild, web = "*" in text or "?" in text, scheme.lower() in ("http", "https")
        origin = _origin(text) if web and not wild else text
        complete = (scheme and (rest or not web)) if found else wild
        if origin is None or " " in text or not complete:
            raise SettingsError(
                f"{name} has {text!r}; it takes origins such as https://app.example.com or *.example.com"
            )
        return origin

    def networks(self, name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Addresses or CIDR ranges with commas between."""
        try:
            if "%" in (self.text(name) or ""):
                raise ValueError("an interface cannot be named")
            return tuple(ipaddress.ip_network(part, strict=False) for part in self.list(name))
        except ValueError as error:
            raise SettingsError(
                f"{name}: {error}; it takes addresses or ranges such as 10.0.0.0/8"
            ) from error


def _origin(text: str) -> str | None:
    """The origin of an http(s) address that says nothing more, and that browsers do not read as another one."""
    try:
        parts = urlsplit(text)
        port_is_good = parts.port != 0
    except ValueError:
        return None
    origin = uri.origin(text)
    if origin is None or parts.scheme not in ("http", "https") or not port_is_good:
        return None
    if parts.path not in ("", "/") or re.search(r"[?#@\\]|^https?:/?[^/]", text):
        return None
    host = urlsplit(origin).hostname or ""
    is_address = re.fullmatch(r"[0-9.]+", host)
    return origin if is_host(host) and (not is_address or host == parts.hostname) else None


def _unbracketed(host: str) -> str:
    """Without the brackets of an IPv6 address."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") and ":" in host else host
