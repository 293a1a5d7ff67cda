"""Reading typed values from text variables, with errors that say what a variable takes."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from server.errors import SettingsError
from server.protocol import uri


class Reader:
    """Typed access to a mapping of variables; empty text counts as not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str | None:
        """The value without surrounding space, or None."""
        return self._variables.get(name, "").strip() or None

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
        """An absolute path."""
        text = self.text(name)
        return Path(text).expanduser().absolute() if text else default.absolute()

    def url(self, name: str) -> str | None:
        """The origin of an http(s) address, as a browser writes it: lower case, no port that goes without saying."""
        text = self.text(name)
        if text is None:
            return None
        try:
            parts = urlsplit(text)
            valid = parts.scheme in ("http", "https") and parts.port != 0 and uri.origin(text) is not None
        except ValueError:
            valid = False
        if not valid or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise SettingsError(f"{name} is {text!r}; it takes an address such as https://app.example.com")
        return uri.origin(text)

    def networks(self, name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Addresses or CIDR ranges with commas between."""
        try:
            return tuple(ipaddress.ip_network(part, strict=False) for part in self.list(name))
        except ValueError as error:
            raise SettingsError(
                f"{name}: {error}; it takes addresses or ranges such as 10.0.0.0/8"
            ) from error
