"""`ai-editor two-factor`: the way back for who has lost their authenticator and their backup codes."""

from __future__ import annotations

import click

from handlers.two_factor.devices import TrustedDevices
from handlers.two_factor.enrolment import forget
from handlers.two_factor.switch import mark
from server.authentication import verifications
from server.authentication.account_changes import SECOND_STEP
from server.cli import asking, lookup, output, setup
from server.cli.options import json_option
from server.cli.setup import Refused
from server.services import Services
from server.store import users


@click.group("two-factor")
def two_factor() -> None:
    """Second factors: authenticators, mailed codes and backup codes."""


@two_factor.command()
@click.argument("user", metavar="EMAIL")
@asking.yes_option
@json_option
def reset(user: str, yes: bool, as_json: bool) -> None:
    """Turn the second factor of EMAIL (e-mail address or id) off; the password alone counts until a new one is set up.

    Make sure who asks for it: whoever knows the password comes in.

    \b
    Examples:
      ai-editor two-factor reset ada@example.com
      ai-editor two-factor reset ada@example.com --yes
    """
    found = lookup.user(user)
    asking.go_on(f"Turn the second factor of {found.email} off?", yes)

    async def work(services: Services) -> None:
        if "two_factor" not in services.parts.names:
            raise Refused("the plugin two-factor is off: name it in PLUGINS")
        async with services.db.transaction() as tx:
            await users.hold(tx, found.id)
            await mark(services, tx, found, on=False)
            await forget(tx, services.of(TrustedDevices), found.id)
            await verifications.void(tx, SECOND_STEP, found.id)
            await services.audit.record(tx, "two-factor-reset", by="command", user_id=found.id)

    setup.run(work)
    if as_json:
        output.document({"reset": found.id})
    else:
        click.echo(f"{found.email} signs in without a second factor now.")
