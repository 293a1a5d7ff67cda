"""What each provider says of somebody, in its own form: the script of a code, see tests/providers/script.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.compat.third_parties import client_id
from tests.providers.script import Script, answer

# One moment for both servers, so that their tokens are the same.
NOW = int(time.time())
PICTURE = "https://pictures.example/ada.png"
TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
ISSUERS = {
    "google": "https://accounts.google.com",
    "apple": "https://appleid.apple.com",
    "microsoft": f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "facebook": "https://www.facebook.com",
    "cognito": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Compat",
    "line": "https://access.line.me",
    "twitch": "https://id.twitch.tv/oauth2",
    "paybin": "https://idp.paybin.io",
}

# Whom a token is for, where that is not whoever asks for the code: an app.
AUDIENCES = {"apple": "com.example.app"}


@dataclass(frozen=True)
class Who:
    """Somebody with an account at a provider."""

    sub: str
    email: str | None
    name: str = "Ada Lovelace"
    verified: Any = True


def claims(provider: str, who: Who, **more: Any) -> dict[str, Any]:
    """What the provider's id token says."""
    found = {
        "iss": ISSUERS.get(provider, f"https://{provider}.example"),
        "aud": AUDIENCES.get(provider, client_id(provider)),
        "sub": who.sub,
        "iat": NOW,
        "exp": NOW + 3600,
        "email": who.email,
        "email_verified": who.verified,
        "name": who.name,
        "picture": PICTURE,
    }
    if provider == "microsoft":
        found |= {"oid": f"oid-{who.sub}", "tid": TENANT}
    if provider == "twitch":
        found |= {"preferred_username": found.pop("name")}
    return without(found | more)


def without(members: dict[str, Any]) -> dict[str, Any]:
    """Members but for those that are None."""
    return {name: value for name, value in members.items() if value is not None}


def script(provider: str, who: Who, **token: Any) -> Script:
    """All that the provider answers; `token` are members of the token endpoint's answer."""
    scope = "one,two" if provider == "wechat" else "one two"
    body = {"expires_in": 3600, "scope": scope} | token
    if provider in BY_TOKEN:
        body = {"id_token": {"claims": claims(provider, who)}} | body
    found = {"token": answer(body)}
    if provider in PROFILES or provider not in BY_TOKEN:
        found |= {"profile": answer(PROFILES.get(provider, _plain)(who))}
    if provider == "wechat":
        found["token"]["body"] |= {"openid": f"open-{who.sub}", "unionid": who.sub}
        found["refresh"] = answer({"expires_in": 3600, "scope": scope})
    return found | (MORE[provider](who) if provider in MORE else {})


def _plain(who: Who) -> dict[str, Any]:
    """OpenID Connect's userinfo."""
    named = {"sub": who.sub, "name": who.name, "email": who.email, "email_verified": who.verified}
    return without(named | {"picture": PICTURE})


def _vk(who: Who) -> dict[str, Any]:
    first, _, last = who.name.partition(" ")
    more = {"email": who.email, "avatar": PICTURE, "sex": 1, "birthday": "10.12.1815"}
    return {"user": without({"user_id": who.sub, "first_name": first, "last_name": last} | more)}


def _kakao(who: Who) -> dict[str, Any]:
    profile = {"nickname": who.name, "profile_image_url": PICTURE, "thumbnail_image_url": f"{PICTURE}?s"}
    account = {"profile": profile, "email": who.email}
    return {
        "id": int(who.sub),
        "kakao_account": without(account)
        | {"is_email_valid": bool(who.verified), "is_email_verified": bool(who.verified)},
    }


def _notion(who: Who) -> dict[str, Any]:
    user = {"id": who.sub, "name": who.name, "avatar_url": PICTURE, "person": {"email": who.email}}
    return {"object": "user", "id": "bot", "bot": {"owner": {"type": "user", "user": user}}}


def _salesforce(who: Who) -> dict[str, Any]:
    found = _plain(who) | {"user_id": who.sub, "photos": {"picture": PICTURE, "thumbnail": f"{PICTURE}?s"}}
    return {name: value for name, value in found.items() if name not in ("picture", "sub")}


def _cloudflare(who: Who) -> dict[str, Any]:
    first, _, last = who.name.partition(" ")
    result = {"id": who.sub, "first_name": first, "last_name": last, "email": who.email}
    return {"success": True, "errors": [], "result": without(result)}


