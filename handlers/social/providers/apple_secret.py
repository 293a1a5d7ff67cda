"""Apple's client secret: a token that its client signs, good for six months at most; here made when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from server import clock
from server.errors import SettingsError

if TYPE_CHECKING:
    from joserfc.jwk import ECKey

# Together they stand for APPLE_CLIENT_SECRET.
NAMES = ("TEAM_ID", "KEY_ID", "PRIVATE_KEY")
AUDIENCE = "https://appleid.apple.com"
LIFE, SPARE = timedelta(hours=1), timedelta(minutes=10)


def signer(client_id: str, options: Mapping[str, str]) -> Callable[[], str]:
    """What gives a secret that is still good for a while; raises SettingsError for what is no key of Apple's."""
    team, key_id, key = options["TEAM_ID"], options["KEY_ID"], _read(options["PRIVATE_KEY"])
    kept: tuple[datetime, str] | None = None

    def sign() -> str:
        nonlocal kept
        now = clock.now()
        if kept is None or not now < kept[0] - SPARE:
            kept = now + LIFE, _sign(key, key_id, {"iss": team, "sub": client_id}, now)
        return kept[1]

    return sign


def _sign(key: ECKey, key_id: str, who: dict[str, str], now: datetime) -> str:
    from joserfc import jwt

    born = int(now.timestamp())
    claims = {**who, "aud": AUDIENCE, "iat": born, "exp": born + int(LIFE.total_seconds())}
    return jwt.encode({"alg": "ES256", "kid": key_id}, claims, key, algorithms=["ES256"])


def _read(text: str) -> ECKey:
    """A key in PEM, as Apple gives it, its lines or `\\n` between them; what it holds is never said."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from joserfc.jwk import ECKey

    pem = text.replace("\\n", "\n").encode()
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _refused() from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise _refused()
    return ECKey.import_key(pem)


def _refused() -> SettingsError:
    return SettingsError(
        "APPLE_PRIVATE_KEY holds no key of the kind that Apple gives; it takes what the file AuthKey_….p8 has, "
        "from -----BEGIN PRIVATE KEY----- on, with \\n for the ends of lines"
    )
