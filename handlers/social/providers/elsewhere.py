"""Kakao, Naver and VK, and those of which there are two: PayPal's and Salesforce's sandboxes."""

from __future__ import annotations

from handlers.social.providers.kinds import (
    Kind,
    Options,
    at,
    either,
    fetch,
    given,
    kind,
    member,
    person,
    subject,
    user,
)
from server.model import Json
from server.oauth import id_tokens
from server.oauth.provider import Authorization, Client, Profile, Provider, TokenEndpoint, Tokens
from server.outgoing import Outgoing, Request
from server.protocol import uri


def _kakao(data: Json) -> Json:
    account = member(data, "kakao_account")
    shown = member(account, "profile")
    return user(
        name=either(member(shown, "nickname"), member(account, "name"), ""),
        email=member(account, "email"),
        image=either(member(shown, "profile_image_url"), member(shown, "thumbnail_image_url")),
        emailVerified=all(
            either(member(account, name), False) for name in ("is_email_valid", "is_email_verified")
        ),
    )


async def _look_at_naver(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    data = await fetch(outgoing, "https://openapi.naver.com/v1/nid/me", tokens)
    if data is None or data.get("resultcode") != "00":
        return None
    inner = member(data, "response")
    found = person(
        either(member(inner, "name"), member(inner, "nickname"), ""),
        member(inner, "email"),
        member(inner, "profile_image"),
        False,
    )
    return Profile(found, data)


def _make_vk(client: Client, options: Options) -> Provider:
    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        if not tokens.access_token:
            return None
        form = uri.form_encode({"access_token": tokens.access_token, "client_id": client.ids[0]})
        reply = await outgoing.ask(Request("https://id.vk.com/oauth2/user_info", "POST", form=form))
        data = reply.read() if reply.good else None
        inner = member(data, "user")
        if not isinstance(data, dict) or not isinstance(inner, dict) or not inner.get("email"):
            return None
        found = user(
            first_name=member(inner, "first_name"),
            last_name=member(inner, "last_name"),
            email=member(inner, "email"),
            image=member(inner, "avatar"),
            emailVerified=False,
            birthday=member(inner, "birthday"),
            sex=member(inner, "sex"),
            name=f"{inner.get('first_name', '')} {inner.get('last_name', '')}".strip(),
        )
        return Profile(found, data)

    page, endpoint = (
        Authorization("https://id.vk.com/authorize", ("email", "phone")),
        TokenEndpoint("https://id.vk.com/oauth2/auth", device=True),
    )
    return Provider("vk", "VK", client, page, endpoint, look, subject("user", "user_id"))


def _salesforce(data: Json) -> Json:
    return person(
        member(data, "name"),
        member(data, "email"),
        either(member(data, "photos", "picture"), member(data, "photos", "thumbnail")),
        given(member(data, "email_verified"), False),
    )


def _make_salesforce(client: Client, options: Options) -> Provider:
    sandbox = options.get("ENVIRONMENT") == "sandbox"
    host = options.get("LOGIN_URL") or ("test.salesforce.com" if sandbox else "login.salesforce.com")
    base = f"https://{host}/services/oauth2"
    page, look = (
        Authorization(f"{base}/authorize", ("openid", "email", "profile")),
        at(f"{base}/userinfo", _salesforce),
    )
    endpoint = TokenEndpoint(f"{base}/token")
    return Provider("salesforce", "Salesforce", client, page, endpoint, look, subject("user_id"))


def _paypal(data: Json) -> Json:
    return person(
        member(data, "name"), member(data, "email"), member(data, "picture"), member(data, "email_verified")
    )


def _make_paypal(client: Client, options: Options) -> Provider:
    """The sandbox, as better-auth has it, unless live money is meant."""
    dot = ".sandbox" if options.get("ENVIRONMENT", "sandbox") == "sandbox" else ""
    api = f"https://api-m{dot}.paypal.com/v1"

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        url = f"{api}/identity/oauth2/userinfo?schema=paypalv1.1"
        data = await fetch(outgoing, url, tokens, headers={"Accept": "application/json"})
        if data is None:
            return None
        if tokens.id_token:
            said = (id_tokens.decode(tokens.id_token) or {}).get("sub")
            if not said or given(member(data, "sub"), member(data, "user_id")) != said:
                return None
        return Profile(_paypal(data), data)

    page = Authorization(f"https://www{dot}.paypal.com/signin/authorize", narrow=True)
    endpoint = TokenEndpoint(f"{api}/oauth2/token", auth="basic")
    return Provider("paypal", "PayPal", client, page, endpoint, look, subject("user_id"))


KINDS = (
    kind(
        "kakao",
        "Kakao",
        Authorization(
            "https://kauth.kakao.com/oauth/authorize",
            ("account_email", "profile_image", "profile_nickname"),
            pkce=False,
            login_hint=True,
        ),
        TokenEndpoint("https://kauth.kakao.com/oauth/token", pkce=False),
        at("https://kapi.kakao.com/v2/user/me", _kakao),
        subject("id"),
    ),
    kind(
        "naver",
        "Naver",
        Authorization("https://nid.naver.com/oauth2.0/authorize", ("profile", "email"), pkce=False),
        TokenEndpoint("https://nid.naver.com/oauth2.0/token", pkce=False),
        _look_at_naver,
        subject("response", "id"),
    ),
    Kind("vk", "VK", _make_vk),
    Kind("salesforce", "Salesforce", _make_salesforce, optional=("ENVIRONMENT", "LOGIN_URL")),
    Kind("paypal", "PayPal", _make_paypal, optional=("ENVIRONMENT",)),
)
