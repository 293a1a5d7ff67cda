"""Before signing up, signing in and asking for a reset: a riddle of somebody else's; better-auth's plugin of that name."""

from handlers.captcha import settings, verifying
from handlers.captcha.settings import CaptchaSettings
from server.feature import Feature
from server.model import Json
from server.services import Services


def _tell(services: Services) -> Json:
    """What the pages need to show it."""
    found = services.of(CaptchaSettings)
    return {"captcha": {"provider": found.provider.id, "siteKey": found.site_key}} if found.provider else {}


FEATURE = Feature(
    name="captcha",
    plugin=True,
    settings=settings.read,
    gate=verifying.gate,
    boot=_tell,
    sources=lambda services: found.sources if (found := services.of(CaptchaSettings).provider) else {},
)
