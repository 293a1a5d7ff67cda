"""Every setting: what it is by itself, what it takes, and the one line for what it does not."""

import ipaddress
import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from handlers import FEATURES
from server.config.settings import Settings, load
from server.errors import SettingsError
from server.feature import plug

SECRET = "x" * 32
DATABASE = "postgres://user:hunter2@db/name"
PRODUCTION = {"APP_ENV": "production", "BETTER_AUTH_SECRET": SECRET}

# variable, field, by itself, [(text, value)], [refused texts]
Row = tuple[str, str, Any, list[tuple[str, Any]], list[str]]


def number(variable: str, field: str, default: int | None, low: int, high: int) -> Row:
    good = [(str(low), low or (None if default is None else 0)), (str(high), high), (f" {high} ", high)]
    return (
        variable,
        field,
        default,
        good,
        [str(low - 1), str(high + 1), "x", "1.5", "1_0", "٣", "1e3", "9" * 5000],
    )


def flag(variable: str, field: str, default: bool) -> Row:
    good = [("yes", True), ("TRUE", True), ("on", True), ("1", True)]
    good += [("no", False), ("False", False), ("off", False), ("0", False), ("", default)]
    return variable, field, default, good, ["maybe", "2", "ja"]


def choice(variable: str, field: str, default: str, *words: str) -> Row:
    good = [(word, word) for word in words] + [(words[-1].upper(), words[-1]), ("", default)]
    return variable, field, default, good, ["none of them"]


