"""The settings of passwords."""

from __future__ import annotations

from typing import Literal, cast

from msgspec import Struct

from server.config.reader import Reader
from server.errors import SettingsError


class PasswordSettings(Struct, frozen=True):
    """How passwords are hashed, and which are taken; lengths in JavaScript's characters."""

    algorithm: Literal["bcrypt", "scrypt"]
    bcrypt_cost: int
    min_length: int
    max_length: int
    check: Literal["off", "common"]


def read(read: Reader) -> PasswordSettings:
    """PASSWORD_* and BCRYPT_COST; raises SettingsError where no password could be right."""
    shortest = read.integer("PASSWORD_MIN_LENGTH", 8, 1, 128)
    longest = read.integer("PASSWORD_MAX_LENGTH", 128, 8, 4096)
    if shortest > longest:
        raise SettingsError(
            f"PASSWORD_MIN_LENGTH is {shortest}, more than PASSWORD_MAX_LENGTH, which is {longest}"
        )
    algorithm = read.choice("PASSWORD_HASH", ("bcrypt", "scrypt"), "bcrypt")
    check = read.choice("PASSWORD_CHECK", ("off", "common"), "off")
    return PasswordSettings(
        algorithm=cast(Literal["bcrypt", "scrypt"], algorithm),
        bcrypt_cost=read.integer("BCRYPT_COST", 12, 4, 31),
        min_length=shortest,
        max_length=longest,
        check=cast(Literal["off", "common"], check),
    )