def _slack(who: Who) -> dict[str, Any]:
    found = _plain(who) | {"https://slack.com/user_id": who.sub, "https://slack.com/user_image_512": PICTURE}
    return {name: value for name, value in found.items() if name != "picture"}


def _naver(who: Who) -> dict[str, Any]:
    inner = {"id": who.sub, "name": who.name, "email": who.email, "profile_image": PICTURE}
    return {"resultcode": "00", "message": "success", "response": without(inner)}


# By id: an account's number, in which form it comes, and where its other members are called something else.
Profile = Callable[[Who], dict[str, Any]]
PROFILES: dict[str, Profile] = {
    "atlassian": lambda who: _named(who, "account_id", "name", "picture"),
    "cloudflare": _cloudflare,
    "cognito": _plain,
    "discord": lambda who: without(
        {"id": who.sub, "username": "ada", "global_name": who.name, "avatar": "a_1", "discriminator": "0"}
        | {"email": who.email, "verified": who.verified}
    ),
    "dropbox": lambda who: (
        _named(who, "account_id", "name", "profile_photo_url")
        | {"name": {"display_name": who.name}, "email_verified": who.verified}
    ),
    "facebook": lambda who: _named(who, "id", "name", "") | {"picture": {"data": {"url": PICTURE}}},
    "figma": lambda who: _named(who, "id", "handle", "img_url"),
    "github": lambda who: _named(who, "id", "name", "avatar_url") | {"id": int(who.sub), "login": "ada"},
    "gitlab": lambda who: (
        _named(who, "id", "name", "avatar_url")
        | {"id": int(who.sub), "username": "ada", "state": "active", "locked": False}
    ),
    "huggingface": _plain,
    "kakao": _kakao,
    "kick": lambda who: {"data": [_named(who, "user_id", "name", "profile_picture")], "message": "OK"},
    "line": _plain,
    "linear": lambda who: {"data": {"viewer": _named(who, "id", "name", "avatarUrl")}},
    "linkedin": _plain,
    "naver": _naver,
    "notion": _notion,
    "paypal": lambda who: _plain(who) | {"user_id": who.sub},
    "polar": lambda who: _named(who, "id", "public_name", "avatar_url") | {"email_verified": who.verified},
    "railway": _plain,
    "reddit": lambda who: {"id": who.sub, "name": who.name, "icon_img": f"{PICTURE}?width=256&s=1"},
    "roblox": lambda who: {"sub": who.sub, "nickname": who.name, "picture": PICTURE},
    "salesforce": _salesforce,
    "slack": _slack,
    "spotify": lambda who: _named(who, "id", "display_name", "") | {"images": [{"url": PICTURE}]},
    "tiktok": lambda who: {
        "data": {"user": {"open_id": who.sub, "display_name": who.name, "avatar_large_url": PICTURE}},
        "error": {"code": "ok"},
    },
    "twitter": lambda who: {"data": {"id": who.sub, "name": who.name, "profile_image_url": PICTURE}},
    "vercel": _plain,
    "vk": _vk,
    "wechat": lambda who: {
        "openid": f"open-{who.sub}",
        "unionid": who.sub,
        "nickname": who.name,
        "headimgurl": PICTURE,
    },
    "zoom": lambda who: _named(who, "id", "display_name", "pic_url") | {"verified": int(bool(who.verified))},
}
# Where the profile is what the id token says.
BY_TOKEN = ("apple", "cognito", "google", "line", "microsoft", "paybin", "twitch")


def _named(who: Who, account: str, name: str, picture: str) -> dict[str, Any]:
    found = {account: who.sub, name: who.name, "email": who.email, picture: PICTURE}
    return {key: value for key, value in found.items() if key and value is not None}


def _emails(who: Who) -> Script:
    other = {"email": f"other-{who.email}", "primary": False, "verified": True}
    own = {"email": who.email, "primary": True, "verified": who.verified}
    return {"more": {"api.github.com/user/emails": answer([other, own])}}


def _confirmed(who: Who) -> Script:
    said = {"data": without({"id": who.sub, "confirmed_email": who.email})}
    return {"more": {"api.x.com/2/users/me?user.fields=confirmed_email": answer(said)}}


MORE: dict[str, Callable[[Who], Script]] = {
    "github": _emails,
    "twitter": _confirmed,
    "microsoft": lambda _: {
        "more": {
            "graph.microsoft.com/v1.0/me/photos": answer(text="JPEG", headers={"Content-Type": "image/jpeg"})
        }
    },
}
