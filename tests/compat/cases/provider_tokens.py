"""The tokens of a provider and what it knows of an account, while none is configured."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import Caller
from tests.compat.case import Group

group = Group()
TOKEN = "POST /get-access-token"
REFRESH = "POST /refresh-token"
INFO = "GET /account-info"

SELECTIONS: list[tuple[str, Any]] = [
    ("nothing", {}),
    ("unknown account", {"accountId": "x" * 32}),
    ("old form", {"providerId": "google"}),
    ("accountId number", {"accountId": 5}),
    ("accountId null", {"accountId": None}),
    ("accountId empty", {"accountId": ""}),
    ("accountId NUL", {"accountId": "a\0b"}),
    ("cookie", {"useAccountCookie": True}),
    ("cookie false", {"useAccountCookie": False}),
    ("cookie text", {"useAccountCookie": "true"}),
    ("both", {"useAccountCookie": True, "accountId": "x"}),
    ("with userId", {"accountId": "x", "userId": "y"}),
    ("userId number", {"accountId": "x", "userId": 5}),
    ("userId alone", {"userId": "y"}),
    ("one more member", {"accountId": "x", "more": 1}),
    ("two more members", {"accountId": "x", "more": 1, "most": 2}),
    ("indexes", b'{"accountId":"x","b":1,"10":1,"9":1,"01":1,"4294967295":1,"4294967294":1,"-1":1,"1.5":1}'),
    ("half of a pair", b'{"accountId":"x","\\ud800":1,"\\udc00\\ud83d\\ude00":1}'),
    ("proto", b'{"accountId":"x","__proto__":1,"constructor":1}'),
]


def _select(at: str, caller: Caller, body: Any) -> None:
    caller.post(at, body, cookie=None)
    caller.signed_in()
    caller.post(at, body)


group.each(TOKEN, "selection", SELECTIONS, lambda caller, body: _select("/get-access-token", caller, body))
group.each(REFRESH, "selection", SELECTIONS, lambda caller, body: _select("/refresh-token", caller, body))
INFO_QUERIES = [
    "",
    "?accountId=x",
    "?accountId=",
    "?accountId=x&accountId=y",
    "?providerId=google",
    "?useAccountCookie=true",
    "?useAccountCookie=",
    "?accountId=x&userId=y",
    "?accountId=x&more=1",
    "?accountId=%00",
    "?accountId=x&b=1&10=1&9=1",
    "?accountId=x&__proto__=1",
    "?accountId=x&b=1&__proto__=1&2=1&__proto__=2&0=1",
    "?accountId=x&constructor=1",
    "?__proto__=1",
    "?__proto__=x&useAccountCookie=true",
]


def _info(caller: Caller, query: str) -> None:
    caller.get(f"/account-info{query}", cookie=None)
    caller.signed_in()
    caller.get(f"/account-info{query}")


group.each(INFO, "query", [(query, query) for query in INFO_QUERIES], _info)


@group.case(TOKEN, "accounts of a provider that is not configured")
def own_accounts(caller: Caller) -> None:
    """A credential, one of google's with tokens, somebody else's."""
    other = caller.account(caller.person("other-" + caller.email), "google", "9" + caller.number)
    user, _ = caller.signed_in()
    rows = [
        caller.account(user, "credential", user, "x:y"),
        caller.account(user, "google", caller.number),
        other,
    ]
    caller.sql(
        'UPDATE "account" SET "accessToken" = \'a\', "refreshToken" = \'r\' WHERE "id" = %(row)s', row=rows[1]
    )
    for row in rows:
        caller.post("/get-access-token", {"accountId": row})
        caller.post("/get-access-token", {"accountId": row, "userId": "x"})
        caller.post("/refresh-token", {"accountId": row})
        caller.get(f"/account-info?accountId={row}")
