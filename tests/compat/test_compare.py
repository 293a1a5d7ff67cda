"""The comparison itself is sharp: each of these small changes to an answer is a difference."""

from __future__ import annotations

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.compat import lacking
from tests.compat.allowed import settle_look
from tests.compat.caller import Exchange, Look
from tests.compat.case import Case
from tests.compat.catalogue import LACKING, SERVED
from tests.compat.compare import Verdict, compare
from tests.compat.mask import Mask
from tests.compat.options import SECRET
from tests.compat.people import COUNT_SESSIONS_LEFT
from tests.compat.record import Held
from tests.compat.report import table
from tests.compat.wire import Answer, Request

CASE = Case("GET /x", "case", print)
REQUEST = Request("GET", "/api/auth/x", (("Host", "localhost:8080"),))
ID, OTHER = "a" * 31 + "1", "b" * 31 + "2"
SIGNED = "tvJLwcd%2B0wVIGv2hGMLBBGtGv0sRw8rAKwM7g2oIM1Q%3D"


def date(seconds: float = 0) -> str:
    moment = datetime.fromtimestamp(time.time() + seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def held(body: str, status: int = 200, *headers: tuple[str, str]) -> Held:
    """A conversation of one exchange."""
    common = (("content-type", "application/json"), ("cache-control", "no-store"))
    answer = Answer(status, (*common, *headers), body.encode())
    return Held(CASE, [Exchange(REQUEST, answer, time.time())], "127.0.0.1")


def differ(theirs: Held, ours: Held) -> bool:
    return bool(compare(theirs, ours).differences)


def row(**changes: object) -> str:
    members = {"id": ID, "name": "Ada", "createdAt": date(), "userId": OTHER} | changes
    return json.dumps(members, separators=(",", ":"))


def test_other_ids_and_moments_are_the_same() -> None:
    assert not differ(held(row()), held(row(id="c" * 32, createdAt=date(5), userId="d" * 32)))


@pytest.mark.parametrize(
    "ours",
    [
        row(id="a" * 31),
        row(id="a" * 31 + "-"),
        row(id=7),
        row(userId=ID),
        row(name="Bo"),
        row(name=None),
        row(createdAt=date(-3600)),
        row(createdAt="2026-01-01T00:00:00.000Z"),
        row(createdAt=date().replace("Z", "+00:00")),
        row(createdAt=date()[:-5] + "Z"),
        row(createdAt=date()[:-1] + "000Z"),
        row(more=1),
        row().replace(":", ": "),
        row().replace('"name":"Ada",', "").replace("}", ',"name":"Ada"}'),
        row(name="\\u0041da").replace("\\\\u", "\\u"),
    ],
)
def test_a_changed_body_is_a_difference(ours: str) -> None:
    assert differ(held(row()), held(ours))


@pytest.mark.parametrize(
    "header",
    [
        ("location", "/x"),
        ("pragma", "no-cache"),
        ("set-cookie", "a=b"),
        ("x-made-up", "1"),
        ("content-type", "text/plain"),
    ],
)
def test_one_more_header_is_a_difference(header: tuple[str, str]) -> None:
    assert differ(held("{}"), held("{}", 200, header))


def test_the_order_of_cookies_counts() -> None:
    first, second = ("set-cookie", "a=1"), ("set-cookie", "b=2")
    assert differ(held("{}", 200, first, second), held("{}", 200, second, first))


def test_another_status_is_a_difference() -> None:
    assert differ(held("{}", 200), held("{}", 201))


def test_what_is_different_on_purpose_is_demanded() -> None:
    theirs = held('{"message":"No","code":"NO"}', 400)
    assert not differ(theirs, held('{"message":"No","code":"NO","error":{"code":"NO","message":"No"}}', 400))
    assert differ(theirs, held('{"message":"No","code":"NO"}', 400))
    assert differ(theirs, held('{"message":"No","code":"NO","error":{"code":"NO","message":"Yes"}}', 400))


def test_a_revocation_leaves_no_other_session() -> None:
    theirs, one, two = (Look(COUNT_SESSIONS_LEFT, [{"left": number}], 0) for number in (21, 1, 2))
    assert settle_look(theirs, one) == (theirs, [])
    assert settle_look(theirs, two)[1]


def test_another_code_of_as_many_digits_is_the_same() -> None:
    theirs, same, shorter, none = (mailed(code) for code in ("123456", "654321", "12345", "12345a"))
    assert not differ(theirs, same)
    assert differ(theirs, shorter)
    assert differ(theirs, none)


def mailed(code: str) -> Held:
    """A conversation of one mail."""
    look = Look("mail", {"to": "ada@example.com", "url": "", "code": code}, time.time())
    return Held(CASE, [look], "127.0.0.1")


def test_a_bad_signature_stays_to_be_seen() -> None:
    line = f"better-auth.session_token={ID}.{SIGNED}; Path=/"
    assert Mask(SECRET).cookie(line, 0) == line
    good = f"better-auth.session_token={ID}.{_signature(ID)}; Path=/"
    assert Mask(SECRET).cookie(good, 0) == "better-auth.session_token=<id 1>.<signature>; Path=/"


def _signature(value: str) -> str:
    digest = hmac.digest(SECRET.encode(), value.encode(), "sha256")
    return quote(base64.b64encode(digest).decode(), safe="")


@pytest.fixture
def page() -> str:
    """docs/compatibility.md, written by `make compat`; a case more or less makes it old."""
    return (Path(__file__).parents[2] / "docs" / "compatibility.md").read_text()


def test_the_page_tells_of_this_suite(page: str) -> None:
    assert table([Verdict(case, []) for cases in SERVED.values() for case in cases]) in page


def test_the_page_tells_what_is_lacking(page: str) -> None:
    told = page.partition(lacking.HEAD)[2].partition("\n\n")[0].split("\n")
    cases = [case for cases in LACKING.values() for case in cases]
    starts = dict.fromkeys(lacking.start(case.lacks, case.endpoint) for case in cases)
    assert [line.split(" |")[:2] for line in told[1:]] == [start.split(" |")[:2] for start in starts]
