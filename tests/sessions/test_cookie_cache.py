"""The cookie cache by itself: what is written is read, and what is not to be believed is not."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import clock
from server.crypto.claims import SignedTokens
from server.crypto.keyring import Keyring
from server.model import CachedSession, CachedUser, Session, SignedIn, User
from server.protocol import javascript, wire
from server.sessions.cached_session import parse
from server.sessions.cookie_cache import Compact, CookieCache, find_format
from server.sessions.cookies import Cookies, RequestCookies
from server.sessions.cookies import parse as parse_cookies

SECRET = "c0mpat-secret-of-thirty-two-bytes-and-more-1f9a"
COOKIES = Cookies(SECRET, False, 604800)
FORMATS = ("compact", "jwt", "jwe")
TOKEN = "lFIr6YJuSlMl03h7Af6nG75Klc8Ehxji"

# As better-auth 1.7.25 set it; it ended at MADE_ENDS.
MADE = (
    "eyJzZXNzaW9uIjp7InNlc3Npb24iOnsiZXhwaXJlc0F0IjoiMjAyNi0xMS0yOVQxMjozNDoyMi41NDdaIiwidG9rZW4iOiJsRklyNllKdVNs"
    "TWwwM2g3QWY2bkc3NUtsYzhFaHhqaSIsImNyZWF0ZWRBdCI6IjIwMjYtMTEtMjJUMTI6MzQ6MjIuNTE3WiIsInVwZGF0ZWRBdCI6IjIwMjYt"
    "MTEtMjJUMTI6MzQ6MjIuNTQ3WiIsImlwQWRkcmVzcyI6IjE5OC4xOC4xNjguOTMiLCJ1c2VyQWdlbnQiOiJjb21wYXQvMS4wIiwidXNlcklk"
    "IjoiWmFFMGROTTBMdnVsdEhFMmpuT2p2R2NYT3hHZ2R5d1MiLCJpZCI6IktRT0FoWU40TFcwRE1BTXM5bHlqRG5mYmZXWGNwUDRhIn0sInVz"
    "ZXIiOnsibmFtZSI6IkFkYSIsImVtYWlsIjoicGFhODVkZDY0MzE1OEBleGFtcGxlLmNvbSIsImVtYWlsVmVyaWZpZWQiOmZhbHNlLCJpbWFn"
    "ZSI6bnVsbCwiY3JlYXRlZEF0IjoiMjAyNi0xMS0yMlQxMjozNDoyMi41MDVaIiwidXBkYXRlZEF0IjoiMjAyNi0xMS0yMlQxMjozNDoyMi41"
    "MDVaIiwiaWQiOiJaYUUwZE5NMEx2dWx0SEUyam5PanZHY1hPeEdnZHl3UyJ9LCJ1cGRhdGVkQXQiOjE3OTUzNTA4NjI1NTYsInZlcnNpb24i"
    "OiIxIn0sImV4cGlyZXNBdCI6MTc5NTM1MTE2MjU1Niwic2lnbmF0dXJlIjoiLWRTanVfOHFLdGdWOU9QcnJRZlctR3RKQmZrNWJrWTVzYmJQ"
    "T2VtOGdFOCJ9"
)
MADE_ENDS = datetime(2026, 11, 22, 12, 39, 22, 556000, UTC)


def cache(name: str, secret: str = SECRET, seconds: int = 300) -> CookieCache:
    return CookieCache(COOKIES, find_format(name, Keyring(secret)), seconds)


def somebody(**user: Any) -> SignedIn:
    now = clock.now()
    session = Session("sid", now + timedelta(days=7), "token", now, now, "192.0.2.1", "UA/1.0", "uid")
    return SignedIn(session, replace(User("uid", "Ada", "ada@example.com", True, None, now, now), **user))


def kept(form: str, who: SignedIn, remember: bool = True) -> str:
    lines = cache(form).write(who, remember, RequestCookies())
    return COOKIES.read_stored(
        parse_cookies("; ".join(line.partition(";")[0] for line in lines)), COOKIES.session_data
    )


def test_what_better_auth_made_is_read_until_it_ends() -> None:
    found = cache("compact").read(MADE, TOKEN, MADE_ENDS)
    assert found is not None
    assert (found.session.token, found.user.name) == (TOKEN, "Ada")
    assert cache("compact").read(MADE, TOKEN, MADE_ENDS + timedelta(milliseconds=1)) is None
    assert cache("compact").read(MADE, "another", MADE_ENDS) is None
    assert cache("compact", "another secret").read(MADE, TOKEN, MADE_ENDS) is None


def test_it_is_printed_in_better_auths_other_order() -> None:
    found = cache("compact").read(MADE, TOKEN, MADE_ENDS)
    assert found is not None
    session, user = wire.session(found.session), wire.user(found.user)
    assert list(session) == [
        *("id", "createdAt", "updatedAt", "userId", "expiresAt", "token", "ipAddress", "userAgent"),
    ]
    assert list(user) == ["id", "createdAt", "updatedAt", "email", "emailVerified", "name", "image"]
    assert session["expiresAt"] == "2026-11-29T12:34:22.547Z"
    assert wire.user(replace(found.user, name="Eve"))["name"] == "Eve"


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.mark.parametrize("form", FORMATS)
@given(name=texts, image=st.none() | texts, verified=st.booleans(), remember=st.booleans())
def test_any_user_comes_back(form: str, name: str, image: str | None, verified: bool, remember: bool) -> None:
    if javascript.date(name) or javascript.date(image or ""):
        return
    who = somebody(name=name, image=image, email_verified=verified)
    found = cache(form).read(kept(form, who, remember), "token", clock.now())
    assert found is not None
    assert wire.session(found.session).items() == wire.session(who.session).items()
    assert wire.user(found.user).items() == wire.user(who.user).items()


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_a_date_is_not_kept_as_better_auth_cannot_read_it(form: str) -> None:
    for name in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"):
        assert cache(form).read(kept(form, somebody(name=name)), "token", clock.now()) is None


@pytest.mark.parametrize(
    ("form", "remember", "seconds"), [(f, r, s) for f in FORMATS for r, s in [(True, 300), (False, 300)]]
)
def test_how_long_it_lives(form: str, remember: bool, seconds: int) -> None:
    lines = cache(form).write(somebody(), remember, RequestCookies())
    assert ("; Max-Age=300;" in lines[0]) is remember
    value = kept(form, somebody(), remember)
    lives = 60 if form == "compact" and not remember else seconds
    found = find_format(form, Keyring(SECRET)).read(value)
    assert found is not None
    assert abs(found[1] / 1000 - clock.now().timestamp() - lives) < 2


@pytest.mark.parametrize("form", FORMATS)
def test_it_ends_with_the_session(form: str) -> None:
    who = somebody()
    over = SignedIn(replace(who.session, expires_at=clock.now() - timedelta(milliseconds=2)), who.user)
    assert cache(form).read(kept(form, over), "token", clock.now()) is None


@pytest.mark.parametrize("form", FORMATS)
def test_a_change_anywhere_is_seen(form: str) -> None:  # S42
    value = kept(form, somebody())
    for place in range(0, len(value), 7):
        letter = "A" if value[place] != "A" else "B"
        if value[place] != ".":
            changed = value[:place] + letter + value[place + 1 :]
            assert cache(form).read(changed, "token", clock.now()) is None


def test_only_jwe_hides_the_user() -> None:  # S29
    shown = {form: b"ada@example.com" in decoded(kept(form, somebody())) for form in FORMATS}
    assert shown == {"compact": True, "jwt": True, "jwe": False}


def decoded(value: str) -> bytes:
    parts = value.split(".")
    return b"".join(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)


@pytest.mark.parametrize(("form", "survives"), [("compact", False), ("jwt", False), ("jwe", True)])
def test_only_jwe_outlives_a_rotation(form: str, survives: bool) -> None:  # S45
    value = kept(form, somebody())
    rotated = Keyring("", ((2, "a new secret of enough length, really"), (1, SECRET)))
    found = CookieCache(COOKIES, find_format(form, rotated), 300).read(value, "token", clock.now())
    assert (found is not None) is survives


# Hostile


@given(st.text())
def test_anything_is_read_or_refused(value: str) -> None:
    assert cache("jwt").read(value, "token", clock.now()) is None
    assert cache("jwe").read(value, "token", clock.now()) is None
    assert cache("compact").read(value, "token", clock.now()) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(raw: bytes) -> None:
    value = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert cache("compact").read(value, "token", clock.now()) is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["2026-01-01T00:00:00Z", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["session", "user", "updatedAt", "id", "token", "expiresAt", "__proto__"]), inner
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_signed_payload_is_refused(payload: Any) -> None:
    """Even with our signature: none of these is a session."""
    assert not isinstance(payload, dict) or parse(payload) is None
    tokens = SignedTokens(SECRET)
    if isinstance(payload, dict):
        assert cache("jwt").read(tokens.write(payload, 60), "token", clock.now()) is None
        assert cache("compact").read(Compact(SECRET).write(payload, 60), "token", clock.now()) is None


def signed(text: str, ends: str = "1795351162556", **whole: Any) -> str:
    """A compact cache around this JSON text of a payload, signed as it stands."""
    inner = f'{text[:-1]},"expiresAt":{ends}}}'
    signature = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), inner.encode(), "sha256")).rstrip(b"=")
    rest = json.dumps({"signature": signature.decode()} | whole)[1:]
    return base64.urlsafe_b64encode(f'{{"session":{text},"expiresAt":{ends},{rest}'.encode()).decode()


def payload() -> str:
    text = base64.urlsafe_b64decode(MADE + "=" * (-len(MADE) % 4)).decode()
    return text[len('{"session":') : text.index(',"expiresAt":1795')]


def is_read(value: str) -> bool:
    return cache("compact").read(value, TOKEN, MADE_ENDS) is not None


def test_the_signature_covers_what_javascript_would_print() -> None:
    text = payload()
    assert is_read(signed(text))
    assert is_read(signed(text.replace('"Ada"', '"é\\"\\\\\u2028😀\\u0001"')))
    assert is_read(signed(text.replace('"version"', '"extra":{"1":2,"b":[0.1,1e+21,-5e-7]},"version"')))
    assert not is_read(signed(text.replace('"Ada"', '"\\u0041da"')))
    assert not is_read(signed(text.replace('"version"', '"extra":1.0,"version"')))
    assert not is_read(signed(text.replace('"version"', '"extra":{"b":1,"1":2},"version"')))
    assert not is_read(signed(text.replace(',"version"', ', "version"')))


CHANGES = [
    ('"version":"1"', '"version":"2"', False),
    ('"version":"1"', '"version":1', False),
    ('"version":"1"', '"version":""', True),
    (',"version":"1"', "", True),
    ('"updatedAt":1795350862556', '"updatedAt":"1"', False),
    ('"updatedAt":1795350862556', '"updatedAt":true', False),
    ('"updatedAt":1795350862556', '"updatedAt":0.5', True),
    ('"emailVerified":false', '"emailVerified":null', False),
    ('"emailVerified":false,', "", True),
    ('"image":null,', "", True),
    ('"image":null', '"image":5', False),
    ('"userId":"ZaE0dNM0LvultHE2jnOjvGcXOxGgdywS"', '"userId":5', True),
    ('"userId":"ZaE0dNM0LvultHE2jnOjvGcXOxGgdywS"', '"userId":null', False),
    ('"userId":"ZaE0dNM0LvultHE2jnOjvGcXOxGgdywS"', '"userId":true', False),
    ('"createdAt":"2026-11-22T12:34:22.517Z",', "", True),
    ('"createdAt":"2026-11-22T12:34:22.517Z"', '"createdAt":null', False),
    ('"user":{', '"user":null,"other":{', False),
    ('"expiresAt":"2026-11-29T12:34:22.547Z"', '"expiresAt":"soon"', False),
    ('"expiresAt":"2026-11-29T12:34:22.547Z"', '"expiresAt":"0000-01-01T00:00:00.000Z"', False),
    ('"expiresAt":"2026-11-29T12:34:22.547Z",', "", False),
    ('"Ada"', '"\\ud800"', False),
    ('"name":"Ada"', '"name":"Ada","__proto__":{"name":"Eve"}', True),
]


@pytest.mark.parametrize(("old", "new", "read"), CHANGES)
def test_the_payload_is_what_better_auth_takes(old: str, new: str, read: bool) -> None:
    text = payload().replace(old, new)
    assert text != payload()
    assert is_read(signed(text)) is read


@pytest.mark.parametrize("ends", ["1795351162555", '"1795351162556"', "null", "1e400", "true", "-1e400"])
def test_its_end_is_a_number_ahead(ends: str) -> None:
    assert not is_read(signed(payload(), ends))


def test_a_signature_that_is_none() -> None:
    assert not is_read(signed(payload(), signature=None))
    assert not is_read(signed(payload(), signature=""))
    assert not is_read(signed(payload(), signature="!"))


def test_members_that_we_do_not_know_are_kept() -> None:
    text = payload().replace('"image":null', '"role":"admin","image":null,"seen":"2026-01-01T00:00:00.000Z"')
    found = cache("compact").read(signed(text), TOKEN, MADE_ENDS)
    assert found is not None
    assert isinstance(found.session, CachedSession)
    assert isinstance(found.user, CachedUser)
    shown = wire.user(found.user)
    assert list(shown)[-2:] == ["role", "seen"]
    assert (shown["role"], shown["seen"]) == ("admin", "2026-01-01T00:00:00.000Z")
    again = kept("compact", replace(found, session=replace(found.session, token="t")))
    assert '"role":"admin"' in decoded(again).decode()
