"""RATE_LIMIT_ENABLED, RATE_LIMIT_STORAGE and PASSWORD_CHECK."""

from pathlib import Path

import pytest

from server.config.limits import LimitSettings
from server.config.settings import Settings, load
from server.database import Database
from server.errors import SettingsError
from server.limits import DatabaseStore, MemoryStore, SharedStore, open_store, shared

DATABASE = {"DATABASE_URL": "postgres://localhost/x", "BETTER_AUTH_SECRET": "x" * 32}


def settings(folder: Path, **more: str) -> Settings:
    return load(more, folder)


def test_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found.limits.enabled, found.limits.storage, found.passwords.check) == (
        False,
        "memory",
        "off",
    )
    assert settings(tmp_path, **DATABASE).limits.enabled


def test_several_workers_count_in_redis_where_there_is_one(tmp_path: Path) -> None:
    url = "redis://localhost"
    assert settings(tmp_path, WORKERS="2").limits.storage == "memory"
    assert settings(tmp_path, WORKERS="2", REDIS_URL=url).limits.storage == "redis"
    assert settings(tmp_path, WORKERS="1", REDIS_URL=url).limits.storage == "memory"
    assert (
        settings(tmp_path, WORKERS="2", REDIS_URL=url, RATE_LIMIT_STORAGE="memory").limits.storage == "memory"
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RATE_LIMIT_STORAGE", "redis", "it takes memory or database without REDIS_URL"),
        ("RATE_LIMIT_STORAGE", "disk", "it takes memory or database or redis"),
        ("PASSWORD_CHECK", "pwned", "it takes off or common"),
        ("RATE_LIMIT_ENABLED", "maybe", "it takes yes or no"),
    ],
)
def test_what_cannot_be(tmp_path: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        settings(tmp_path, **{name: value})
    line = str(refusal.value)
    assert line.startswith(f"{name} is {value!r}; ")
    assert words in line
    assert "\n" not in line


def test_stores() -> None:
    db = Database("", 1)
    assert open_store(LimitSettings(False, "database"), db, None) is None
    assert isinstance(open_store(LimitSettings(True, "memory"), db, None), MemoryStore)
    assert isinstance(open_store(LimitSettings(True, "database"), db, None), DatabaseStore)
    with shared.make() as file:
        assert isinstance(open_store(LimitSettings(True, "memory"), db, (file.fileno(), 0, 2)), SharedStore)
        assert isinstance(
            open_store(LimitSettings(True, "database"), db, (file.fileno(), 0, 2)), DatabaseStore
        )
