"""The table and the page that say what was compared and what came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.compat import lacking
from tests.compat.compare import Verdict, told
from tests.compat.lacking import Lack
from tests.compat.options import OPTION_SETS

WORDS = """# Compatibility with better-auth

What our server answers, laid beside what better-auth {version} answers to the same bytes: status, the headers
that matter, Set-Cookie as raw text and in order, the raw body, the rows in the database, the mails. Ids, tokens
and dates are hidden by position and format; a date or a token in another format is a difference.
Both run with the same options, each on a PostgreSQL database of its own. `make compat` writes this page again.

{table}

{total}

{lacking}## Option sets

{sets}

## Left out

- What Node's HTTP server says before better-auth is asked: raw bytes beyond ASCII, dot segments or backslashes in a
  request line, methods that Node does not know.
- Bodies nested thousands deep, and stored password hashes in formats that better-auth cannot read.
- The order of list-sessions and list-accounts, which better-auth leaves to the database; two seconds of X-Retry-After.
- The content of a `jwe` cookie cache: it is compared by handing it to the other server, in the tests beside this suite.

## Different on purpose

Each of these is demanded by the comparison, not skipped: where it is missing, that is a difference.

| where | better-auth | here |
|---|---|---|
| error bodies | `code`, `message` | the same, and `error: {{code, message}}` |
| sign-up, sign-in | `token`, `user` | the same, and `session` |
| every answer | cached as the browser likes | `Cache-Control: no-store` |
| an unhandled exception of better-auth | 500, no body | a refusal |
| CORS | none | for trusted origins, with credentials; a preflight is answered 204 |
| client address | a header, else none | the socket's peer; `X-Forwarded-For` from trusted proxies only, a port in it understood |
| revoking the other sessions | a hundred of them | all of them |
| an unproven address that is signed up for again | the first password stays | that of the sign-up whose link is followed |
| the mail of a reset without `redirectTo` | a link that ends in an error | our own page `/reset-password` |
| another reset after one that was used, or after the password changed | good | void |
| a name of which nothing shows | taken | 400 |
| several cookies of one name | the first counts, and all are cleared | the one that is ours and lives; nothing is cleared |
| a session of more than 6 KB and the cookie cache | cookies of any number | not kept in cookies |
| a compact cookie cache that is no base64 | 500, or 401 | as if it were not there |
| the OpenAPI document | no names for some operations, a bearer token that nothing reads, refusals without their codes | a name each, the session's cookie, what is answered; further endpoints |
| the page of the API | a script from another site | a page of our own, which loads nothing from elsewhere |
| passkeys of who opened an account before its address was proven by a link | stay | void, as the password |
| a passkey that somebody has already | stored again | 400 |
| a sign-in in a window, beside another sign-in of the browser | whichever comes back first uses its cookie up, and ends in a page that may reach nobody | the cookie says which sign-in it is for |
| a state that two callbacks bring at once, or a state in a cookie that was kept | good for both | good for one |
| a provider's refresh token that two ask with at once | sent twice | sent once |
| guesses of a mailed code, or of an authenticator's, at once | all but one find nothing, the right one among them | each is counted |
| a username that somebody takes between look-up and insert | 422, or 500 | 400, as for whoever comes later |
| `emailVerified` in the answer that has just proven the address | as it was before | as the row has it |
| a second factor after a link, a mailed code or a provider | not asked for | asked for with `TWO_FACTOR_SCOPE=all` |
| a cookie of one of several sessions under another's name | counts | does not |
| `/expo-authorization-proxy` | to any https address | to the pages of the providers that are set up, to come back here |
| rate-limited answers | `X-Retry-After` | that, `Retry-After` and a `code` |
"""

LACKING = """## Lacking

Features of better-auth that are not here, as their cases show; none of them is counted above. Each must differ from
better-auth: a case that does not, any more, fails the suite until it is counted.

{table}

"""


def table(verdicts: Sequence[Verdict]) -> str:
    """endpoint | cases | same | different."""
    counted: dict[str, list[int]] = {}
    for verdict in verdicts:
        counted.setdefault(verdict.case.endpoint, [0, 0])[1 if verdict.differences else 0] += 1
    rows = [
        f"| {endpoint} | {same + different} | {same} | {different} |"
        for endpoint, (same, different) in sorted(counted.items(), key=_order)
    ]
    return "\n".join(["| endpoint | cases | same | different |", "|---|---:|---:|---:|", *rows])


def _order(item: tuple[str, list[int]]) -> tuple[str, str]:
    method, _, path = item[0].partition(" /")
    return path, method


def differences(verdicts: Sequence[Verdict]) -> str:
    """Every difference: first those that many cases share, then case by case."""
    found = [verdict for verdict in verdicts if verdict.differences]
    shared = _shared(found)
    parts = [f"# {len(found)} of {len(verdicts)} cases differ\n\n{table(verdicts)}\n", "# Shared\n"]
    for text, titles in shared.items():
        parts.append(f"{len(titles)} times, such as {titles[0]!r}:\n{text}\n")
    parts += [f"## {verdict.case.title}\n{own}\n" for verdict in found if (own := _own(verdict, shared))]
    return "\n".join(parts)


def _own(verdict: Verdict, shared: Mapping[str, list[str]]) -> str:
    return told([difference for difference in verdict.differences if difference.text not in shared])


def _shared(found: Sequence[Verdict], least: int = 10) -> dict[str, list[str]]:
    titles: dict[str, list[str]] = {}
    for verdict in found:
        for difference in verdict.differences:
            titles.setdefault(difference.text, []).append(verdict.case.title)
    return {text: cases for text, cases in titles.items() if len(cases) >= least}


def page(verdicts: Sequence[Verdict], lacks: Sequence[Lack], version: str = "1.7.25") -> str:
    """The page for people."""
    same = sum(not verdict.differences for verdict in verdicts)
    used = [name for name in OPTION_SETS if any(verdict.case.options == name for verdict in verdicts)]
    sets = "\n".join(f"- {name}: {_settings(name)}" for name in used)
    total = f"{len(verdicts)} cases, {same} the same, {len(verdicts) - same} different."
    missing = LACKING.format(table=lacking.table(lacks)) if lacks else ""
    return WORDS.format(version=version, table=table(verdicts), total=total, lacking=missing, sets=sets)


def _settings(name: str) -> str:
    settings = OPTION_SETS[name].settings
    return ", ".join(f"`{key}={value}`" for key, value in settings.items()) or "the defaults"
