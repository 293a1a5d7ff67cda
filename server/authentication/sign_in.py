"""The one way to a session: from somebody who has proved who they are, past every stage, with all told who want to know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from server import errors
from server.authentication import restrictions
from server.database import Database, Transaction
from server.model import Client, Json, Session, SignedIn, User
from server.sessions.cookies import RequestCookies
from server.sessions.lifecycle import Sessions
from server.telemetry.audit import Audit

Proof = Callable[[Transaction], Awaitable[bool]]


async def always(tx: Transaction) -> bool:
    """For a proof that was given in this very transaction."""
    return True


class Authentication(Struct, frozen=True):
    """Somebody who has proved who they are, and has no session yet.

    `method` is how: "email", "username", "sign-up", "verification", "magic-link" …; `event` is what the audit calls it.
    `holds` says in the session's own transaction whether the proof is still true, and keeps it so until that ends;
    `refusal` is raised where it is not. `replaces` is the session that ends with the new one, which goes on as it was.
    """

    method: str
    user: User
    client: Client
    cookies: RequestCookies
    remember: bool = True
    holds: Proof = always
    request_id: str = ""
    event: str = "sign-in"
    refusal: errors.APIError = msgspec.field(default_factory=errors.invalid_email_or_password)
    replaces: Session | None = None


class Challenge(Struct, frozen=True):
    """Answered in place of a session: what else has to be proved, and Set-Cookie values that remember who asked.

    `page` is where a browser is sent that follows a link: a path of our own app, maybe with a query.
    """

    body: Json = msgspec.field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    page: str = ""


class Passed(Struct, frozen=True):
    """What a stage answers that has nothing against it, and Set-Cookie values for whoever comes in."""

    cookies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Welcomed(SignedIn):
    """A session that was just opened, and what else the browser is told to keep."""

    cookies: tuple[str, ...] = ()


Outcome = SignedIn | Challenge
Stage = Callable[[Transaction, Authentication], Awaitable[Challenge | Passed | None]]
SignedInObserver = Callable[[Transaction, Authentication, Session], Awaitable[None]]


class SignIn:
    """Asks the stages in their order; the first that has a challenge, or raises, is the end of it."""

    def __init__(self, db: Database, sessions: Sessions, audit: Audit) -> None:
        self._db, self._sessions, self._audit = db, sessions, audit
        self._stages: Sequence[Stage] = ()
        self._observers: Sequence[SignedInObserver] = ()

    def connect(self, stages: Sequence[Stage], observers: Sequence[SignedInObserver]) -> None:
        """Who is asked before a session is made, and who is told of it."""
        self._stages, self._observers = stages, observers

    async def open(self, proved: Authentication) -> Outcome:
        """A session in a transaction of its own; raises what `proved` refuses with when the proof holds no more."""
        async with self._db.transaction() as tx:
            return await self.open_in(tx, proved)

    async def open_in(self, tx: Transaction, proved: Authentication) -> Outcome:
        """A session in the transaction that also makes what it is a session of. S18 S23."""
        if not await proved.holds(tx):
            raise proved.refusal
        try:
            challenge, cookies = await self._challenge(tx, proved)
        except errors.APIError as refusal:
            agent = proved.client.user_agent
            self._audit.write("sign-in-refused", True, agent, reason=refusal.code, **_facts(proved))
            raise
        if challenge is not None:
            return challenge
        session = await self._create(tx, proved)
        for observe in self._observers:
            await observe(tx, proved, session)
        agent = proved.client.user_agent
        await self._audit.record(tx, proved.event, agent, session_id=session.id, **_facts(proved))
        return Welcomed(session, proved.user, cookies) if cookies else SignedIn(session, proved.user)

    async def _create(self, tx: Transaction, proved: Authentication) -> Session:
        """In place of another one where it replaces that, which has to be there still."""
        old = proved.replaces
        if old is None:
            return await self._sessions.create(tx, proved.user, proved.client, proved.remember)
        if not await self._sessions.revoke(tx, old.token, proved.user.id):
            raise errors.unauthorized()
        client = Client(old.ip_address or "", old.user_agent or "")
        return await self._sessions.create(tx, proved.user, client, proved.remember, old.more)

    async def _challenge(
        self, tx: Transaction, proved: Authentication
    ) -> tuple[Challenge | None, tuple[str, ...]]:
        """What else has to be proved, or what comes with the session; raises what a stage or a restriction has against it."""
        cookies: tuple[str, ...] = ()
        for stage in self._stages:
            answer = await stage(tx, proved)
            if isinstance(answer, Challenge):
                return answer, ()
            cookies += answer.cookies if answer else ()
        refusal = await restrictions.find_refusal(tx, proved.user.id, proved.method)
        if refusal is not None:
            raise refusal
        return None, cookies


def _facts(proved: Authentication) -> dict[str, str]:
    return {
        "sign_in_method": proved.method,
        "request_id": proved.request_id,
        "ip_address": proved.client.ip_address,
        "user_id": proved.user.id,
    }
