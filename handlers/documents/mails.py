"""The mails of documents: somebody was given access, asks for it, or has become the owner."""

from __future__ import annotations

from server.database import Executor
from server.limits import Limit, counting
from server.mail import Email, Mail
from server.mail.links import has_link
from server.model import User
from server.services import Services

_MEMBERS = {"by": 60, "title": 100}
SHARED = Email("document-shared", members=_MEMBERS)
GRANTED = Email("document-access-granted", members=_MEMBERS)
REQUESTED = Email("document-access-requested", members=_MEMBERS)
HANDED_OVER = Email("document-handed-over", members=_MEMBERS)
ALL_HANDED_OVER = Email("documents-handed-over", members={"by": 60})
EMAILS = (SHARED, GRANTED, REQUESTED, HANDED_OVER, ALL_HANDED_OVER)
# Of one person, whatever the document: a mail carries our name, and words of theirs.
BY_PERSON = Limit("/documents/mails", 60, seconds=3600)


async def count(services: Services, sender: User) -> None:
    """Counts a mail that somebody has us send, before anything is changed; raises the 429."""
    with counting():
        await services.limits.check(f"person {sender.id}", BY_PERSON.path)


async def send(
    services: Services, tx: Executor, email: Email, to: str, name: str, by: User, title: str, url: str
) -> None:
    """Promises one; a name or a title that reads as a link is left out, as it would be somebody's advert."""
    context = {"name": name, "by": _bare(by.name), "title": _bare(title), "url": url}
    await services.mailer.queue(tx, Mail(email.name, to, context))


def _bare(text: str) -> str:
    return "" if has_link(text) else text