TABLE: list[Row] = [
    (
        "APP_ENV",
        "app_env",
        "development",
        [("development", "development"), ("Production", "production")],
        ["test"],
    ),
    ("PLUGINS", "plugins", (), [("one-time-token", ("one-time-token",)), ("none", ("none",)), ("", ())], []),
    (
        "ACCOUNT_LINKING_TRUSTED_PROVIDERS",
        "OAuthSettings.trusted",
        frozenset(),
        [("google, github", frozenset({"google", "github"})), ("", frozenset())],
        ["Google"],
    ),
    flag("ENCRYPT_OAUTH_TOKENS", "OAuthSettings.encrypts", False),
    (
        "OAUTH_STATE_STRATEGY",
        "OAuthSettings.in_cookie",
        False,
        [("database", False), ("Cookie", True), ("", False)],
        ["none of them"],
    ),
    flag("DISABLE_IMPLICIT_SIGN_UP", "OAuthSettings.by_request", False),
    flag("DISABLE_SIGN_UP", "OAuthSettings.closed", False),
    ("FEATURES_OFF", "features_off", (), [("avatar, new-device", ("avatar", "new-device")), ("", ())], []),
    (
        "DATABASE_URL",
        "database_url",
        None,
        [(DATABASE, DATABASE), ("", None)],
        ["mysql://db/x", "db", "host=db"],
    ),
    number("DB_POOL_SIZE", "db_pool_size", 10, 1, 1000),
    (
        "REDIS_URL",
        "redis_url",
        None,
        [(each, each) for each in ("redis://:p@cache:6379/0", "rediss://cache", "unix:///run/redis.sock")],
        ["cache:6379", "http://cache", "redis"],
    ),
    ("DATA_DIR", "data_dir", Path("data"), [("/srv/data", Path("/srv/data"))], []),
    ("SHARED_DIR", "shared_dir", Path("data/shared"), [("/srv/shared", Path("/srv/shared"))], []),
    ("BETTER_AUTH_SECRET", "secret", "", [(SECRET, SECRET), ("short", "short")], []),
    (
        "BETTER_AUTH_SECRETS",
        "secret",
        "",
        [("1:only", "only"), ("2:new,1:old", "new"), (" 2: new , 1:old ", "new"), ("3:a:b,1:c", "a:b")],
        ["secret", ":secret", "x:secret", "1:", "1:a,1:b", "1:a,b"],
    ),
    (
        "BETTER_AUTH_URL",
        "base_url",
        "http://localhost:8080",
        [
            ("https://app.example.com", "https://app.example.com"),
            ("https://app.example.com/", "https://app.example.com"),
            ("HTTPS://App.Example.COM:443", "https://app.example.com"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ],
        [
            "app.example.com",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://u:p@a",
            "https://a:0",
            "https://a:99999",
            "https://a b",
            "https://[",
            "//a",
        ],
    ),
    (
        "BETTER_AUTH_TRUSTED_ORIGINS",
        "trusted_origins",
        (),
        [("https://a.example", ("https://a.example",)), (" https://a , *.b ,, ", ("https://a", "*.b"))],
        [],
    ),
    (
        "TRUSTED_PROXIES",
        "trusted_proxies",
        (),
        [
            ("10.0.0.1", (ipaddress.ip_network("10.0.0.1/32"),)),
            ("10.1.2.3/8, ::1", (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))),
        ],
        ["everybody", "10.0.0.0/33", "10.0.0.256", "10.0.0.0/8 ::1"],
    ),
    ("HOST", "host", "127.0.0.1", [("0.0.0.0", "0.0.0.0"), ("", "127.0.0.1")], []),
    number("PORT", "port", 8080, 0, 65535),
    ("SHUTDOWN_GRACE", "shutdown_grace", 5, [("1", 1), ("10", 10)], ["0", "11", "-1", "x", "2.5"]),
    ("WORKERS", "workers", 1, [("1", 1), ("256", 256), ("0", os.cpu_count() or 1)], ["-1", "257", "x"]),
    number("SESSION_EXPIRES_IN", "sessions.expires_in", 604800, 1, 34560000),
    number("SESSION_UPDATE_AGE", "sessions.update_age", 86400, 0, 34560000),
    number("SESSION_FRESH_AGE", "sessions.fresh_age", 86400, 0, 34560000),
    number("SESSION_MAX_LIFETIME", "sessions.max_lifetime", None, 0, 3456000000),
    number("SESSION_COOKIE_CACHE_MAX_AGE", "sessions.cookie_cache_max_age", 300, 1, 34560000),
    number("BCRYPT_COST", "passwords.bcrypt_cost", 12, 4, 31),
    number("PASSWORD_MIN_LENGTH", "passwords.min_length", 8, 1, 128),
    number("PASSWORD_MAX_LENGTH", "passwords.max_length", 128, 8, 4096),
    flag("MIGRATE_ON_START", "migrates", True),
    flag("SESSION_CACHE", "sessions.cache", True),
    flag("SESSION_DEFER_REFRESH", "sessions.defer_refresh", False),
    flag("AUTO_SIGN_IN", "SignUpSettings.signs_in", True),
    flag("DISABLE_SIGN_UP", "SignUpSettings.disabled", False),
    flag("DISABLE_SIGN_UP", "MagicLinkSettings.sign_up_disabled", False),
    flag("DISABLE_SIGN_UP", "CodeSettings.sign_up_disabled", False),
    flag("AUTO_SIGN_IN_AFTER_VERIFICATION", "CodeSettings.signs_in", True),
    flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", "CodeSettings.revokes_sessions", True),
    flag("EMAIL_OTP_CHANGE_EMAIL", "CodeSettings.changes_email", False),
    flag("EMAIL_OTP_VERIFY_CURRENT_EMAIL", "CodeSettings.verifies_current_email", False),
    flag("PHONE_NUMBER_REQUIRE_VERIFICATION", "PhoneSettings.verification_required", False),
    flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", "PhoneSettings.revokes_sessions", True),
    (
        "PHONE_NUMBER_EMAIL_DOMAIN",
        "PhoneSettings.email_domain",
        None,
        [("Phone.Example.com", "phone.example.com"), ("", None)],
        ["localhost", "a b.com"],
    ),
    flag("REQUIRE_EMAIL_VERIFICATION", "verification.required", False),
    flag("SEND_VERIFICATION_ON_SIGN_UP", "verification.on_sign_up", False),
    flag("AUTO_SIGN_IN_AFTER_VERIFICATION", "LinkSettings.signs_in", True),
    flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", "ResetSettings.revokes_sessions", True),
    flag("DELETE_USER_VERIFICATION", "DeletionSettings.verified", False),
    flag("RATE_LIMIT_ENABLED", "limits.enabled", False),
    (
        "SESSION_STORE",
        "sessions.store",
        "database",
        [("Database", "database"), ("", "database")],
        ["redis", "both", "x"],
    ),
    choice("SESSION_COOKIE_CACHE", "sessions.cookie_cache", "off", "off", "compact", "jwt", "jwe"),
    (
        "COOKIE_PREFIX",
        "cookies.prefix",
        "better-auth",
        [("shop", "shop"), ("", "better-auth")],
        ["a b", "__Secure-a"],
    ),
    choice("COOKIE_SAME_SITE", "cookies.same_site", "lax", "lax", "strict"),
    ("COOKIE_DOMAIN", "cookies.domain", None, [("", None)], ["localhost", "example.com"]),
    choice("PASSWORD_HASH", "passwords.algorithm", "bcrypt", "bcrypt", "scrypt"),
    choice("TWO_FACTOR_SCOPE", "TwoFactorSettings.scope", "password", "password", "all"),
    choice("PASSWORD_CHECK", "passwords.check", "off", "off", "common"),
    choice("RATE_LIMIT_STORAGE", "limits.storage", "memory", "memory", "database"),
    choice("LOG_LEVEL", "log_level", "info", "debug", "info", "warning", "error"),
    choice("LOG_FORMAT", "log_format", "text", "text", "json"),
    (
        "METRICS_TOKEN",
        "MetricsSettings.token",
        None,
        [("x" * 16, "x" * 16), ("", None)],
        ["short", "with space in it " * 2],
    ),
]
GOOD = [(variable, field, text, value) for variable, field, _, good, _ in TABLE for text, value in good]
BAD = [(variable, text) for variable, _, _, _, bad in TABLE for text in bad]


