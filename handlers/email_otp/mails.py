"""What codes are for, where each kind is kept, and the mail that carries it."""

from __future__ import annotations

from typing import Literal

from server.authentication.codes import SECONDS
from server.mail import Email, Mail

Kind = Literal["sign-in", "email-verification", "forget-password", "change-email"]
KINDS: tuple[Kind, ...] = ("email-verification", "sign-in", "forget-password", "change-email")
EMAILS = tuple(Email(f"email-otp-{kind}", SECONDS, members={"code": 10}) for kind in KINDS)


def identifier(kind: Kind, whose: str) -> str:
    """Where a code is kept: of one kind it is of no use for another."""
    return f"{kind}-otp-{whose}"


def mail(kind: Kind, to: str, name: str, code: str) -> Mail:
    """A code for whoever reads what is sent there."""
    return Mail(f"email-otp-{kind}", to, {"name": name, "code": code})
