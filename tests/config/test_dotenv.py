"""The `.env` beside the working folder."""

from pathlib import Path

import pytest

from server.config.settings import load
from server.errors import SettingsError


def test_a_file_beside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\nPORT=9000\nexport BCRYPT_COST='10'\nBETTER_AUTH_SECRET=\"a b\"\nEMPTY=\n"
    )
    found = load({}, tmp_path)
    assert (found.port, found.passwords.bcrypt_cost, found.secret) == (9000, 10, "a b")


def test_the_environment_comes_first(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nBCRYPT_COST=10\n")
    found = load({"PORT": "9001"}, tmp_path)
    assert (found.port, found.passwords.bcrypt_cost) == (9001, 10)


def test_a_secret_in_the_file_is_taken_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put in for `${…}`, from the environment least of all."""
    monkeypatch.setenv("OTHER", "hunter2")
    (tmp_path / ".env").write_text("BETTER_AUTH_SECRET=a${OTHER}$b#c\n")
    assert load({}, tmp_path).secret == "a${OTHER}$b#c"


@pytest.mark.parametrize("line", ["FOO BAR", "PORT 1", "=1"])
def test_a_line_of_dotenv_that_is_none(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"# a word\nPORT=9000\n{line}\nHOST=::1\n")
    with pytest.raises(SettingsError, match=r"\.env, line 3, cannot be read: it takes NAME=value"):
        load({}, tmp_path)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read") as raised:
        load({}, tmp_path)
    assert "\n" not in str(raised.value)


def test_a_wrong_value_in_the_file_is_named_alike(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=many\n")
    with pytest.raises(SettingsError, match="PORT is 'many'"):
        load({}, tmp_path)
