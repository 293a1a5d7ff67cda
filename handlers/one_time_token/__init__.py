"""Hands a session on to another origin or device, by a token that counts once."""

from handlers.one_time_token.routes import GenerateOneTimeToken, VerifyOneTimeToken
from server.feature import Feature

FEATURE = Feature(
    name="one-time-token",
    plugin=True,
    api=(
        ("/one-time-token/generate", GenerateOneTimeToken),
        ("/one-time-token/verify", VerifyOneTimeToken),
    ),
)
