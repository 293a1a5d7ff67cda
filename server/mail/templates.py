"""Which mails there are, and for how long each is worth sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR

# A mail with a link is given up when the link is dead; the lives are better-auth's. News is given up after three days.
LINK_SECONDS = {
    "verify-email": HOUR,
    "reset-password": HOUR,
    "change-email-confirmation": HOUR,
    "change-email-verification": HOUR,
    "delete-account": DAY,
}
NEWS_SECONDS = 3 * DAY
NEWS = ("password-changed", "new-device", "email-changed")
NAMES = (*LINK_SECONDS, *NEWS)


@dataclass(frozen=True, slots=True)
class Mail:
    """One of NAMES for one address. `context` may hold `name`, `url` (with a link), `new_email`, and of the request
    `browser`, `system`, `place`, `ip_address`, `time`; what is missing is left out of the text.
    """

    template: str
    to: str
    context: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.template not in NAMES:
            raise ValueError(f"no mail is called {self.template!r}")
        if self.template in LINK_SECONDS and not self.context.get("url", "").startswith(
            ("http://", "https://")
        ):
            raise ValueError(f"{self.template} needs a link")


def lifetime(template: str) -> int:
    """Seconds after which the mail is given up."""
    return LINK_SECONDS.get(template, NEWS_SECONDS)
