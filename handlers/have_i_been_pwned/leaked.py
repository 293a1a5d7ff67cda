"""Have I Been Pwned's list of passwords, of which it is told five digits of a hash alone."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re

from server import errors
from server.outgoing import Outgoing, OutgoingError, Request
from server.passwords import common_passwords

log = logging.getLogger(__name__)
SECONDS = 5.0
_PLACE = "https://api.pwnedpasswords.com/range/"
# With lines that mean nothing, so that who sees the size of an answer learns nothing.
_PADDED = {"Add-Padding": "true"}
_COUNT = re.compile(r"0|[1-9][0-9]{0,14}")
_REFUSAL = "The password you entered has been compromised. Please choose a different password."


class LeakedPasswords:
    """Asks for the hashes that begin like a password's. S4."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    async def judge(self, password: str) -> None:
        """Raises the 400 for a password that is known.

        Where nobody answers, the list that comes with the server has the word: better-auth answers 500, and nobody
        could sign up or choose another password while somebody else's server is away.
        """
        try:
            leaked = await self._is_listed(password)
        except (OutgoingError, ValueError) as error:
            log.warning("a new password was compared with the most used ones alone: %s", error)
            leaked = await asyncio.to_thread(common_passwords.is_common, password)
        if leaked:
            raise errors.password_compromised(_REFUSAL)

    async def _is_listed(self, password: str) -> bool:
        """Raises ValueError for an answer that is none."""
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        reply = await self._outgoing.ask(Request(_PLACE + digest[:5], headers=_PADDED), SECONDS)
        if not reply.good:
            raise ValueError(f"api.pwnedpasswords.com answered {reply.status}")
        return _count(reply.body.decode("utf-8", "replace"), digest[5:]) > 0


def _count(answer: str, suffix: str) -> int:
    """How often a password was seen, by the lines `SUFFIX:count`; those that pad have nothing there."""
    for line in re.split(r"\r?\n", answer):
        found, _, count = line.partition(":")
        if found.upper() == suffix:
            if not _COUNT.fullmatch(count):
                raise ValueError("api.pwnedpasswords.com answered no count")
            return int(count)
    return 0