def loaded(folder: Path, **variables: str) -> Settings:
    """With what else it takes for the variable to have a say."""
    helpers = {"BETTER_AUTH_SECRET": SECRET, "APP_ENV": "development", "PASSWORD_MAX_LENGTH": "128"}
    return load({**helpers, **variables}, folder)


def look(settings: Settings, field: str) -> object:
    """A field of the settings or of one of their subjects, or of the settings that a feature reads."""
    first, _, rest = field.partition(".")
    owns = {type(each).__name__: each for each in plug(FEATURES, settings).settings}
    found: object = (
        getattr(owns.get(first) or getattr(settings, first), rest) if rest else getattr(settings, field)
    )
    return found


@pytest.mark.parametrize(("field", "default"), [(row[1], row[2]) for row in TABLE])
def test_by_itself(tmp_path: Path, field: str, default: object) -> None:
    found = look(load({}, tmp_path), field)
    assert found == (tmp_path / default if isinstance(default, Path) else default)


@pytest.mark.parametrize(("variable", "field", "text", "value"), GOOD)
def test_what_it_takes(tmp_path: Path, variable: str, field: str, text: str, value: object) -> None:
    assert look(loaded(tmp_path, **{variable: text}), field) == value


@pytest.mark.parametrize(("variable", "text"), BAD, ids=lambda text: str(text)[:30])
def test_what_it_refuses_in_one_line(tmp_path: Path, variable: str, text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        plug(FEATURES, loaded(tmp_path, **{variable: text}))
    words = str(raised.value)
    assert variable in words
    assert "take" in words
    assert "\n" not in words


def members(settings: Settings) -> Iterator[str]:
    """The fields of the settings, of their subjects and of the features' own."""
    for name in names(settings):
        value = getattr(settings, name)
        subject = type(value).__module__.startswith("server.config.") and names(value)
        yield from ([f"{name}.{inner}" for inner in names(value)] if subject else [name])
    for own in plug(FEATURES, settings).settings:
        yield from (f"{type(own).__name__}.{inner}" for inner in names(own))


def names(value: object) -> list[str]:
    """The members of a value, in either of its forms."""
    if isinstance(value, Struct):
        return list(value.__struct_fields__)
    return [each.name for each in fields(value)] if is_dataclass(value) else []


def test_every_setting_is_in_the_table(tmp_path: Path) -> None:
    """But for those that are made from others or need them, cookies, traces and the ways to send mail, which have tests of their own."""
    made = {"reader", "base_url_given", "keyring", "database_left_out", "read_database_urls"}
    mail = {
        "mail.smtp",
        "mail.sender",
        "mail.resend_api_key",
        "mail.sendgrid_api_key",
        "mail.sms_webhook_url",
    }
    cookies = {"cookies.prefix", "cookies.same_site", "cookies.domain"}
    outgoing = {
        "outgoing",
        "branding",
        "SocialSettings.providers",
        "GenericOAuthSettings.configs",
    }  # likewise
    captcha = {"CaptchaSettings.provider", "CaptchaSettings.site_key", "CaptchaSettings.secret_key"}
    others = (
        made | mail | cookies | outgoing | captcha | {"tracing.on", "tracing.service", "tracing.variables"}
    )
    assert set(members(load({}, tmp_path))) == ({row[1] for row in TABLE} - {"secret"}) | others


@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL", "BETTER_AUTH_SECRETS", "METRICS_TOKEN"])
def test_no_secret_is_shown(tmp_path: Path, variable: str) -> None:  # S35
    with pytest.raises(SettingsError) as raised:
        plug(FEATURES, loaded(tmp_path, **{variable: "user:hunter2 @db"}))
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "variables",
    [{"DATABASE_URL": DATABASE}, {"BETTER_AUTH_URL": "https://a.example"}, {"APP_ENV": "production"}],
)
def test_production(tmp_path: Path, variables: dict[str, str]) -> None:
    found = load({**variables, "BETTER_AUTH_SECRET": SECRET}, tmp_path)
    assert found.production
    assert found.limits.enabled
    assert found.log_format == "json"


