"""PASSWORD_CHECK=common for the passwords that the commands take. S4."""

from collections.abc import Callable

import pytest

from tests.cli.commands import Commands, Done


@pytest.mark.parametrize("password", ["password1", "LovelaceAda1815"])
def test_new_passwords_are_checked(ai_editor: Commands, create: Callable[..., Done], password: str) -> None:
    create("ada@example.com", "--name", "Ada Lovelace")
    strict = ai_editor.but(PASSWORD_CHECK="common")
    for command in (
        ("user", "create", "ada2@example.com", "--name", "Ada Lovelace"),
        ("user", "set-password", "ada@example.com"),
    ):
        done = strict(*command, "--password-stdin", stdin=password + "\n")
        assert done.code == 1
        assert done.refusal.endswith("Choose another one.")
