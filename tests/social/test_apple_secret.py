"""Apple's client secret, signed here: what it says, how long it lasts, and keys that are none."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from handlers.social import settings
from server import clock
from server.config.reader import Reader
from server.errors import SettingsError
from server.oauth.provider import Client
from tests.client import Client as Browser
from tests.compat.profiles import Who
from tests.providers.asked import OURS
from tests.providers.scripted import Scripted
from tests.providers.travel import back, code_of, start

KEY = ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


APPLE = {
    "APPLE_CLIENT_ID": "com.example.web,com.example.app",
    "APPLE_TEAM_ID": "TEAM123456",
    "APPLE_KEY_ID": "KEY1234567",
    "APPLE_PRIVATE_KEY": pem(KEY),
}


def client(**changes: str) -> Client:
    return settings.read(Reader(APPLE | changes)).providers["apple"].client


def opened(secret: str | None) -> jwt.Token:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return jwt.decode(secret or "", ECKey.import_key(public), algorithms=["ES256"])


@pytest.mark.parametrize("ends", ["\n", "\\n"])
def test_it_says_who_we_are(ends: str) -> None:
    token = opened(client(APPLE_PRIVATE_KEY=pem(KEY).replace("\n", ends)).proof)
    claims = token.claims
    assert token.header == {"alg": "ES256", "kid": "KEY1234567", "typ": "JWT"}
    assert (claims["iss"], claims["sub"]) == ("TEAM123456", "com.example.web")
    assert (claims["aud"], claims["exp"] - claims["iat"]) == ("https://appleid.apple.com", 3600)


def test_it_is_renewed_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, now = client(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    first = ours.proof
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=49))
    assert ours.proof == first
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=50))
    assert opened(ours.proof).claims["exp"] == int(now.timestamp()) + 50 * 60 + 3600


OTHERS = {
    "nothing": "x",
    "no end": pem(KEY)[:60],
    "another curve": pem(ec.generate_private_key(ec.SECP384R1())),
    "another kind": pem(rsa.generate_private_key(65537, 2048)),
    "the public half": KEY.public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode(),
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_a_key_that_is_none_stops_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^APPLE_PRIVATE_KEY holds no key") as refused:
        client(APPLE_PRIVATE_KEY=text)
    assert text not in str(refused.value)


@pytest.mark.parametrize("name", [name for name in APPLE if name != "APPLE_CLIENT_ID"])
def test_half_of_it_stops_the_start(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not"):
        client(**{name: ""})


def test_it_is_made_or_given() -> None:
    with pytest.raises(SettingsError, match="APPLE_TEAM_ID and APPLE_CLIENT_SECRET are both set"):
        client(APPLE_CLIENT_SECRET="x")
    assert settings.read(Reader({})).providers == {}


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return scripted.environment | APPLE


@pytest.mark.gen_test
@pytest.mark.environ(APPLE_CLIENT_ID="apple-id")
async def test_apple_is_shown_it(client: Browser, scripted: Scripted) -> None:
    query = await start(client, "apple")
    answer = await back(
        client, "apple", query["state"], code_of("apple", Who("1", "a@example.com"), "signed")
    )
    assert answer.headers["Location"] == "/new"
    [asked] = [each for each in scripted.seen("signed", OURS) if each["url"].endswith("/auth/token")]
    assert opened(asked["body"]["client_secret"]).claims["sub"] == "apple-id"
