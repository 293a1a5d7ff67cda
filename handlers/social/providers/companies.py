"""Where people play, talk and keep things: from Discord to Zoom, each with a profile of its own."""

from __future__ import annotations

from handlers.social.providers.kinds import (
    Kind,
    Options,
    at,
    either,
    fetch,
    kind,
    member,
    person,
    placeholder,
    subject,
    user,
)
from server.model import Json
from server.oauth.provider import Authorization, Client, Profile, Provider, TokenEndpoint, Tokens
from server.outgoing import Outgoing

# Wants to be told who asks.
_AGENT = {"User-Agent": "better-auth"}


def _discord(data: Json) -> Json:
    return user(
        name=either(member(data, "global_name"), member(data, "username"), ""),
        email=member(data, "email"),
        emailVerified=member(data, "verified"),
        image=member(data, "image_url"),
    )


async def _look_at_discord(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    data = await fetch(outgoing, "https://discord.com/api/users/@me", tokens)
    if data is None:
        return None
    data = {**data, "image_url": _picture_at_discord(data)}
    return Profile(_discord(data), data)


def _picture_at_discord(data: Json) -> str:
    """Their own, moving where it moves, else one of those that everybody has."""
    base, name, avatar = "https://cdn.discordapp.com", str(data.get("id", "")), data.get("avatar")
    if isinstance(avatar, str):
        return f"{base}/avatars/{name}/{avatar}.{'gif' if avatar.startswith('a_') else 'png'}"
    number = str(data.get("discriminator", "0"))
    if number == "0":
        return f"{base}/embed/avatars/{(int(name) >> 22) % 6 if name.isdecimal() else 0}.png"
    return f"{base}/embed/avatars/{int(number) % 5 if number.isdecimal() else 0}.png"


async def _look_at_twitter(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    """An address that is shown is proven, and asked for apart."""
    url = "https://api.x.com/2/users/me?user.fields="
    data = await fetch(outgoing, f"{url}profile_image_url", tokens)
    if data is None or not isinstance(data.get("data"), dict):
        return None
    more = await fetch(outgoing, f"{url}confirmed_email", tokens)
    email = member(more, "data", "confirmed_email")
    proven = isinstance(email, str) and bool(email)
    inner = {**data["data"], **({"email": email} if proven else {})}
    data = {**data, "data": inner}
    found = person(
        member(inner, "name"),
        either(member(inner, "email"), placeholder(member(inner, "id"), "twitter")),
        member(inner, "profile_image_url"),
        proven,
    )
    return Profile(found, data)


async def _look_at_kick(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    answer = await fetch(outgoing, "https://api.kick.com/public/v1/users", tokens)
    listed = member(answer, "data")
    data = listed[0] if isinstance(listed, list) and listed else None
    if not isinstance(data, dict):
        return None
    found = person(member(data, "name"), member(data, "email"), member(data, "profile_picture"), False)
    return Profile(found, data)


def _reddit(data: Json) -> Json:
    icon = member(data, "icon_img")
    return user(
        name=member(data, "name"),
        image=icon.partition("?")[0] if isinstance(icon, str) else icon,
        email=placeholder(member(data, "id"), "reddit"),
        emailVerified=False,
    )


def _roblox(data: Json) -> Json:
    return user(
        name=either(member(data, "nickname"), member(data, "preferred_username"), ""),
        image=member(data, "picture"),
        email=placeholder(member(data, "sub"), "roblox"),
        emailVerified=False,
    )


def _spotify(data: Json) -> Json:
    images = member(data, "images")
    first = images[0] if isinstance(images, list) and images else None
    return person(member(data, "display_name"), member(data, "email"), member(first, "url"), False)


def _dropbox(data: Json) -> Json:
    return user(
        name=member(data, "name", "display_name"),
        email=member(data, "email"),
        emailVerified=either(member(data, "email_verified"), False),
        image=member(data, "profile_photo_url"),
    )


def _zoom(data: Json) -> Json:
    return user(
        name=member(data, "display_name"),
        image=member(data, "pic_url"),
        email=member(data, "email"),
        emailVerified=bool(data.get("verified")),
    )


def _make_discord(client: Client, options: Options) -> Provider:
    page = Authorization(
        "https://discord.com/api/oauth2/authorize",
        ("identify", "email"),
        pkce=False,
        prompt=options.get("PROMPT", "none"),
    )
    endpoint = TokenEndpoint("https://discord.com/api/oauth2/token", pkce=False)
    return Provider("discord", "Discord", client, page, endpoint, _look_at_discord, subject("id"))


def _make_dropbox(client: Client, options: Options) -> Provider:
    more = {"token_access_type": options["ACCESS_TYPE"]} if "ACCESS_TYPE" in options else {}
    page = Authorization("https://www.dropbox.com/oauth2/authorize", ("account_info.read",), parameters=more)
    endpoint = TokenEndpoint("https://api.dropboxapi.com/oauth2/token")
    look = at("https://api.dropboxapi.com/2/users/get_current_account", _dropbox, "POST")
    return Provider("dropbox", "Dropbox", client, page, endpoint, look, subject("account_id"))


def _make_reddit(client: Client, options: Options) -> Provider:
    base, duration = "https://www.reddit.com/api/v1", options.get("DURATION")
    page = Authorization(f"{base}/authorize", ("identity",), pkce=False, duration=duration)
    headers = {"Accept": "text/plain", **_AGENT}
    endpoint = TokenEndpoint(f"{base}/access_token", auth="basic", pkce=False, headers=headers)
    look = at("https://oauth.reddit.com/api/v1/me", _reddit, headers=_AGENT)
    return Provider("reddit", "Reddit", client, page, endpoint, look, subject("id"))


KINDS = (
    Kind("discord", "Discord", _make_discord, optional=("PROMPT",)),
    kind(
        "twitter",
        "X",
        "https://x.com/i/oauth2/authorize",
        TokenEndpoint("https://api.x.com/2/oauth2/token", auth="basic"),
        _look_at_twitter,
        subject("data", "id"),
        ("users.read", "tweet.read", "offline.access", "users.email"),
    ),
    Kind("dropbox", "Dropbox", _make_dropbox, optional=("ACCESS_TYPE",)),
    kind(
        "kick",
        "Kick",
        "https://id.kick.com/oauth/authorize",
        "https://id.kick.com/oauth/token",
        _look_at_kick,
        subject("user_id"),
        ("user:read",),
    ),
    Kind("reddit", "Reddit", _make_reddit, optional=("DURATION",)),
    kind(
        "roblox",
        "Roblox",
        Authorization(
            "https://apis.roblox.com/oauth/v1/authorize",
            ("openid", "profile"),
            pkce=False,
            prompt="select_account consent",
        ),
        TokenEndpoint("https://apis.roblox.com/oauth/v1/token", pkce=False),
        at("https://apis.roblox.com/oauth/v1/userinfo", _roblox),
        subject("sub"),
    ),
    kind(
        "spotify",
        "Spotify",
        "https://accounts.spotify.com/authorize",
        "https://accounts.spotify.com/api/token",
        at("https://api.spotify.com/v1/me", _spotify),
        subject("id"),
        ("user-read-email",),
    ),
    kind(
        "zoom",
        "Zoom",
        Authorization("https://zoom.us/oauth/authorize", narrow=True),
        "https://zoom.us/oauth/token",
        at("https://api.zoom.us/v2/users/me", _zoom),
        subject("id"),
    ),
)
