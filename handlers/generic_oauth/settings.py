"""OIDC_PROVIDERS, and what each takes: OIDC_<ID>_DISCOVERY_URL, …_CLIENT_ID, …_CLIENT_SECRET, …_SCOPES, …_NAME, …_DISABLE_PROVIDER_LOGOUT."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from server.config.reader import Reader
from server.errors import SettingsError
from server.oauth.provider import Client
from server.oauth.settings import PROVIDER_ID
from server.protocol import uri


class Config(Struct, frozen=True):
    """One server, as its operator describes it."""

    id: str
    name: str
    discovery_url: str
    client: Client
    scopes: tuple[str, ...] = ()
    # Whether who signs out here is signed out there, where it has a page for that.
    signs_out: bool = True


@dataclass(frozen=True, slots=True)
class GenericOAuthSettings:
    """All of them, in the order that OIDC_PROVIDERS has."""

    configs: tuple[Config, ...] = field(default=(), repr=False)


def read(read: Reader) -> GenericOAuthSettings:
    """From the environment; raises SettingsError for an id that is none, and for half a server."""
    ids = read.list("OIDC_PROVIDERS")
    wrong = next((each for each in ids if not PROVIDER_ID.fullmatch(each)), None)
    if wrong is not None or len(ids) != len(set(ids)):
        what = f"has {wrong!r}" if wrong else "names one twice"
        raise SettingsError(f"OIDC_PROVIDERS {what}; it takes ids such as keycloak,acme")
    return GenericOAuthSettings(tuple(_read(read, each) for each in ids))


def _read(read: Reader, name: str) -> Config:
    prefix = f"OIDC_{name.upper().replace('-', '_')}"
    url, client_id = read.text(f"{prefix}_DISCOVERY_URL"), read.text(f"{prefix}_CLIENT_ID")
    for needed, value in (("DISCOVERY_URL", url), ("CLIENT_ID", client_id)):
        if value is None:
            raise SettingsError(
                f"{prefix}_{needed} is missing, and OIDC_PROVIDERS names {name}: it takes one"
            )
    parsed = uri.parse(url or "")
    if parsed is None or parsed.protocol not in ("https:", "http:"):
        raise SettingsError(
            f"{prefix}_DISCOVERY_URL takes an address such as https://id.example.com/.well-known/openid-configuration"
        )
    client = Client((client_id or "",), read.text(f"{prefix}_CLIENT_SECRET"))
    title = read.text(f"{prefix}_NAME") or name
    scopes = tuple((read.text(f"{prefix}_SCOPES") or "").replace(",", " ").split())
    signs_out = not read.flag(f"{prefix}_DISABLE_PROVIDER_LOGOUT", False)
    return Config(name, title, url or "", client, scopes, signs_out)
