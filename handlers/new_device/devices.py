"""Notices when somebody signs in from where they never did before."""

from __future__ import annotations

import ipaddress

from handlers.new_device import store, user_agent
from server import clock
from server.authentication.sign_in import Authentication, SignedInObserver
from server.crypto import signatures
from server.database import Executor, Transaction
from server.languages.accept import current
from server.languages.moments import moment
from server.mail import Mail, Mailer
from server.model import Client, Session, User
from server.services import Services


class Devices:
    """Remembers browser, system and network of each sign-in; mails the owner about a new one. S15."""

    def __init__(self, mailer: Mailer, secrets: tuple[str, ...]) -> None:
        self._mailer, self._secrets = mailer, secrets

    async def remember(self, db: Executor, user: User, client: Client) -> None:
        """To be called in the transaction of the sign-in: the mail is promised with the session."""
        current, *older = (self._fingerprint(secret, user, client) for secret in self._secrets)
        if await store.remember(db, user.id, current, older, clock.now()):
            await self._mailer.queue(db, Mail("new-device", user.email, _describe(user, client)))

    def _fingerprint(self, secret: str, user: User, client: Client) -> str:
        """Keyed with the user, so that two people's devices cannot be compared."""
        words = (user_agent.browser(client.user_agent), user_agent.system(client.user_agent))
        return signatures.sign(secret, "|".join((user.id, *words, network(client.ip_address))))


def open_devices(services: Services) -> Devices:
    """The one of these services."""
    return Devices(services.mailer, services.config.signing_secrets)


def observer(services: Services) -> SignedInObserver:
    """Remembers where each session is opened, whatever way it came about."""
    known = services.of(Devices)

    async def observe(tx: Transaction, proved: Authentication, session: Session) -> None:
        await known.remember(tx, proved.user, proved.client)

    return observe


def _describe(user: User, client: Client) -> dict[str, str]:
    return {
        "name": user.name,
        "browser": user_agent.browser(client.user_agent),
        "system": user_agent.system(client.user_agent),
        "ip_address": client.ip_address,
        "time": moment(current(), clock.now()),
    }


def network(address: str) -> str:
    """A /16 of IPv4 or a /32 of IPv6, about one provider in one region; addresses within it come and go."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{16 if parsed.version == 4 else 32}", strict=False))
