"""Where people build things: from GitHub to Notion, each with a profile of its own."""

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
from server.oauth.provider import Authorization, Client, Profile, Provider, TokenEndpoint, Tokens
from server.outgoing import Outgoing, Request
from server.outgoing.messages import bearer

# Wants to be told who asks.
_AGENT = {"User-Agent": "better-auth"}


async def _look_at_github(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    """Which addresses are proven is told apart from the profile, which may have none."""
    headers = {**bearer(tokens.access_token or ""), **_AGENT}
    data = await fetch(outgoing, "https://api.github.com/user", tokens, headers=_AGENT)
    if data is None:
        return None
    reply = await outgoing.ask(Request("https://api.github.com/user/emails", headers=headers))
    answer = reply.read() if reply.good else None
    emails = [each for each in answer if isinstance(each, dict)] if isinstance(answer, list) else []
    if not data.get("email") and emails:
        primary = next((each for each in emails if each.get("primary")), emails[0])
        data = {**data, "email": primary.get("email")}
    proven = next((each.get("verified") for each in emails if each.get("email") == data.get("email")), None)
    found = person(
        either(member(data, "name"), member(data, "login"), ""),
        member(data, "email"),
        member(data, "avatar_url"),
        given(proven, False),
    )
    return Profile(found, data)


def _make_gitlab(client: Client, options: Options) -> Provider:
    """Their own, or anybody's: who is locked out there does not come in here."""
    base = options.get("ISSUER", "https://gitlab.com").rstrip("/")

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        data = await fetch(outgoing, f"{base}/api/v4/user", tokens)
        if data is None or data.get("state") != "active" or data.get("locked"):
            return None
        found = person(
            given(member(data, "name"), member(data, "username"), ""),
            member(data, "email"),
            member(data, "avatar_url"),
            given(member(data, "email_verified"), False),
        )
        return Profile(found, data)

    page = Authorization(f"{base}/oauth/authorize", ("read_user",), login_hint=True)
    return Provider(
        "gitlab", "GitLab", client, page, TokenEndpoint(f"{base}/oauth/token"), look, subject("id")
    )


async def _look_at_cloudflare(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    answer = await fetch(outgoing, "https://api.cloudflare.com/client/v4/user", tokens)
    data = member(answer, "result")
    if not isinstance(data, dict) or not data or not member(answer, "success"):
        return None
    names = [member(data, part) for part in ("first_name", "last_name")]
    name = " ".join(part for part in names if isinstance(part, str) and part)
    found = user(name=name or member(data, "email"), email=member(data, "email"), emailVerified=False)
    return Profile(found, data)


_VIEWER = "query { viewer { id name email avatarUrl active createdAt updatedAt } }"


async def _look_at_linear(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    headers = bearer(tokens.access_token or "")
    request = Request("https://api.linear.app/graphql", "POST", headers, json={"query": _VIEWER})
    reply = await outgoing.ask(request)
    data = member(reply.read() if reply.good else None, "data", "viewer")
    if not isinstance(data, dict):
        return None
    found = person(member(data, "name"), member(data, "email"), member(data, "avatarUrl"), False)
    return Profile(found, data)


async def _look_at_notion(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    headers = {"Notion-Version": "2022-06-28"}
    answer = await fetch(outgoing, "https://api.notion.com/v1/users/me", tokens, headers=headers)
    data = member(answer, "bot", "owner", "user")
    if not isinstance(data, dict):
        return None
    found = person(
        either(member(data, "name"), ""),
        either(member(data, "person", "email"), None),
        member(data, "avatar_url"),
        False,
    )
    return Profile(found, data)


def _atlassian(data: Json) -> Json:
    return person(member(data, "name"), member(data, "email"), member(data, "picture"), False)


def _figma(data: Json) -> Json:
    return person(member(data, "handle"), member(data, "email"), member(data, "img_url"), False)


KINDS = (
    kind(
        "github",
        "GitHub",
        Authorization(
            "https://github.com/login/oauth/authorize", ("read:user", "user:email"), login_hint=True
        ),
        TokenEndpoint("https://github.com/login/oauth/access_token", errors_are_good=True),
        _look_at_github,
        subject("id"),
    ),
    Kind("gitlab", "GitLab", _make_gitlab, optional=("ISSUER",)),
    kind(
        "atlassian",
        "Atlassian",
        Authorization(
            "https://auth.atlassian.com/authorize",
            ("read:jira-user", "offline_access"),
            fixed={"audience": "api.atlassian.com"},
        ),
        "https://auth.atlassian.com/oauth/token",
        at("https://api.atlassian.com/me", _atlassian),
        subject("account_id"),
    ),
    kind(
        "cloudflare",
        "Cloudflare",
        Authorization(
            "https://dash.cloudflare.com/oauth2/auth", ("user-details.read",), once=True, takes_more=False
        ),
        TokenEndpoint("https://dash.cloudflare.com/oauth2/token", auth="basic"),
        _look_at_cloudflare,
        subject("id"),
        secret=False,
    ),
    kind(
        "figma",
        "Figma",
        "https://www.figma.com/oauth",
        TokenEndpoint("https://api.figma.com/v1/oauth/token", auth="basic"),
        at("https://api.figma.com/v1/me", _figma),
        subject("id"),
        ("current_user:read",),
    ),
    kind(
        "linear",
        "Linear",
        Authorization("https://linear.app/oauth/authorize", ("read",), pkce=False, login_hint=True),
        TokenEndpoint("https://api.linear.app/oauth/token", pkce=False),
        _look_at_linear,
        subject("id"),
    ),
    kind(
        "notion",
        "Notion",
        Authorization(
            "https://api.notion.com/v1/oauth/authorize",
            pkce=False,
            login_hint=True,
            fixed={"owner": "user"},
        ),
        TokenEndpoint("https://api.notion.com/v1/oauth/token", auth="basic", refresh_auth="post", pkce=False),
        _look_at_notion,
        subject("id"),
    ),
)
