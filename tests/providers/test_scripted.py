"""The third scripted of the tests themselves: what they answer, and what they keep of who asked."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.providers import keys
from tests.providers.script import answer, code, id_of, read
from tests.providers.scripted import Scripted

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def ask(
    scripted: Scripted, place: str, data: dict[str, str] | None = None, bearer: str = "", plain: bool = False
) -> tuple[int, Any]:
    """Through the proxy, or by the plain form."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    address = f"{scripted.url}/https/{place}" if plain else f"https://{place}"
    raw = urlencode(data).encode() if data is not None else None
    context = ssl.create_default_context(cafile=str(scripted.authority.pem))
    way = urllib.request.ProxyHandler({} if plain else {"https": scripted.url})
    opener = urllib.request.build_opener(way, urllib.request.HTTPSHandler(context=context), Stay)
    request = urllib.request.Request(address, raw, headers | (FORM if raw is not None else {}))
    try:
        with opener.open(request, timeout=20) as found:
            return found.status, json.loads(found.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("location") or error.read().decode()


def exchange(scripted: Scripted, text: str, plain: bool = False) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": text}
    status, found = ask(scripted, "oauth2.googleapis.com/token", form, plain=plain)
    assert status == 200
    return dict(found)


@pytest.mark.parametrize("plain", [False, True])
def test_a_code_becomes_tokens_and_tokens_a_profile(scripted: Scripted, plain: bool) -> None:
    text = code(token=answer({"expires_in": 60}), profile=answer({"id": 5}))
    found = exchange(scripted, text, plain)
    assert found["expires_in"] == 60
    assert ask(scripted, "api.example.com/me", bearer=found["access_token"], plain=plain) == (200, {"id": 5})
    seen = scripted.seen(id_of(text), "theirs" if plain else "ours")
    assert [each["url"] for each in seen] == [
        "https://oauth2.googleapis.com/token",
        "https://api.example.com/me",
    ]
    assert seen[0]["body"] == {"grant_type": "authorization_code", "code": text}
    assert scripted.seen(id_of(text), "ours" if plain else "theirs") == []


def test_a_refresh_token_brings_another_access_token_each_time(scripted: Scripted) -> None:
    text = code(refresh=[answer({"expires_in": 1}), answer({"error": "invalid_grant"}, 400)])
    first = exchange(scripted, text)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    status, second = ask(scripted, "id.example.com/token", form)
    assert (status, second["expires_in"]) == (200, 1)
    assert second["access_token"] != first["access_token"]
    assert read(second["access_token"])["id"] == id_of(text)  # type: ignore[index]
    form |= {"refresh_token": second["refresh_token"]}
    assert ask(scripted, "id.example.com/token", form)[0] == 400


def test_what_a_script_says_of_an_address_goes_before_its_profile(scripted: Scripted) -> None:
    emails = [{"email": "ada@example.com"}]
    more = {
        "api.github.com/user/emails": answer(emails),
        "api.x.com/2/users/me?f=2": answer({"second": True}),
    }
    token = exchange(scripted, code(profile=answer({"id": 1}), more=more))["access_token"]
    assert ask(scripted, "api.github.com/user", bearer=token) == (200, {"id": 1})
    assert ask(scripted, "api.github.com/user/emails", bearer=token) == (200, emails)
    assert ask(scripted, "api.x.com/2/users/me?f=1", bearer=token) == (200, {"id": 1})
    assert ask(scripted, "api.x.com/2/users/me?f=2", bearer=token) == (200, {"second": True})


def test_what_is_none_is_left_out_of_the_tokens(scripted: Scripted) -> None:
    found = exchange(scripted, code(token=answer({"refresh_token": None})))
    assert found.keys() == {"access_token", "token_type"}


def test_an_id_token_is_signed_by_a_key_that_is_published(scripted: Scripted) -> None:
    _, published = ask(scripted, "acme.example/jwks")
    _, certs = ask(scripted, "www.googleapis.com/oauth2/v3/certs")
    assert {key["kty"] for key in certs["keys"]} == {"RSA"}
    found = exchange(scripted, code(token=answer({"id_token": {"claims": {"sub": "5"}, "alg": "ES256"}})))
    token = jwt.decode(found["id_token"], KeySet.import_key_set(published), algorithms=["ES256"])
    assert token.claims == {"sub": "5"}
    assert jwt.decode(
        keys.id_token({"a": 1}), KeySet.import_key_set(published), algorithms=["RS256"]
    ).header == {"alg": "RS256", "typ": "JWT", "kid": "good-rs"}


def test_keys_are_counted_and_changed_by_host(scripted: Scripted) -> None:
    _, before = ask(scripted, "counted.example/jwks")
    scripted.publish("counted.example", "next")
    _, after = ask(scripted, "counted.example/jwks")
    assert {key["kid"] for key in before["keys"]} == {"good-rs", "good-es", "good-ed"}
    assert {key["kid"] for key in after["keys"]} == {"next-rs", "next-es", "next-ed"}
    assert scripted.asked("counted.example/jwks") == 2


def test_every_host_has_a_discovery_document(scripted: Scripted) -> None:
    where = ".well-known/openid-configuration"
    status, found = ask(scripted, f"acme.example/{where}")
    assert (status, found["issuer"], found["jwks_uri"]) == (
        200,
        "https://acme.example",
        "https://acme.example/jwks",
    )
    assert "jwks_uri" not in ask(scripted, f"plain.example/{where}")[1]
    assert ask(scripted, f"broken.example/{where}")[0] == 500
    assert ask(scripted, f"moved.example/{where}") == (302, f"https://acme.example/{where}")
    assert ask(scripted, f"moved.example/{where}", plain=True) == (302, f"/https/acme.example/{where}")


def test_an_authorization_page_sends_back_at_once(scripted: Scripted) -> None:
    query = urlencode({"redirect_uri": "http://localhost/cb", "state": "a b", "login_hint": code("hinted")})
    status, location = ask(scripted, f"acme.example/authorize?{query}")
    assert (status, location) == (302, f"http://localhost/cb?code={code('hinted')}&state=a%20b")


@pytest.mark.parametrize("host", ["expired.example", "stranger.example", "other-name.example"])
def test_some_certificates_are_not_to_be_believed(scripted: Scripted, host: str) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(scripted, f"{host}/")


def test_what_hangs_ends_with_whoever_waits(scripted: Scripted) -> None:
    with contextlib.closing(socket.create_connection(("127.0.0.1", scripted.port))) as waiting:
        waiting.sendall(b"GET /https/slow.example/.well-known/openid-configuration HTTP/1.1\r\n\r\n")
        waiting.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.recv(1)


def test_what_is_cut_says_more_than_it_sends(scripted: Scripted) -> None:
    with pytest.raises(Exception, match="IncompleteRead"):
        exchange(scripted, code(token=answer({"x": "y"}, cut=True)))
