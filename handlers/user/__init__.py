"""The caller's own user: rename it, delete it."""

import click

from handlers.user import settings
from handlers.user.routes import DELETE_ACCOUNT, DeleteUser, DeleteUserCallback, UpdateUser
from handlers.user.settings import DeletionSettings
from server.feature import Feature


def _commands() -> tuple[click.Command, ...]:
    from handlers.user.commands import user

    return (user,)


FEATURE = Feature(
    name="user",
    api=(
        ("/update-user", UpdateUser),
        ("/delete-user", DeleteUser),
        ("/delete-user/callback", DeleteUserCallback),
    ),
    settings=settings.read,
    emails=(DELETE_ACCOUNT,),
    commands=_commands,
    boot=lambda services: {"deleteUserVerification": services.of(DeletionSettings).verified},
)
