"""Apple, Google and Microsoft, whose id tokens apps bring, and Facebook, which has two kinds of token."""

from __future__ import annotations

import base64

from handlers.social.providers import apple_secret
from handlers.social.providers.kinds import (
    Kind,
    Options,
    either,
    given,
    member,
    person,
    scopes,
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
from server.outgoing.messages import bearer
from server.protocol import uri

_HOUR = 3600
_GOOGLE_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
# Of accounts that belong to people and not to a company: Microsoft's own tenant.
_CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
_MANY_TENANTS = ("common", "organizations", "consumers")


def _make_google(client: Client, options: Options) -> Provider:
    domain = options.get("HD")

    def belongs(claims: Json) -> bool:
        found = claims.get("hd")
        return not domain or (isinstance(found, str) and bool(found) and domain in ("*", found))

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        data = id_tokens.decode(tokens.id_token)
        if data is None or not belongs(data):
            return None
        found = person(
            member(data, "name"),
            member(data, "email"),
            member(data, "picture"),
            member(data, "email_verified"),
        )
        return Profile(found, data)

    page = Authorization(
        "https://accounts.google.com/o/oauth2/v2/auth",
        ("email", "profile", "openid"),
        login_hint=True,
        prompt=options.get("PROMPT"),
        hd=domain,
        access_type=options.get("ACCESS_TYPE"),
        parameters={"include_granted_scopes": "true"},
    )
    rules = IdTokenRules(
        "https://www.googleapis.com/oauth2/v3/certs",
        _GOOGLE_ISSUERS,
        client.ids,
        max_age=_HOUR,
        claims=belongs,
    )
    endpoint = TokenEndpoint("https://oauth2.googleapis.com/token")
    return Provider("google", "Google", client, page, endpoint, look, subject("sub"), id_token=rules)


async def _look_at_apple(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    """The name comes in the form, with the first sign-in alone."""
    claims = id_tokens.decode(tokens.id_token)
    if claims is None:
        return None
    said = member(tokens.user, "name")
    if isinstance(said, dict) and said:
        parts = [either(member(said, part), "") for part in ("firstName", "lastName")]
        name = " ".join(str(part) for part in parts).strip()
    else:
        name = either(member(claims, "name"), "")
    data = {**claims, "name": name}
    verified = is_true(claims.get("email_verified"))
    return Profile(user(name=name, emailVerified=verified, email=member(claims, "email")), data)


def _make_apple(client: Client, options: Options) -> Provider:
    bundle = options.get("APP_BUNDLE_IDENTIFIER")
    page = Authorization(
        "https://appleid.apple.com/auth/authorize",
        ("email", "name"),
        response_type="code id_token",
        response_mode="form_post",
    )
    rules = IdTokenRules(
        "https://appleid.apple.com/auth/keys",
        ("https://appleid.apple.com",),
        (bundle,) if bundle else client.ids,
        max_age=_HOUR,
        hashed_nonce=True,
        names_key=True,
    )
    endpoint = TokenEndpoint("https://appleid.apple.com/auth/token")
    return Provider("apple", "Apple", client, page, endpoint, _look_at_apple, subject("sub"), id_token=rules)


async def _fetch_photo(outgoing: Outgoing, tokens: Tokens) -> str | None:
    """A small picture; who has none, or will not show it, comes in without."""
    if not tokens.access_token:
        return None
    url = "https://graph.microsoft.com/v1.0/me/photos/48x48/$value"
    try:
        reply = await outgoing.ask(Request(url, headers=bearer(tokens.access_token)))
    except OutgoingError:
        return None
    return f"data:image/jpeg;base64, {base64.b64encode(reply.body).decode()}" if reply.good else None


async def _look_at_microsoft(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    data = id_tokens.decode(tokens.id_token)
    if data is None or not isinstance(data.get("oid"), str) or not data["oid"].strip():
        return None
    photo = await _fetch_photo(outgoing, tokens)
    data = data if photo is None else {**data, "picture": photo}
    found = person(member(data, "name"), member(data, "email"), member(data, "picture"), _is_verified(data))
    return Profile(found, data)


def _is_verified(data: Json) -> bool:
    if "email_verified" in data:
        return is_true(data["email_verified"])
    lists = (data.get(name) for name in ("verified_primary_email", "verified_secondary_email"))
    return bool(data.get("email")) and any(
        data["email"] in each for each in lists if isinstance(each, (list, str))
    )


def _make_microsoft(client: Client, options: Options) -> Provider:
    tenant = options.get("TENANT_ID", "common")
    authority = options.get("AUTHORITY", "https://login.microsoftonline.com").rstrip("/")
    base, usual = f"{authority}/{tenant}", ("openid", "profile", "email", "User.Read", "offline_access")
    asked = " ".join(scopes(options, *usual))

    def belongs(claims: Json) -> bool:
        """Of a tenant that may come in, and signed in its name: all of them share the same keys."""
        found = claims.get("tid")
        if not isinstance(found, str) or claims["iss"] != f"{authority}/{found}/v2.0":
            return False
        return (
            found != _CONSUMERS if tenant == "organizations" else tenant != "consumers" or found == _CONSUMERS
        )

    rules = IdTokenRules(
        f"{base}/discovery/v2.0/keys",
        () if tenant in _MANY_TENANTS else (f"{base}/v2.0",),
        client.ids,
        max_age=_HOUR,
        names_key=True,
        claims=belongs,
    )
    page = Authorization(
        f"{base}/oauth2/v2.0/authorize", usual, login_hint=True, prompt=options.get("PROMPT")
    )
    endpoint = TokenEndpoint(f"{base}/oauth2/v2.0/token", refresh_parameters={"scope": asked})
    known_by = subject("oid")
    return Provider(
        "microsoft", "Microsoft", client, page, endpoint, _look_at_microsoft, known_by, id_token=rules
    )


async def _is_for_us(outgoing: Outgoing, client: Client, token: str) -> object:
    """Whose an access token is, where it was given to our app: Facebook shows a profile for any. S43."""
    if not client.secret:
        return None
    query = {"input_token": token, "access_token": f"{client.ids[0]}|{client.secret}"}
    reply = await outgoing.ask(Request(f"https://graph.facebook.com/debug_token?{uri.form_encode(query)}"))
    answer = reply.read()
    data = answer.get("data") if reply.good and isinstance(answer, dict) else None
    if not isinstance(data, dict) or data.get("is_valid") is not True or data.get("app_id") not in client.ids:
        return None
    return data.get("user_id") or None


def _make_facebook(client: Client, options: Options) -> Provider:
    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        if tokens.id_token and tokens.id_token.count(".") == 2:
            return _limited(tokens.id_token)
        if not tokens.access_token:
            return None
        known = await _is_for_us(outgoing, client, tokens.access_token)
        url = "https://graph.facebook.com/me?fields=id,name,email,picture"
        reply = await outgoing.ask(Request(url, headers=bearer(tokens.access_token))) if known else None
        data = reply.read() if reply and reply.good else None
        if not isinstance(data, dict) or data.get("id") != known:
            return None
        found = person(
            member(data, "name"),
            member(data, "email"),
            member(data, "picture", "data", "url"),
            given(member(data, "email_verified"), False),
        )
        return Profile(found, data)

    more = {"config_id": options["CONFIG_ID"]} if "CONFIG_ID" in options else {}
    page = Authorization(
        "https://www.facebook.com/v24.0/dialog/oauth",
        ("email", "public_profile"),
        pkce=False,
        login_hint=True,
        parameters=more,
    )
    rules = IdTokenRules(
        "https://limited.facebook.com/.well-known/oauth/openid/jwks/",
        ("https://www.facebook.com",),
        client.ids,
        opaque=True,
    )
    endpoint = TokenEndpoint("https://graph.facebook.com/v24.0/oauth/access_token", pkce=False)
    return Provider("facebook", "Facebook", client, page, endpoint, look, _facebook_id, id_token=rules)


def _facebook_id(tokens: Tokens, data: Json) -> object:
    return data["sub"] if "sub" in data else data.get("id")


def _limited(token: str) -> Profile | None:
    """Limited login has an id token and nothing else."""
    data = id_tokens.decode(token)
    if data is None:
        return None
    found = person(member(data, "name"), member(data, "email"), member(data, "picture"), False)
    return Profile(found, data)


KINDS = (
    Kind("google", "Google", _make_google, optional=("HD", "PROMPT", "ACCESS_TYPE")),
    Kind(
        "apple",
        "Apple",
        _make_apple,
        optional=("APP_BUNDLE_IDENTIFIER",),
        instead=apple_secret.NAMES,
        signer=apple_secret.signer,
    ),
    Kind("microsoft", "Microsoft", _make_microsoft, False, optional=("TENANT_ID", "AUTHORITY", "PROMPT")),
    Kind("facebook", "Facebook", _make_facebook, optional=("CONFIG_ID",)),
)
