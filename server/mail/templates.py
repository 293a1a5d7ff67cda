"""Which mails there are: the features say, and for how long each is worth sending."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

HOUR = 3600
DAY = 24 * HOUR


class Email(Struct, frozen=True):
    """A kind of mail, with a template of its name in web/templates/mail.

    It is given up after `seconds`: news after three days, one with a `link` when the link is dead (the lives are
    better-auth's). `members` are what its template may ask for besides the name, with the longest that is shown of each.
    With `words` it is a text message for a phone number: these words, with the members in them.
    """

    name: str
    seconds: int = 3 * DAY
    link: bool = False
    members: Mapping[str, int] = field(default_factory=dict)
    words: str = ""


class Mail(Struct, frozen=True):
    """A mail of one kind for one address. `context` may hold `name`, `url` (with a link) and the kind's members; what
    is missing is left out of the text.
    """

    template: str
    to: str
    context: Mapping[str, str]
