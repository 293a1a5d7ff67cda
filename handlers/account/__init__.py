"""The ways a user can sign in, and the tokens of their providers."""

from handlers.account.routes import AccountInfo, GetAccessToken, ListUserAccounts, RefreshToken, UnlinkAccount
from server.feature import Feature
from server.oauth import settings

FEATURE = Feature(
    name="account",
    api=(
        ("/list-accounts", ListUserAccounts),
        ("/unlink-account", UnlinkAccount),
        ("/get-access-token", GetAccessToken),
        ("/refresh-token", RefreshToken),
        ("/account-info", AccountInfo),
    ),
    settings=settings.read,
)
