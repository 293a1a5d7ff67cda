"""Providers that are, or nearly are, OpenID providers: a profile with `sub`, `email`, `email_verified`, `picture`."""

from __future__ import annotations

import json

from handlers.social.providers.kinds import (
    Kind,
    Options,
    at,
    claimed,
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
from server.oauth.provider import (
    Authorization,
    Client,
    IdTokenRules,
    Profile,
    Provider,
    TokenEndpoint,
    Tokens,
    is_true,
)
from server.outgoing import Outgoing, OutgoingError, Request
from server.protocol import uri

_OPENID = ("openid", "profile", "email")
_HOUR = 3600


def _huggingface(data: Json) -> Json:
    return person(
        either(member(data, "name"), member(data, "preferred_username"), ""),
        member(data, "email"),
        member(data, "picture"),
        given(member(data, "email_verified"), False),
    )


def _linkedin(data: Json) -> Json:
    return user(
        name=member(data, "name"),
        email=member(data, "email"),
        emailVerified=given(member(data, "email_verified"), False),
        image=member(data, "picture"),
    )


def _polar(data: Json) -> Json:
    return person(
        either(member(data, "public_name"), member(data, "username"), ""),
        member(data, "email"),
        member(data, "avatar_url"),
        given(member(data, "email_verified"), False),
    )


def _railway(data: Json) -> Json:
    return person(member(data, "name"), member(data, "email"), member(data, "picture"), False)


def _vercel(data: Json) -> Json:
    return person(
        given(member(data, "name"), member(data, "preferred_username"), ""),
        member(data, "email"),
        member(data, "picture"),
        given(member(data, "email_verified"), False),
    )


def _slack(data: Json) -> Json:
    return user(
        name=either(member(data, "name"), ""),
        email=member(data, "email"),
        emailVerified=member(data, "email_verified"),
        image=either(member(data, "picture"), member(data, "https://slack.com/user_image_512")),
    )


def _twitch(data: Json) -> Json:
    return person(
        member(data, "preferred_username"),
        member(data, "email"),
        member(data, "picture"),
        member(data, "email_verified"),
    )


def _paybin(data: Json) -> Json:
    return person(
        either(member(data, "name"), member(data, "preferred_username"), ""),
        member(data, "email"),
        member(data, "picture"),
        either(member(data, "email_verified"), False),
    )


def _make_paybin(client: Client, options: Options) -> Provider:
    issuer = options.get("ISSUER", "https://idp.paybin.io")
    page = Authorization(f"{issuer}/oauth2/authorize", ("openid", "email", "profile"), login_hint=True)
    endpoint = TokenEndpoint(f"{issuer}/oauth2/token")
    return Provider("paybin", "Paybin", client, page, endpoint, claimed(_paybin), subject("sub"))


def _named(data: Json, known: object) -> Json:
    return person(member(data, "name"), member(data, "email"), member(data, "picture"), known)


def _make_cognito(client: Client, options: Options) -> Provider:
    """A user pool of Amazon's, below a domain of its own."""
    domain = options["DOMAIN"].removeprefix("https://").removeprefix("http://")
    issuer = f"https://cognito-idp.{options['REGION']}.amazonaws.com/{options['USERPOOL_ID']}"

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        claims = id_tokens.decode(tokens.id_token) if tokens.id_token else None
        data = claims
        if data is None:
            data = await fetch(outgoing, f"https://{domain}/oauth2/userinfo", tokens)
        if data is None:
            return None
        name = either(member(data, "name"), member(data, "given_name"), member(data, "username"), "")
        verified = member(data, "email_verified")
        if claims is None:
            return Profile(_named({**data, "name": name}, is_true(verified)), data)
        return Profile(_named({**data, "name": name}, verified), {**data, "name": name})

    more = {"identity_provider": options["IDENTITY_PROVIDER"]} if "IDENTITY_PROVIDER" in options else {}
    keys = f"{issuer}/.well-known/jwks.json"
    rules = IdTokenRules(keys, (issuer,), client.ids, max_age=_HOUR, names_key=True)
    page = Authorization(f"https://{domain}/oauth2/authorize", _OPENID, parameters=more, scope_last=True)
    endpoint = TokenEndpoint(f"https://{domain}/oauth2/token")
    return Provider("cognito", "Cognito", client, page, endpoint, look, subject("sub"), id_token=rules)


def _make_line(client: Client, options: Options) -> Provider:
    """Its id tokens are checked by LINE itself."""

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        data = id_tokens.decode(tokens.id_token) if tokens.id_token else None
        if data is None:
            data = await fetch(outgoing, "https://api.line.me/oauth2/v2.1/userinfo", tokens)
        return (
            None
            if data is None
            else Profile(_railway({**data, "name": either(member(data, "name"), "")}), data)
        )

    async def check(outgoing: Outgoing, token: str, nonce: str | None) -> bool:
        form = {"id_token": token, "client_id": client.ids[0], **({"nonce": nonce} if nonce else {})}
        url = "https://api.line.me/oauth2/v2.1/verify"
        try:
            reply = await outgoing.ask(Request(url, "POST", form=uri.form_encode(form)))
            claims = reply.read()
        except OutgoingError:
            return False
        if not reply.good or not isinstance(claims, dict) or claims.get("aud") != client.ids[0]:
            return False
        return not claims.get("nonce") or claims["nonce"] == nonce

    page = Authorization("https://access.line.me/oauth2/v2.1/authorize", _OPENID, login_hint=True)
    endpoint = TokenEndpoint("https://api.line.me/oauth2/v2.1/token")
    return Provider("line", "LINE", client, page, endpoint, look, subject("sub"), check=check)


_TWITCH_CLAIMS = {"email": None, "email_verified": None, "preferred_username": None, "picture": None}

KINDS = (
    Kind(
        "cognito",
        "Cognito",
        _make_cognito,
        False,
        ("DOMAIN", "REGION", "USERPOOL_ID"),
        ("IDENTITY_PROVIDER",),
    ),
    Kind("line", "LINE", _make_line),
    Kind("paybin", "Paybin", _make_paybin, optional=("ISSUER",)),
    kind(
        "huggingface",
        "Hugging Face",
        "https://huggingface.co/oauth/authorize",
        "https://huggingface.co/oauth/token",
        at("https://huggingface.co/oauth/userinfo", _huggingface),
        subject("sub"),
        _OPENID,
    ),
    kind(
        "linkedin",
        "LinkedIn",
        Authorization(
            "https://www.linkedin.com/oauth/v2/authorization",
            ("profile", "email", "openid"),
            pkce=False,
            login_hint=True,
        ),
        TokenEndpoint("https://www.linkedin.com/oauth/v2/accessToken", pkce=False),
        at("https://api.linkedin.com/v2/userinfo", _linkedin),
        subject("sub"),
    ),
    kind(
        "polar",
        "Polar",
        "https://polar.sh/oauth2/authorize",
        "https://api.polar.sh/v1/oauth2/token",
        at("https://api.polar.sh/v1/oauth2/userinfo", _polar),
        subject("id"),
        _OPENID,
    ),
    kind(
        "railway",
        "Railway",
        "https://backboard.railway.com/oauth/auth",
        TokenEndpoint("https://backboard.railway.com/oauth/token", auth="basic"),
        at("https://backboard.railway.com/oauth/me", _railway),
        subject("sub"),
        ("openid", "email", "profile"),
    ),
    kind(
        "vercel",
        "Vercel",
        "https://vercel.com/oauth/authorize",
        TokenEndpoint("https://api.vercel.com/login/oauth/token", refreshes=False),
        at("https://api.vercel.com/login/oauth/userinfo", _vercel),
        subject("sub"),
    ),
    kind(
        "slack",
        "Slack",
        Authorization("https://slack.com/openid/connect/authorize", _OPENID, pkce=False),
        TokenEndpoint("https://slack.com/api/openid.connect.token", pkce=False),
        at("https://slack.com/api/openid.connect.userInfo", _slack),
        subject("https://slack.com/user_id"),
    ),
    kind(
        "twitch",
        "Twitch",
        Authorization(
            "https://id.twitch.tv/oauth2/authorize",
            ("user:read:email", "openid"),
            pkce=False,
            claims=json.dumps({"id_token": _TWITCH_CLAIMS}, separators=(",", ":")),
        ),
        TokenEndpoint("https://id.twitch.tv/oauth2/token", pkce=False),
        claimed(_twitch),
        subject("sub"),
    ),
)
