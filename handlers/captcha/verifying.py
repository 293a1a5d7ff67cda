"""Asking the provider whether an answer is right; whoever cannot be asked says no."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from handlers.captcha import errors
from handlers.captcha.providers import LEAST_SCORE, Provider
from handlers.captcha.settings import CaptchaSettings
from server.authentication.credentials import Gate
from server.outgoing import Outgoing, OutgoingError
from server.protocol.bodies import truthy
from server.services import Services

HEADER = "x-captcha-response"
PATHS = frozenset(("/sign-up/email", "/sign-in/email", "/request-password-reset"))


class Verifying(Struct, frozen=True):
    """How the provider is asked."""

    outgoing: Outgoing
    provider: Provider
    settings: CaptchaSettings

    async def check(self, answer: str, address: str) -> None:
        """Raises what keeps somebody out who has given this answer, or none."""
        if not answer:
            raise errors.missing_response()
        said = await self._ask(answer, address)
        good = isinstance(said, dict) and truthy(said.get("success"))
        if not good or (self.provider.scores and _is_low(said.get("score"))):
            raise errors.verification_failed()

    async def _ask(self, answer: str, address: str) -> Any:
        request = self.provider.asked(self.settings.secret_key, answer, self.settings.site_key, address)
        try:
            reply = await self.outgoing.ask(request)
        except OutgoingError:
            raise errors.unknown_error(request.place) from None
        said = reply.read() if reply.good else None
        if not truthy(said):
            raise errors.unknown_error(request.place)
        return said


def _is_low(score: object) -> bool:
    """Whether it is the score of a program."""
    return isinstance(score, (int, float)) and not isinstance(score, bool) and score < LEAST_SCORE


def gate(services: Services) -> Gate | None:
    """What the paths ask for; nothing, where the plugin came with all the others and has no settings."""
    settings = services.of(CaptchaSettings)
    if settings.provider is None:
        return None
    verifying = Verifying(services.outgoing, settings.provider, settings)
    return Gate(PATHS, HEADER, verifying.check)