@pytest.mark.parametrize(
    "variables",
    [{"DATABASE_URL": DATABASE}, {"BETTER_AUTH_URL": "https://a.example"}, {"APP_ENV": "production"}],
)
@pytest.mark.parametrize(
    ("secret", "name"),
    [
        ({}, "BETTER_AUTH_SECRET"),
        ({"BETTER_AUTH_SECRET": "x" * 31}, "BETTER_AUTH_SECRET"),
        ({"BETTER_AUTH_SECRETS": f"2:short,1:{SECRET}"}, "BETTER_AUTH_SECRETS"),
    ],
)
def test_production_demands_a_secret(
    tmp_path: Path, variables: dict[str, str], secret: dict[str, str], name: str
) -> None:  # S45
    with pytest.raises(SettingsError, match=f"{name} is .*ai-editor secret generate"):
        load({**variables, **secret}, tmp_path)


def test_the_length_of_a_secret_is_in_bytes(tmp_path: Path) -> None:
    assert load({**PRODUCTION, "BETTER_AUTH_SECRET": "ä" * 16}, tmp_path).secret == "ä" * 16


def test_development_can_be_asked_for(tmp_path: Path) -> None:
    found = load({"DATABASE_URL": DATABASE, "APP_ENV": "development"}, tmp_path)
    assert (found.production, found.limits.enabled, found.log_format) == (False, False, "text")


def test_verification_is_sent_where_it_is_required(tmp_path: Path) -> None:
    assert load({"REQUIRE_EMAIL_VERIFICATION": "yes"}, tmp_path).verification.on_sign_up
    both = {"REQUIRE_EMAIL_VERIFICATION": "yes", "SEND_VERIFICATION_ON_SIGN_UP": "no"}
    assert not load(both, tmp_path).verification.on_sign_up


def test_no_password_could_be_long_enough(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PASSWORD_MIN_LENGTH is 20, more than PASSWORD_MAX_LENGTH"):
        load({"PASSWORD_MIN_LENGTH": "20", "PASSWORD_MAX_LENGTH": "16"}, tmp_path)


@pytest.mark.parametrize(
    ("url", "origin", "secure"),
    [
        ("https://App.example.com:443/", "https://app.example.com", True),
        ("http://localhost:8080", "http://localhost:8080", False),
        ("HTTPS://a.example:8443", "https://a.example:8443", True),
    ],
)
def test_the_public_origin_is_what_a_browser_says(
    tmp_path: Path, url: str, origin: str, secure: bool
) -> None:
    found = loaded(tmp_path, BETTER_AUTH_URL=url)
    assert (found.origin, found.secure_cookies) == (origin, secure)


def test_the_port_is_in_the_public_address(tmp_path: Path) -> None:
    assert load({"PORT": "9000"}, tmp_path).base_url == "http://localhost:9000"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("postgres://a/x", ["postgres://a/x"]),
        ("postgres://a/x,postgres://b/x", ["postgres://a/x", "postgres://b/x"]),
        (" postgres://a/x , postgresql://b:5433/x,", ["postgres://a/x", "postgresql://b:5433/x"]),
        ("postgres://a/x postgres://b/x", ["postgres://a/x", "postgres://b/x"]),
        ("postgres://u:p%2Cq@a:1/x,postgres://c/x", ["postgres://u:p%2Cq@a:1/x", "postgres://c/x"]),
        ("postgresql+asyncpg://a/x?prepare=false", ["postgresql://a/x"]),
    ],
)
def test_replicas(tmp_path: Path, text: str, found: list[str]) -> None:
    config = loaded(tmp_path, DATABASE_URL=DATABASE, READ_DATABASE_URL=text)
    assert list(config.read_database_urls) == found
    assert loaded(tmp_path, DATABASE_URL=DATABASE).read_database_urls == ()


def test_a_replica_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="READ_DATABASE_URL names copies of a database that DATABASE_URL"):
        loaded(tmp_path, READ_DATABASE_URL=DATABASE)
    with pytest.raises(SettingsError, match="READ_DATABASE_URL names no replica"):
        loaded(tmp_path, DATABASE_URL=DATABASE, READ_DATABASE_URL=" , ")
