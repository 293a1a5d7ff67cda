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
# What `openssl rand -base64 64` prints has a line break, and is a good secret; a key has lines.
_SECRET_CONTROL = re.compile(r"[\x00\ud800-\udfff]")
_LINES = ("BETTER_AUTH_SECRET", "APPLE_PRIVATE_KEY")
# May look like anything.
_SECRETS = ("BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS")
_UNFILLED = re.compile(r"\$\{[A-Za-z_]\w*\}")
_SCHEME = re.compile(r"[a-z*?][a-z0-9+.*?-]*", re.IGNORECASE)
# A trusted address of these would be a script.
_SCRIPTS = ("javascript", "vbscript", "data")


class Reader:
    """Typed access to a mapping of variables; empty text counts as not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.asked: set[str] = set()

    def text(self, name: str) -> str | None:
        """The value without surrounding space, or None; raises SettingsError for what no line of text holds."""
        self.asked.add(name)
        text = self.variables.get(name, "").strip()
        if (_SECRET_CONTROL if name in _LINES else _CONTROL).search(text):
            raise SettingsError(f"{name} holds a control character; it takes plain text in one line")
        if name not in _SECRETS:
            _refuse_leftovers(name, text)
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
        if len(set(numbers)) != len(pairs) or re.search(r";\s*[0-9]+:", self.text(name) or ""):
            raise SettingsError(f"{name} takes version:secret pairs with commas between, such as 2:new,1:old")
        return tuple((number, secret.strip()) for number, (_, _, secret) in zip(numbers, pairs, strict=True))

    def path(self, name: str, default: Path) -> Path:
        """The absolute path of a folder, which need not be there yet."""
        text = self.text(name)
        if text is None:
            return default.absolute()
        if "://" in text or " # " in text or text.startswith("$"):
            raise SettingsError(f"{name} is {text[:80]!r}; it takes the path of a folder")
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
        pattern = _pattern(text)
        if pattern is None:
            raise SettingsError(
                f"{name} has {text!r}; it takes origins such as https://app.example.com or *.example.com"
            )
        return pattern

    def networks(self, name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Addresses or CIDR ranges with commas between."""
        try:
            if "%" in (self.text(name) or ""):
                raise ValueError("an interface cannot be named")
            return tuple(map(_network, self.list(name)))
        except ValueError as error:
            raise SettingsError(
                f"{name}: {error}; it takes addresses or ranges such as 10.0.0.0/8"
            ) from error


def _refuse_leftovers(name: str, text: str) -> None:
    """What a shell or a .env would have taken away, and Docker's --env-file, for one, leaves."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        raise SettingsError(f"{name} stands in quotes: leave them out")
    if found := _UNFILLED.search(text):
        raise SettingsError(
            f"{name} holds {found[0]}, in whose place nothing was put: write the value itself"
        )


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """IPv4 as such, where it is written as IPv6."""
    found = ipaddress.ip_network(text, strict=False)
    mapped = found.network_address.ipv4_mapped if isinstance(found, ipaddress.IPv6Network) else None
    if mapped is None or found.prefixlen < 96:
        return found
    return ipaddress.IPv4Network((mapped, found.prefixlen - 96))


def _pattern(text: str) -> str | None:
    """A trusted origin as it is compared; None for what no address would fit."""
    scheme, found, rest = text.partition("://")
    if not found:
        return text if re.search(r"[*?]", text) and _fits_something(text) else None
    if not _SCHEME.fullmatch(scheme) or scheme.lower() in _SCRIPTS or re.search(r"\s", rest):
        return None
    if scheme.lower() not in ("http", "https") and not re.search(r"[*?]", scheme):
        return text
    if not re.search(r"[*?]", text):
        return _origin(text)
    pattern = text.lower().removesuffix("/")
    return pattern if _fits_something(pattern.partition("://")[2]) else None


def _fits_something(place: str) -> bool:
    """Whether a host and port with wildcards can be those of an origin."""
    host, port = re.fullmatch(r"(.*?)(:[0-9*?]*)?", place, re.DOTALL).groups("")  # type: ignore[union-attr]
    example = "https://" + re.sub(r"[*?]+", "a", host) + re.sub(r"[*?]+", "1", port)
    return _origin(example) == example.lower()


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


def read_dotenv(folder: Path) -> dict[str, str]:
    """The variables of the `.env` beside the working folder, `folder/.env`, taken as they stand, none where there is no such file; raises SettingsError naming the line."""
    path = folder / ".env"
    if not path.is_file():
        return {}
    from dotenv.parser import parse_stream  # where there is a file: it costs a part of every start

    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    wrong = next(
        (each.original.line for each in lines if each.error or (each.key and each.value is None)), None
    )
    if wrong is not None:
        raise SettingsError(f"{path}, line {wrong}, cannot be read: it takes NAME=value")
    return {each.key: each.value for each in lines if each.key is not None and each.value is not None}
