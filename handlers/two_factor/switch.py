"""The second factor of a user turned on and off; a session goes on under another token. S22."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from server import clock
from server.authentication import verifications
from server.authentication.sign_in import Outcome
from server.database import Transaction
from server.http.api import ApiHandler
from server.model import SignedIn, User
from server.services import Services
from server.store import columns


def used(user_id: str) -> str:
    """Under what the last step is kept of which an authenticator's code was taken."""
    return f"2fa-totp-{user_id}"


async def mark(services: Services, tx: Transaction, user: User, on: bool) -> User:
    """Writes down whether a user has one; as stored."""
    changed = replace(user, updated_at=clock.now())
    written = {"twoFactorEnabled": "true" if on else "false"}
    stored = await columns.update_profile(tx, changed, (), written)
    await services.sessions.user_changed(tx, user.id)
    return stored or changed


async def switch(handler: ApiHandler, tx: Transaction, who: SignedIn, on: bool) -> Outcome:
    """The same, with another session in place of the caller's, for as long as a new one."""
    user = await mark(handler.services, tx, who.user, on)
    event = "two-factor-enabled" if on else "two-factor-disabled"
    proved = handler.proved("two-factor", user, event=event)
    return await handler.services.sign_in.open_in(tx, structs.replace(proved, replaces=who.session))


async def forget_used(tx: Transaction, user_id: str) -> None:
    """Codes of another secret are others."""
    await verifications.consume(tx, used(user_id))
