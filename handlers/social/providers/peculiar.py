"""TikTok and WeChat, whose addresses, tokens and names are like nobody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers.social.providers.kinds import (
    Kind,
    Options,
    either,
    fetch,
    member,
    person,
    placeholder,
    scopes,
    subject,
    user,
)
from server import clock
from server.model import Json
from server.oauth import token_endpoint
from server.oauth.authorization import RESERVED
from server.oauth.provider import (
    Authorization,
    Client,
    Grant,
    Profile,
    Provider,
    TokenEndpoint,
    Tokens,
    Wish,
)
from server.oauth.token_endpoint import TokenError
from server.outgoing import Outgoing, OutgoingError, Request
from server.protocol import uri


def _address(
    url: str, wish: Wish, name: str, client: Client, scope: Sequence[str], more: Mapping[str, str]
) -> str:
    found = {
        "scope": ",".join([*scope, *wish.scopes]),
        "response_type": "code",
        name: client.ids[0],
        "redirect_uri": wish.redirect_uri,
        "state": wish.state,
        **more,
    }
    found |= {key: value for key, value in wish.more.items() if key not in (*RESERVED, name)}
    return uri.append_parameters(url, found)


async def _look_at_tiktok(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    fields = "open_id,avatar_large_url,display_name,username"
    data = await fetch(outgoing, f"https://open.tiktokapis.com/v2/user/info/?fields={fields}", tokens)
    inner = member(data, "data", "user")
    if data is None or not isinstance(inner, dict):
        return None
    found = user(
        email=either(member(inner, "email"), placeholder(member(inner, "open_id"), "tiktok")),
        name=either(member(inner, "display_name"), member(inner, "username"), ""),
        image=member(inner, "avatar_large_url"),
        emailVerified=False,
    )
    return Profile(found, data)


def _make_tiktok(client: Client, options: Options) -> Provider:
    page, endpoint = (
        Authorization("https://www.tiktok.com/v2/auth/authorize", pkce=False),
        TokenEndpoint("https://open.tiktokapis.com/v2/oauth/token/"),
    )

    def address(wish: Wish) -> str:
        return _address(page.url, wish, "client_key", client, scopes(options, "user.info.profile"), {})

    async def exchange(outgoing: Outgoing, grant: Grant) -> Tokens:
        """The client has a key in place of an id."""
        form = token_endpoint.form(endpoint, grant)
        form |= {"client_key": client.ids[0], "client_secret": client.secret or ""}
        request = Request(endpoint.url, "POST", {"Accept": "application/json"}, form=uri.form_encode(form))
        reply = await outgoing.ask(request)
        if not reply.good:
            raise TokenError(f"tiktok answered {reply.status}")
        return token_endpoint.read(reply.read(), strict=grant.refresh_token is not None)

    known_by = subject("data", "user", "open_id")
    return Provider(
        "tiktok",
        "TikTok",
        client,
        page,
        endpoint,
        _look_at_tiktok,
        known_by,
        exchange=exchange,
        address=address,
    )


async def _ask_wechat(outgoing: Outgoing, path: str, query: Mapping[str, str]) -> Json:
    """A GET, with what is secret in the address; a 200 may say no."""
    try:
        reply = await outgoing.ask(Request(f"https://api.weixin.qq.com/sns/{path}?{uri.form_encode(query)}"))
    except OutgoingError as error:
        raise TokenError("wechat gave no answer") from error
    found = reply.read()
    if not reply.good or not isinstance(found, dict) or found.get("errcode"):
        raise TokenError(f"wechat answered {reply.status}: {member(found, 'errcode')}")
    return found


def _wechat_tokens(found: Json) -> Tokens:
    seconds: Any = found.get("expires_in")
    if not isinstance(seconds, (int, float)) or not isinstance(found.get("scope"), str):
        raise TokenError("wechat gave no tokens")
    tokens = token_endpoint.read(found)
    return Tokens(
        tokens.access_token,
        tokens.refresh_token,
        access_token_expires_at=clock.now() + timedelta(seconds=seconds),
        scopes=tuple(found["scope"].split(",")),
        raw=found,
    )


async def _look_at_wechat(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
    openid = tokens.raw.get("openid")
    if not isinstance(openid, str) or not openid:
        return None
    query = {"access_token": tokens.access_token or "", "openid": openid, "lang": "zh_CN"}
    try:
        data = await _ask_wechat(outgoing, "userinfo", query)
    except TokenError:
        return None
    known = either(member(data, "unionid"), member(data, "openid"), openid)
    found = person(
        member(data, "nickname"),
        either(member(data, "email"), placeholder(known, "wechat")),
        member(data, "headimgurl"),
        False,
    )
    return Profile(found, data)


def _make_wechat(client: Client, options: Options) -> Provider:
    page = Authorization("https://open.weixin.qq.com/connect/qrconnect", pkce=False)

    def address(wish: Wish) -> str:
        more = {"lang": options.get("LANG", "cn")}
        return (
            _address(page.url, wish, "appid", client, scopes(options, "snsapi_login"), more)
            + "#wechat_redirect"
        )

    async def exchange(outgoing: Outgoing, grant: Grant) -> Tokens:
        query = {"appid": client.ids[0]}
        if grant.refresh_token is not None:
            query |= {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
            return _wechat_tokens(await _ask_wechat(outgoing, "oauth2/refresh_token", query))
        query |= {"secret": client.secret or "", "code": grant.code or "", "grant_type": "authorization_code"}
        return _wechat_tokens(await _ask_wechat(outgoing, "oauth2/access_token", query))

    def known_by(tokens: Tokens, data: Json) -> object:
        return either(member(data, "unionid"), member(data, "openid"), None)

    endpoint = TokenEndpoint("https://api.weixin.qq.com/sns/oauth2/access_token")
    return Provider(
        "wechat",
        "WeChat",
        client,
        page,
        endpoint,
        _look_at_wechat,
        known_by,
        exchange=exchange,
        address=address,
    )


KINDS = (
    Kind("tiktok", "TikTok", _make_tiktok, id_name="CLIENT_KEY"),
    Kind("wechat", "WeChat", _make_wechat, optional=("LANG",)),
)
