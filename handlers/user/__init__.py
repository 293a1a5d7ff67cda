"""The caller's own user: rename it, delete it."""

from handlers.user import commands, settings
from handlers.user.routes import DELETE_ACCOUNT, DeleteUser, DeleteUserCallback, UpdateUser
from handlers.user.settings import DeletionSettings
from server.feature import Feature

FEATURE = Feature(
    name="user",
    api=(
        ("/update-user", UpdateUser),
        ("/delete-user", DeleteUser),
        ("/delete-user/callback", DeleteUserCallback),
    ),
    settings=settings.read,
    emails=(DELETE_ACCOUNT,),
    commands=(commands.user,),
    boot=lambda services: {"deleteUserVerification": services.of(DeletionSettings).verified},
)
