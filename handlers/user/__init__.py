"""The caller's own user: rename it, delete it."""

from handlers.user.routes import DeleteUser, DeleteUserCallback, UpdateUser
from server.feature import Feature

FEATURE = Feature(
    name="user",
    api=(
        ("/update-user", UpdateUser),
        ("/delete-user", DeleteUser),
        ("/delete-user/callback", DeleteUserCallback),
    ),
)
