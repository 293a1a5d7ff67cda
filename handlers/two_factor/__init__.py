"""The second factor after a password: an authenticator's code, a mailed one or a backup code; better-auth's plugin."""

import click

from handlers.two_factor import settings
from handlers.two_factor.challenges import described, stage
from handlers.two_factor.devices import TrustedDevices
from handlers.two_factor.enrolment import (
    DisableTwoFactor,
    EnableTwoFactor,
    GenerateBackupCodes,
    GetTotpUri,
    TrustedBrowsers,
)
from handlers.two_factor.verification import TWO_FACTOR_OTP, SendOtp, VerifyBackupCode, VerifyOtp, VerifyTotp
from server.feature import Feature
from server.limits import Limit
from server.model import Column


def _commands() -> tuple[click.Command, ...]:
    from handlers.two_factor.commands import two_factor

    return (two_factor,)


FEATURE = Feature(
    name="two-factor",
    plugin=True,
    by_default=True,
    api=(
        ("/two-factor/enable", EnableTwoFactor),
        ("/two-factor/disable", DisableTwoFactor),
        ("/two-factor/get-totp-uri", GetTotpUri),
        ("/two-factor/verify-totp", VerifyTotp),
        ("/two-factor/send-otp", SendOtp),
        ("/two-factor/verify-otp", VerifyOtp),
        ("/two-factor/verify-backup-code", VerifyBackupCode),
        ("/two-factor/generate-backup-codes", GenerateBackupCodes),
    ),
    site=(("/api/two-factor/trusted-browsers", TrustedBrowsers),),
    settings=settings.read,
    make=(lambda services: TrustedDevices(services.config, services.cookies),),
    stage=stage,
    challenge=described,
    columns=(Column("user", "twoFactorEnabled", "boolean", default=False, input=False),),
    limits=(Limit("/two-factor/*", 3, seconds=10),),
    emails=(TWO_FACTOR_OTP,),
    commands=_commands,
)
