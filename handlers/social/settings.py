"""Which providers are set up: GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and their like, in better-auth's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import structs

from handlers.social.providers import KINDS
from handlers.social.providers.kinds import Kind, scopes
from server.config.reader import Reader
from server.errors import SettingsError
from server.oauth.provider import Client, Provider

# Those whose page takes no scopes of better-auth's, and those whose page can be told to ask, beside who needs more than that.
_NARROW = ("paypal", "zoom")
_PROMPTED = ("atlassian", "cognito", "github", "paybin", "paypal", "polar", "roblox")


@dataclass(frozen=True, slots=True)
class SocialSettings:
    """The providers that can be signed in at, by their ids."""

    providers: Mapping[str, Provider] = field(repr=False)

    @property
    def names(self) -> dict[str, str]:
        """What each is called, in better-auth's order of providers."""
        return {provider.id: provider.name for provider in self.providers.values()}

    async def find(self, provider_id: str) -> Provider | None:
        """The provider, or None."""
        return self.providers.get(provider_id)


def read(read: Reader) -> SocialSettings:
    """From the environment; raises SettingsError for half a provider."""
    if read.list("OIDC_PROVIDERS") and not {"generic-oauth", "all"} & set(read.list("PLUGINS")):
        raise SettingsError("OIDC_PROVIDERS takes the plugin generic-oauth, which PLUGINS does not name")
    made = {kind.id: _read(read, kind) for kind in KINDS.values()}
    return SocialSettings({name: provider for name, provider in made.items() if provider is not None})


def variables() -> set[str]:
    """All that the providers take."""
    named = {f"{kind.id.upper()}_{name}" for kind in KINDS.values() for name in _names(kind)}
    return named | {
        f"{name.removesuffix('SCOPE')}DISABLE_DEFAULT_SCOPE" for name in named if name.endswith("_SCOPE")
    }


def _names(kind: Kind) -> tuple[str, ...]:
    more = () if kind.id in _NARROW else ("SCOPE",)
    prompt = ("PROMPT",) if kind.id in _PROMPTED else ()
    return (kind.id_name, "CLIENT_SECRET", *kind.instead, *kind.needed, *kind.optional, *prompt, *more)


def _read(read: Reader, kind: Kind) -> Provider | None:
    prefix = kind.id.upper()
    found = {name: value for name in _names(kind) if (value := read.text(f"{prefix}_{name}"))}
    needed = (kind.id_name, *_proofs(kind, found), *kind.needed)
    if kind.id not in _NARROW and read.flag(f"{prefix}_DISABLE_DEFAULT_SCOPE", False):
        found["DISABLE_DEFAULT_SCOPE"] = "yes"
    missing = [f"{prefix}_{name}" for name in needed if name not in found]
    if missing and found:
        given = f"{prefix}_{next(iter(found))}"
        raise SettingsError(
            f"{given} is set and {missing[0]} is not: {kind.name} takes {' and '.join(needed)}"
        )
    if missing:
        return None
    ids = read.list(f"{prefix}_{kind.id_name}")
    signs = kind.signer(ids[0], found) if kind.signer and "CLIENT_SECRET" not in found else None
    return _asking(kind.make(Client(ids, found.get("CLIENT_SECRET"), signs), found), found)


def _asking(provider: Provider, found: Mapping[str, str]) -> Provider:
    """With what the settings have it ask for on its page."""
    page = provider.authorization
    asked = structs.replace(page, scopes=scopes(found, *page.scopes), prompt=found.get("PROMPT", page.prompt))
    return structs.replace(provider, authorization=asked)


def _proofs(kind: Kind, found: Mapping[str, str]) -> tuple[str, ...]:
    """What shows who we are: a secret, or what one is made of; raises SettingsError for both."""
    given = [name for name in kind.instead if name in found]
    if given and "CLIENT_SECRET" in found:
        prefix = kind.id.upper()
        raise SettingsError(
            f"{prefix}_{given[0]} and {prefix}_CLIENT_SECRET are both set: the secret is made of the one, or is the other"
        )
    return kind.instead if given else ("CLIENT_SECRET",) if kind.secret else ()
