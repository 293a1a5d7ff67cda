"""Every setting with ten wrong values and more: each stops the start with one line that names it."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from handlers import FEATURES
from handlers.social.settings import variables
from server.config import reader
from server.config.hosts import is_host
from server.config.settings import KNOWN_SECRETS, load
from server.errors import SettingsError
from server.feature import plug, select

SECRET = "x" * 32
SENDER = "AI-Editor <no-reply@example.com>"
NUMBER = [
    "-1",
    "x",
    "1.5",
    "1_0",
    "٣",
    "\uff11\uff12",
    "1e3",
    "0x10",
    "+5",
    "1 0",
    "NaN",
    "inf",
    "9" * 5000,
    "10s",
    "1,000",
    "½",
]
FLAG = ["maybe", "2", "ja", "yess", "y", "-1", "true false", "1.0", "TRUE!", "☑", "None", "y e s"]
CHOICE = [
    "none of them",
    "on off",
    "2",
    "true",
    "-",
    "info;",
    "öff",
    "off,off",
    "*",
    "None",
    "'off'",
    "undefined",
]
HOSTS = ["a b", "[::1", "0.0.0.0:80", "http://localhost", "999.1.1.1", "-", "a/b", "*", "1.2.3", "::g", "user@host", "a..b",
         "0x7f.1", "x" * 300, "ü"]  # fmt: skip
FOLDERS = ["/dev/null", "/dev/null/x", __file__, f"{__file__}/deeper", "x" * 5000, "~nobody-has-this-name/x", "a\0b", "a\nb",
           "\udcff", "/tmp/\x1b[31m", "a\x7fb", "'/tmp/x'", "file:///tmp/x", "$HOME/x", "/tmp/x # here"]  # fmt: skip
LEFTOVERS = ["'yes'", '"5"', "${VALUE}", "x${VALUE}y"]
FIELDS = [
    "nickname", "[]", "7", "null", "{", '{"n": "string"}', '{"n": {}}', '{"n": {"type": "text"}}', '{"n": {"type": ["a"]}}',
    '{"n": {"type": "string", "fieldName": "x"}}', '{"n": {"type": "string", "required": "yes"}}', "[" * 100_000,
    '{"n": {"type": "string", "defaultValue": 7}}', '{"n": {"type": "number", "defaultValue": true}}',
    '{"n": {"type": "number", "defaultValue": 2147483648}}', '{"n": {"type": "date", "defaultValue": "2026-01-01"}}',
    '{"n": {"type": "number[]", "defaultValue": ["a"]}}', '{"n": {"type": "boolean", "unique": true}}',
    '{"n": {"type": "string", "defaultValue": "a\\u0000b"}}', '{"n": {"type": "json", "defaultValue": NaN}}',
]  # fmt: skip
KEYS = [
    "'key'",
    "k" * 1001,
    "a b",
    "é",
    "a\tb",
    "a\nb",
    "\x7f",
    "„key”",
    "key key",
    "a\xa0b",
    "ключ",
    "a\x00b",
]
PAGES = [
    "terms", "www.example.com/terms", "//evil.example/terms", "/\\evil.example", "javascript:alert(1)", "data:text/html,x", "ftp://a/b",
    "mailto:a@b.example", "https://", "https:///terms", "https:terms", "https://a b/terms", "https://u:p@a.example", "https://a:99999",
    "https://[::1", "/terms and more", "https://a.example/" + "x" * 2000,
]  # fmt: skip

WRONG: dict[str, list[str]] = {
    "APP_COLOR": [
        "red", "#fff", "1a73e8", "#1a73e8ff", "#1a73eg", "rgb(1,2,3)", "#", "##1a73e", "#٣a73e8", "#1a 73e", "#1a73e8;}", "0x1a73e8",
        "#1a73e8 # blue",
    ],
    "APP_LOGO": [
        "/no/such/logo.svg", "/dev/null", "/", __file__, "https://example.com/logo.svg", "data:image/png;base64,AAAA", "x" * 5000,
        "file:///logo.svg", "~nobody-has-this-name/x", "/dev/zero", "logo.svg?", "\u202elogo.svg",
    ],
    "APP_NAME": [
        "x" * 61, "<b>Acme</b>", "Acme <hello@example.com>", "{{ name }}", "\u200b", "\u202eemcA", "Ac\u00adme", "\ufeff", "...", "-",
        "\u0301", "Acme\u2066", "\u3164", "Acme\\", "\ue000", "Ac\u2028me",
    ],
    "APP_ENV": ["test", "prod", "dev", *CHOICE],
    "ACCOUNT_LINKING_TRUSTED_PROVIDERS": [
        "Google", "google github", "a/b", "google;github", "-x", "é", "a.b", "https://google.com", "g" * 64, "google:1", "*", "a@b",
    ],
    "AUTO_SIGN_IN": FLAG,
    "AUTO_SIGN_IN_AFTER_VERIFICATION": FLAG,
    "DISABLE_IMPLICIT_SIGN_UP": FLAG,
    "ENCRYPT_OAUTH_TOKENS": FLAG,
    "HOME_URL": [*PAGES, "/", "/?x=1", "/#top", "/.", "http://localhost:8080", "http://localhost:8080/", "HTTP://LOCALHOST:8080/?x"],
    "HTTPS_PROXY": [
        "ftp://proxy", "http://", "proxy:99999", "http://a b", "socks5://proxy:1080", "http://[::1", "://proxy", "http://a/b c", "proxy:port",
        "http://300.1.1.1", "http://x:0",
    ],
    "NO_PROXY": [
        "a b", "http://a", "10.0.0.0/33", "a/b", "[::1", "a..b", "-", "a_b c", "host:port", "1.2.3.4.5.6/7", "a@b", "x" * 300,
    ],
    "OUTGOING_ALLOWED_NETWORKS": [
        "localhost", "10.0.0.0/33", "10.0.0", "a", "1.2.3.4/x", "::1/129", "10.0.0.0-10.0.0.9", "fe80::1%eth0", "*", "1.2.3.4;5.6.7.8",
    ],
    "SSL_CERT_FILE": [f"/no/such/{name}" for name in "abcdefghij"],
    "OAUTH_STATE_STRATEGY": ["row", "cookies", "db", *CHOICE],
    "OIDC_PROVIDERS": ["Acme", "a b", "a/b", "acme;b", "-x", "é", "a.b", "https://id", "a" * 64, "a:1", "*", "acme,acme", "acme"],
    "BCRYPT_COST": ["3", "32", *NUMBER],
    "BETTER_AUTH_SECRET": ["short", "x" * 31, "\0" * 40, "ä" * 15, "0", "secret", "changeme", "x" * 30 + " " * 9, "\x00", "xyz" * 10],
    "BETTER_AUTH_SECRETS": [
        "secret", ":secret", "x:secret", "1:", "1:a,1:b", "1:a,b", "-1:a", "1.5:a", "٣:a", "9999999999:a", "1:a\n2:b", "1:a,:b",
        "2:a;1:b",
    ],
    "BETTER_AUTH_TRUSTED_ORIGINS": [
        "a b", "https://a/b", "https://a:99999", "javascript:", "https://a,b", "https://u:p@a", "null", "https://[::1", "/",
        "https://a#b", "app.example.com", "https://", "://a", "https://a https://b", "https://300.1.1.1",
        "https://*.example.com/path", "https://u:p@*.example.com", "https://*.example.com#", "https://*..example", "https://*:99999",
        "https://*\u200b.example", "https://*.münchen.example", "//*.example.com", "https:*.example.com", "https:/*.example.com",
        '["https://a.example"]', "javascript://", "data://*", "1app://", "*.example.com/", "https://*.example.com:443",
    ],
    "BETTER_AUTH_URL": [
        "app.example.com", "ftp://a", "https://", "https://a/b", "https://a?b", "https://u:p@a", "https://a:0", "https://a b",
        "https://[", "https://a\tb", "https://-", "https://a..b", "https://.", "https://*", "http://1", "https://a\\b",
        "https:/a", "https:a", "https://127.0.0.300", "https://a,https://b", "https://a:٣", "https://a?", "https://a#",
    ],
    "CAPTCHA_PROVIDER": ["turnstile", "cloudflare", "recaptcha", "google", "hCaptcha.com", "captchafox", "vercel-botid", "hcaptcha,x", "cloudflare turnstile", *CHOICE],
    "CAPTCHA_SECRET_KEY": KEYS,
    "CAPTCHA_SITE_KEY": KEYS,
    "COOKIE_DOMAIN": [
        "localhost", ".", "com", "example.com:80", "https://example.com", "a b.com", "evil.example", "127.0.0.1", "-.com",
        "example.com;Path=/", "*.example.com", "x" * 300 + ".com",
    ],
    "COOKIE_PREFIX": ["a b", "a;b", "a=b", "a,b", "é", '"a"', "a(b)", "x" * 65, "__Secure-a", "__host-a", "__Host-"],
    "COOKIE_SAME_SITE": ["none", "Same", "relaxed", *CHOICE],
    "DATABASE_URL": [
        "mysql://db/x", "db", "host=db", "postgres://host:99999/x", "postgres://host:x/x", "postgres:// /x", "postgres://[::1/x",
        "postgres://a b/x", "postgres://h/\0", "postgres:/h/x", "postgres://h:0/x", "postgres://h:-1/x", "postgres://h:٣/x",
        "postgres://999.1.1.1/x", "http://h/x", "postgres://u:p@h@i/x",
    ],
    "DATA_DIR": FOLDERS,
    "DB_POOL_SIZE": ["0", "1001", *NUMBER],
    "DELETE_USER_VERIFICATION": FLAG,
    "DISABLE_SIGN_UP": FLAG,
    "MIGRATE_ON_START": FLAG,
    "EMAIL_OTP_CHANGE_EMAIL": FLAG,
    "EMAIL_OTP_VERIFY_CURRENT_EMAIL": FLAG,
    "FEATURES_OFF": [
        "Avatar", "session", "everything", "avatar;metrics", "all,nothing", "-", "avatar metrics", "none", "avatar,x", "no", "*",
    ],
    "HOST": [*HOSTS, "::1,", ",", "a,,b", "localhost,a b", "[localhost]"],
    "LOG_FORMAT": CHOICE,
    "LOG_LEVEL": ["trace", "critical", "30", *CHOICE],
    "MAIL_FROM": [
        "nobody", "a@b, c@d", "Editor, AI <a@b.example>", "a@", "@b", "<>", "a@b\nBcc: c@d", "a b@c", "x <a@b> y", "ä@b.example",
        "a@b..c", "a@-b", "a@[1.2.3.4", "group: a@b.example;", f"{'a' * 65}@b.example", "a@b\x07", "a@300.1.1.1", "A\0 <a@b>",
    ],
    "METRICS_TOKEN": ["short", "x" * 1001, "x" * 15, "é" * 20, "a b" * 10, "a\nb" * 9, "\x7f" * 20, "0", "ключ" * 9, "x" * 15 + "\xa0", "„" * 16],
    "OTEL_EXPORTER_OTLP_ENDPOINT": [
        "localhost:4317", "http://", "grpc://a:4317", "http://a:0", "http://a:99999", "http://a b", "http://u:p@a", "http://a?b",
        "http://a#b", "http://999.1.1.1", "http://-", "http://a..b", "http://[::1", "https:/a", "http://a/b c", "http://ü",
    ],
    "OTEL_SERVICE_NAME": ["x" * 101, "-x", "ü", "a,b", "a;b", "a\nb", "<b>", "a\x07", "a=b", "{a}", "a\tb", "☑"],
    "OTEL_TRACES_EXPORTER": ["zipkin", "jaeger", "console", *(text for text in CHOICE if text != "None")],
    "PASSWORD_CHECK": CHOICE,
    "PASSWORD_HASH": ["argon2id", "md5", *CHOICE],
    "PASSWORD_MAX_LENGTH": ["7", "4097", *NUMBER],
    "PASSWORD_MIN_LENGTH": ["0", "129", *NUMBER],
    "PHONE_NUMBER_EMAIL_DOMAIN": ["localhost", "a b.com", "https://a.com", "127.0.0.1", "a@b.com", "a.com/", "-", "*", "a..b", "x" * 300 + ".com", "::1", ".com"],
    "PHONE_NUMBER_REQUIRE_VERIFICATION": FLAG,
    "PLUGINS": ["one_time_token", "One-Time-Token", "oneTimeToken", "session", "avatar", "one-time-token;x", "none,one-time-token", "*", "-", "one-time-token one-time-token"],
    "PORT": ["65536", "eighty", "8080tcp", "80,81", *NUMBER],
    "RATE_LIMIT_ENABLED": FLAG,
    "RATE_LIMIT_STORAGE": ["redis", *CHOICE],
    "READ_DATABASE_URL": [
        *("mysql://db/x", "db", "host=db", "postgres://host:99999/x", "postgres:// /x", "postgres://[::1/x", "postgres://a b/x"),
        *("postgres://999.1.1.1/x", "http://h/x", "postgres://a/x,mysql://b/x", "a,postgres://b/x"),
        *("postgres://a/x,postgres://a/x", "postgres://a/x?nonsense=1", "postgres://a/x;postgres://b/x", ",", "postgres://a:1,b:2/x"),
    ],
    "PRIVACY_URL": PAGES,
    "REDIS_URL": [
        "cache:6379", "http://cache", "redis", "redis://", "redis://host:99999", "redis://host:x", "redis://a b", "redis://[::1",
        "redis://h/x", "redis://h/-1", "unix://", "redis://h?nonsense=1", "redis://h:0", "redis://999.1.1.1", "redis://h/1/2",
        "rediss://h?ssl_cert_reqs=nope", "redis://h?protocol=9", "redis://h?encoding=nope", "redis://h?db=-1", "redis://h#x",
    ],
    "REQUIRE_EMAIL_VERIFICATION": FLAG,
    "RESEND_API_KEY": KEYS,
    "REVOKE_SESSIONS_ON_PASSWORD_RESET": FLAG,
    "SENDGRID_API_KEY": KEYS,
    "SEND_VERIFICATION_ON_SIGN_UP": FLAG,
    "SESSION_CACHE": FLAG,
    "SESSION_COOKIE_CACHE": ["on", "yes", "JSON", *CHOICE[1:]],
    "SESSION_COOKIE_CACHE_MAX_AGE": ["0", "34560001", *NUMBER],
    "SESSION_DEFER_REFRESH": FLAG,
    "SESSION_STORE": ["postgres", "redis both", "redis", "both", "Redis.", *CHOICE],
    "SESSION_EXPIRES_IN": ["0", "34560001", "7d", *NUMBER],
    "SESSION_FRESH_AGE": ["34560001", "1h", *NUMBER],
    "SESSION_MAX_LIFETIME": ["3456000001", "never", *NUMBER],
    "SESSION_UPDATE_AGE": ["34560001", "1d", *NUMBER],
    "SHARED_DIR": FOLDERS,
    "SHUTDOWN_GRACE": ["0", "11", *NUMBER],
    "SMS_WEBHOOK_URL": ["sms", "ftp://a.com/x", "https://", "http://a b/x", "https://u:p@a.com", "https://a.com/#x", "https://a.com/ö", "http://a:99999", "http://a:0", "//a.com", "http://[::1", "https:/a"],
    "SMTP_URL": [
        "mail.example.com", "http://mail.example.com", "smtp://", "smtp://:587", "smtp://host:port", "smtp://host:0",
        "smtp://host:70000", "smtp://user@host", "smtp://a..b", "smtp://-", "smtp://host:٣", "smtp://a,b", "smtp://%00",
        "smtp://u%0a:p@h", "smtp://u:p%00@h", "smtp://999.1.1.1", "smtp://[::g]", "smtp://h:-1", "smtp://h\nQUIT",
        "smtp://u:%zz@h", "smtp://u:%C3@h", "smtp://u:100%@h",
    ],
    "TRUSTED_PROXIES": [
        "everybody", "10.0.0.0/33", "10.0.0.256", "10.0.0.0/8 ::1", "10.0.0.0/8/8", "10.0.0.0/-1", "0x7f.1", "127.1",
        "::1%eth0", "10.0.0.1:80", "localhost", "*", "010.0.0.1", "10.0.0.0/٨", "10.0.0.0-10.0.0.9",
    ],
    "USER_ADDITIONAL_FIELDS": [
        *FIELDS, '{"email": {"type": "string"}}', '{"emailVerified": {"type": "boolean"}}',
        '{"nick name": {"type": "string"}}', '{"nick_name": {"type": "string"}}', '{"": {"type": "string"}}',
        '{"' + "x" * 64 + '": {"type": "string"}}', '{"n": {"type": "string"}, "n": {"type": "number"}}',
    ],
    "SESSION_ADDITIONAL_FIELDS": [*FIELDS, '{"token": {"type": "string"}}', '{"userId": {"type": "string"}}'],
    "TERMS_URL": PAGES,
    "TWO_FACTOR_SCOPE": ["none", "every", "all,password", *CHOICE],
    "WORKERS": ["257", "auto", "max", *NUMBER],
}  # fmt: skip
# What else it takes for the variable to have a say.
BESIDE = {
    "CAPTCHA_PROVIDER": {"PLUGINS": "captcha", "CAPTCHA_SITE_KEY": "site", "CAPTCHA_SECRET_KEY": "secret"},
    "CAPTCHA_SECRET_KEY": {"PLUGINS": "captcha", "CAPTCHA_PROVIDER": "hcaptcha", "CAPTCHA_SITE_KEY": "site"},
    "CAPTCHA_SITE_KEY": {
        "PLUGINS": "captcha",
        "CAPTCHA_PROVIDER": "hcaptcha",
        "CAPTCHA_SECRET_KEY": "secret",
    },
    "OIDC_PROVIDERS": {"PLUGINS": "generic-oauth"},
    "READ_DATABASE_URL": {"DATABASE_URL": "postgres://localhost/x"},
    "BETTER_AUTH_SECRET": {"APP_ENV": "production"},
    "TWO_FACTOR_SCOPE": {"PLUGINS": "two-factor"},
    "PHONE_NUMBER_EMAIL_DOMAIN": {"PLUGINS": "phone-number"},
    "PHONE_NUMBER_REQUIRE_VERIFICATION": {"PLUGINS": "phone-number"},
    "EMAIL_OTP_CHANGE_EMAIL": {"PLUGINS": "email-otp"},
    "EMAIL_OTP_VERIFY_CURRENT_EMAIL": {"PLUGINS": "email-otp"},
}


def start(folder: Path, name: str, text: str) -> None:
    """As `serve` reads its settings."""
    helpers = {"APP_ENV": "development", "BETTER_AUTH_SECRET": SECRET, "MAIL_FROM": SENDER}
    found = load({**helpers, **BESIDE.get(name, {}), name: text}, folder)
    plug(select(FEATURES, found.features_off, found.plugins), found)


def names(folder: Path) -> set[str]:
    """Every variable that the settings ask for."""
    asked: set[str] = set()

    class Recorder(reader.Reader):
        def text(self, name: str) -> str | None:
            asked.add(name)
            return super().text(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "Reader", Recorder)
        plug(FEATURES, load({}, folder))
    return asked - variables()  # which are wrong where half is missing


def test_every_setting_is_tried_with_ten(tmp_path: Path) -> None:
    assert names(tmp_path) == set(WRONG)
    assert [name for name, texts in WRONG.items() if len(set(texts)) < 10] == []


@pytest.mark.parametrize("name", WRONG)
def test_each_stops_the_start_with_one_line(tmp_path: Path, name: str) -> None:
    leftovers = [] if name.startswith("BETTER_AUTH_SECRET") else LEFTOVERS
    for text in [*WRONG[name], *leftovers, "a\x00b", "\x1b[2J", "\ud800"]:
        with pytest.raises(SettingsError) as raised:
            start(tmp_path, name, text)
        said = str(raised.value)
        assert name in said, text
        assert said.isprintable(), text


@pytest.mark.parametrize("name", sorted(WRONG))
def test_space_alone_is_as_if_it_were_not_set(tmp_path: Path, name: str) -> None:
    for text in ("", " ", "\n", "\t \r\n"):
        helpers = {"APP_ENV": "development", "BETTER_AUTH_SECRET": SECRET}
        assert load({**helpers, name: text}, tmp_path) == load({**helpers, name: ""}, tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("BETTER_AUTH_SECRET", "a\nb" * 20, "secret", "a\nb" * 20),  # as openssl rand -base64 64 prints them
        ("BETTER_AUTH_TRUSTED_ORIGINS", "HTTPS://A.example:443/", "trusted_origins", ("https://a.example",)),
        ("BETTER_AUTH_TRUSTED_ORIGINS", "HTTPS://*.Example.com/,*.b.example:3000", "trusted_origins", ("https://*.example.com", "*.b.example:3000")),
        ("BETTER_AUTH_TRUSTED_ORIGINS", "*://a.example,https://10.*:8443", "trusted_origins", ("*://a.example", "https://10.*:8443")),
        ("BETTER_AUTH_TRUSTED_ORIGINS", "my-app://,exp://10.*:*/*", "trusted_origins", ("my-app://", "exp://10.*:*/*")),
        ("BETTER_AUTH_TRUSTED_ORIGINS", "myapp://open,http://localhost:*", "trusted_origins", ("myapp://open", "http://localhost:*")),
        ("BETTER_AUTH_URL", "https://a_b.example", "base_url", "https://a_b.example"),
        ("DATABASE_URL", "postgresql://u@/x?host=/run", "database_url", "postgresql://u@/x?host=/run"),
        (
            "DATABASE_URL", "postgres://u:p%40@[::1]:5433,h2/x",
            "database_url", "postgres://u:p%40@[::1]:5433,h2/x?target_session_attrs=read-write",
        ),
        ("DATABASE_URL", "postgres://%2Frun%2Fpg/x", "database_url", "postgres://%2Frun%2Fpg/x"),
        ("TRUSTED_PROXIES", "::ffff:10.0.0.0/104", "trusted_proxies", (ip_network("10.0.0.0/8"),)),
        ("HOST", "fe80::1%eth0", "host", "fe80::1%eth0"),
        ("HOST", "a.example.", "host", "a.example."),
        ("REDIS_URL", "redis://u:p@[::1]:6380/3?socket_timeout=2", "redis_url", "redis://u:p@[::1]:6380/3?socket_timeout=2"),
    ],
)  # fmt: skip
def test_odd_values_that_are_none(tmp_path: Path, name: str, text: str, field: str, value: object) -> None:
    helpers = {"APP_ENV": "development", "BETTER_AUTH_SECRET": SECRET}
    assert getattr(load({**helpers, name: text}, tmp_path), field) == value


@pytest.mark.parametrize("text", HOSTS)
def test_what_is_no_machine(text: str) -> None:
    assert not is_host(text)


@pytest.mark.parametrize("secret", KNOWN_SECRETS)
def test_a_secret_that_everybody_knows_is_none(tmp_path: Path, secret: str) -> None:  # S45
    for given in ({"BETTER_AUTH_SECRET": secret}, {"BETTER_AUTH_SECRETS": f"2:{secret},1:{SECRET}"}):
        with pytest.raises(SettingsError, match=r"BETTER_AUTH_SECRETS?\b"):
            load({"APP_ENV": "production", **given}, tmp_path)
        assert load({"APP_ENV": "development", **given}, tmp_path).secret == secret


def test_no_secret_of_the_example_is_one(tmp_path: Path) -> None:  # S45
    shown = re.findall(r"[0-9]:([^,\s]+)", (Path(__file__).parents[2] / ".env.example").read_text())
    assert shown
    assert [text for text in shown if len(text) > 31 and text not in KNOWN_SECRETS] == []
