"""TWO_FACTOR_SCOPE: after which ways to sign in the second factor is asked for."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader

# Those of better-auth, by what a sign-in calls how somebody has proved who they are: all of them take a password.
_BY_PASSWORD = frozenset({"email", "username", "phone-number"})
# Who comes in by these was asked just now, has nothing yet that could be asked for, or has two factors in one.
FACTORS = frozenset({"totp", "otp", "backup-code"})
_NEVER = FACTORS | {"two-factor", "sign-up", "password-change", "passkey"}


class TwoFactorSettings(Struct, frozen=True):
    """`scope`: "all", every way but passkeys is followed by the second factor; "password", those with a password are."""

    scope: str

    def asks(self, method: str) -> bool:
        """Whether that way to sign in is followed by it."""
        return method not in _NEVER if self.scope == "all" else method in _BY_PASSWORD


def read(read: Reader) -> TwoFactorSettings:
    """From the environment."""
    return TwoFactorSettings(read.choice("TWO_FACTOR_SCOPE", ("password", "all"), "password"))
