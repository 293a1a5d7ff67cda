"""Settings as `serve` itself takes them: what stops it, and what it only warns of."""

import signal
from pathlib import Path

import pytest

from tests.cli.commands import Commands

SECRET = "abcdefghijklmnopqrstuvwxyz-0123456789"
SETTINGS = {"APP_ENV": "development", "BETTER_AUTH_SECRET": SECRET, "PORT": "0", "LOG_FORMAT": "text"}


@pytest.fixture
def ai_editor(tmp_path: Path, database_url: str) -> Commands:
    return Commands(tmp_path, {**SETTINGS, "DATABASE_URL": database_url})


def warnings(ai_editor: Commands, folder: Path, **settings: str) -> str:
    """What a server says before it can be asked."""
    process = Commands(folder, {**ai_editor.environment, **settings}).start("serve")
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if '"address"' in line or line.startswith("AI-Editor"):
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 0, said
    return "".join(said)


@pytest.mark.parametrize(
    "host",
    ["fe80::1", "224.0.0.1", "255.255.255.255", "ff02::1%lo", "localhost,239.1.2.3"],
)
def test_an_address_that_is_no_machines(ai_editor: Commands, host: str) -> None:
    done = ai_editor.but(HOST=host)("serve")
    assert done.code == 1
    assert done.refusal.startswith(f"HOST is {host!r}")


@pytest.mark.parametrize("folder", ["/proc", "/proc/x", "/dev/null", "/sys/kernel"])
@pytest.mark.parametrize("name", ["DATA_DIR", "SHARED_DIR"])
def test_a_folder_in_which_nothing_can_be_written(ai_editor: Commands, name: str, folder: str) -> None:
    done = ai_editor.but(**{name: folder})("serve")
    assert done.code == 1
    assert done.refusal.startswith(f"{name} ")
    assert folder in done.refusal


@pytest.mark.parametrize(
    ("text", "line"), [("LOG_LEVEL\n", 1), ("PORT=0\nexport HOST\n", 2), ("=x\n", 1), ("PORT='0\n", 1)]
)
def test_a_line_that_says_nothing(ai_editor: Commands, tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / ".env").write_text(text)
    assert f".env, line {line}, cannot be read" in ai_editor("serve").refusal


def test_names_that_are_nearly_right(ai_editor: Commands, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "SMPT_URL=smtp://h\nSMPT_HOST=h\nlog_format=json\nPASSWORD_MINIMUM_LENGTH=9\n"
    )
    said = warnings(
        ai_editor,
        tmp_path,
        TRUSTED_PROXY="10.0.0.1",
        CAPTCHA_PROVIDER="hcaptcha",
        METRICS_TOKEN="a-token-of-thirty-two-characters",
        FEATURES_OFF="metrics",
        EMAIL_FROM="a@b.example",
        SESSION_MANAGER="x",
        PORTS="1",
    )
    for name, meant in (
        ("SMPT_URL", "SMTP_URL"), ("SMPT_HOST", "SMTP_URL"), ("PASSWORD_MINIMUM_LENGTH", "PASSWORD_MIN_LENGTH"),
        ("EMAIL_FROM", "MAIL_FROM"),
    ):  # fmt: skip
        assert f"{name} is set, which nothing reads; {meant} may be meant" in said
    assert "TRUSTED_PROXY is set" in said
    assert "CAPTCHA_PROVIDER is set, and does nothing: it is for captcha, which PLUGINS does not name" in said
    assert "METRICS_TOKEN is set, and does nothing: it is for metrics, which FEATURES_OFF names" in said
    for name in (
        "SESSION_MANAGER",
        "PORTS",
        "log_format",
        "PATH",
        "HOME",
    ):  # of others, or beside the right one
        assert f"{name} is set" not in said


def test_what_is_hardly_meant(ai_editor: Commands, tmp_path: Path) -> None:
    said = warnings(
        ai_editor, tmp_path, APP_ENV="production", LOG_FORMAT="text", BETTER_AUTH_TRUSTED_ORIGINS="https://*,https://*.example.com",
        TRUSTED_PROXIES="10.0.0.0/8,0.0.0.0/0", SESSION_EXPIRES_IN="3600",
        BETTER_AUTH_SECRETS="2:the current one is long enough for everybody,1:short",
    )  # fmt: skip
    assert "BETTER_AUTH_TRUSTED_ORIGINS has 'https://*'" in said  # S32
    assert "*.example.com" not in said
    assert "TRUSTED_PROXIES is everybody" in said  # S13
    assert "BETTER_AUTH_URL is not set" in said  # S42
    assert "SESSION_UPDATE_AGE is 86400" in said
    assert "BCRYPT_COST is 4" in said  # S7
    assert "BETTER_AUTH_SECRETS has one that can be guessed" in said  # S45


def test_a_secret_an_address_and_a_proxy_that_are_hardly_meant(ai_editor: Commands, tmp_path: Path) -> None:
    long = "ab" * 20
    said = warnings(
        ai_editor, tmp_path, APP_ENV="production", LOG_FORMAT="text", BETTER_AUTH_URL="http://app.example.com",
        BETTER_AUTH_SECRET=long,
    )  # fmt: skip
    assert "BETTER_AUTH_SECRET is long, and of few different characters" in said  # S45
    assert long not in said  # S33
    assert "BETTER_AUTH_URL is http://app.example.com: cookies are not Secure" in said  # S28
    said = warnings(ai_editor, tmp_path, BETTER_AUTH_URL="https://app.example.com", LOG_FORMAT="text")
    assert "TRUSTED_PROXIES names no proxy" in said  # S13


def test_what_is_meant_says_nothing(ai_editor: Commands, tmp_path: Path) -> None:
    assert "warning" not in warnings(ai_editor, tmp_path, SESSION_EXPIRES_IN="864000", BCRYPT_COST="10")
