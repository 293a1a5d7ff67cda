"""What is asked for at a provider, by its settings."""

import pytest

from handlers.social import settings
from server.config.reader import Reader
from server.errors import SettingsError

GITHUB = {"GITHUB_CLIENT_ID": "x", "GITHUB_CLIENT_SECRET": "x"}


def asked(**changes: str) -> tuple[str, ...]:
    return settings.read(Reader(GITHUB | changes)).providers["github"].authorization.scopes


def test_scopes_are_added_and_the_usual_ones_left_out() -> None:
    usual = asked()
    assert asked(GITHUB_SCOPE="repo, read:org gist") == (*usual, "repo", "read:org", "gist")
    assert asked(GITHUB_SCOPE="repo", GITHUB_DISABLE_DEFAULT_SCOPE="yes") == ("repo",)
    assert asked(GITHUB_DISABLE_DEFAULT_SCOPE="no") == usual


def test_a_wrong_word_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="GITHUB_DISABLE_DEFAULT_SCOPE is 'maybe'"):
        asked(GITHUB_DISABLE_DEFAULT_SCOPE="maybe")


@pytest.mark.parametrize("name", ["SCOPE", "DISABLE_DEFAULT_SCOPE", "PROMPT"])
def test_without_a_client_it_is_half_a_provider(name: str) -> None:
    with pytest.raises(SettingsError, match="GITHUB_CLIENT_ID is not"):
        settings.read(Reader({f"GITHUB_{name}": "yes"}))
