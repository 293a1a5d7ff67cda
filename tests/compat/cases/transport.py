"""Methods, paths, media types and bodies, before any endpoint has its say."""

from __future__ import annotations

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group

group = Group()
AT = "transport"

METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "PROPFIND"]
PATHS = ["/ok", "/error", "/get-session", "/sign-in/email", "/sign-up/email", "/sign-out", "/nothing"]


def _method(caller: Caller, pair: tuple[str, str]) -> None:
    method, path = pair
    caller.send(method, path, cookie=None)


group.each(AT, "method", [(f"{m} {p}", (m, p)) for p in PATHS for m in METHODS], _method)

TARGETS = [
    "/api/auth",
    "/api/auth/",
    "/api/auth/ok/",
    "/api/auth//ok",
    "/api/auth/ok//",
    "/api/auth/ok/x",
    "/api/auth/%6fk",
    "/api/auth/OK",
    "/api/auth/ok?",
    "/api/auth/ok?x=1",
    "/api/auth/ok?x=1?y=2",
    "/api/auth/ok%20",
    "/api/auth/ok;x=1",
    "/api/auth/ok%2f",
    "/api/auth/sign-in",
    "/api/auth/sign-in/",
    "/api/auth/sign-in/email/",
    "/api/auth/set-password",
    "/api/auth/forget-password",
    "/api/auth/verify-password/x",
    "/api/auth/error/",
    "/api/auth/callback",
    "/api/auth/callback/",
    "/api/auth/reset-password/",
    "/api/auth/delete-user/callback/",
    "/api/auth/%",
    "/api/auth/%zz",
    "/api/auth/__proto__",
    "/api/auth/constructor",
    "/api/auth/*",
    "/api/auth/:id",
    "/api/auth/**",
]


def _target(caller: Caller, target: str) -> None:
    caller.send("GET", "", cookie=None, target=target)


def _posted_target(caller: Caller, target: str) -> None:
    caller.send("POST", "", {}, cookie=None, target=target)


group.each(AT, "target", [(f"GET {target}", target) for target in TARGETS], _target)
group.each(AT, "target", [(f"POST {target}", target) for target in TARGETS], _posted_target)

ERRORS = [
    "",
    "?error=access_denied",
    "?error=access_denied&error_description=No+way+%26+more",
    "?error=<script>",
    "?error=a%20b",
    "?error=it's",
    "?error=",
    "?error=%00",
    "?error=a&error=b",
    "?error_description=only",
    "?error=ok&error_description=",
    "?error=ok&error_description=%C3%A4<b>*~-._!'()",
    "?error=UNKNOWN&state=x",
]


def _error(caller: Caller, query: str) -> None:
    caller.get(f"/error{query}")


group.each("GET /error", "query", [(query, query) for query in ERRORS], _error)


@group.case("GET /ok", "answers", "plain", "https")
def fine(caller: Caller) -> None:
    """The API is there."""
    caller.get("/ok")
    caller.get("/ok", cookie="a=b")
    caller.get("/ok", headers={"Origin": "https://evil.com"})
    caller.get("/ok", headers={"Accept": "text/html"})
    caller.send("GET", "/ok", b"{", headers={"Content-Type": "application/json"})


JSON = "application/json"
BODIES: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("space", b" "),
    ("cut", b'{"email":'),
    ("single quotes", b"{'email':'x'}"),
    ("trailing comma", b'{"email":"x",}'),
    ("comment", b'{"email":"x"}//'),
    ("two values", b'{"email":"x"}{}'),
    ("trailing text", b'{"email":"x"} x'),
    ("white space around", b' \r\n\t{"email":"x"}\n '),
    ("vertical tab around", b'\x0b{"email":"x"}'),
    ("non-breaking space around", b'\xc2\xa0{"email":"x"}'),
    ("BOM", b'\xef\xbb\xbf{"email":"x"}'),
    ("two BOMs", b'\xef\xbb\xbf\xef\xbb\xbf{"email":"x"}'),
    ("UTF-16", '{"email":"x"}'.encode("utf-16")),
    ("UTF-16 without BOM", '{"email":"x"}'.encode("utf-16-le")),
    ("invalid UTF-8", b'{"email":"\xff\xfe","password":"y"}'),
    ("overlong UTF-8", b'{"email":"\xc0\xaf","password":"y"}'),
    ("UTF-8 surrogate", b'{"email":"\xed\xa0\x80","password":"y"}'),
    ("raw control in a string", b'{"email":"a\x01b","password":"y"}'),
    ("raw newline in a string", b'{"email":"a\nb","password":"y"}'),
    ("raw NUL", b'{"email":"a\x00b","password":"y"}'),
    ("escaped NUL", b'{"email":"a\\u0000b","password":"y"}'),
    ("lone surrogate", b'{"email":"\\ud800","password":"y"}'),
    ("bad escape", b'{"email":"\\x41"}'),
    ("bad unicode escape", b'{"email":"\\u12g4"}'),
    ("upper-case unicode escape", b'{"email":"\\u00C4","password":"y"}'),
    ("NaN", b'{"email":NaN}'),
    ("Infinity", b'{"email":Infinity}'),
    ("minus Infinity", b'{"email":-Infinity}'),
    ("undefined", b"undefined"),
    ("huge number", b'{"email":1e400,"password":1e-400}'),
    ("minus huge number", b'{"email":-1e400,"password":"y"}'),
    ("long integer", b'{"email":' + b"9" * 400 + b',"password":"y"}'),
    ("very long integer", b'{"email":' + b"9" * 5000 + b',"password":"y"}'),
    ("minus zero", b'{"email":-0,"password":-0.0}'),
    ("leading zero", b'{"email":012}'),
    ("plus sign", b'{"email":+1}'),
    ("bare point", b'{"email":.5}'),
    ("point without digits", b'{"email":5.}'),
    ("hex", b'{"email":0x10}'),
    ("True", b'{"email":True}'),
    ("duplicate keys", b'{"email":"not one","email":"ada@example.com","password":5}'),
    ("duplicate keys, the other way", b'{"email":"ada@example.com","email":"not one","password":"x"}'),
    ("proto", b'{"__proto__":{"email":"ada@example.com"},"password":"x"}'),
    ("nested 500", b'{"email":' + b"[" * 500 + b"]" * 500 + b',"password":"y"}'),
    ("unclosed nesting", b"[" * 5000),
    ("null", b"null"),
    ("true", b"true"),
    ("string", b'"x"'),
    ("empty string", b'""'),
    ("number", b"5"),
    ("array", b"[]"),
    ("array of object", b'[{"email":"x"}]'),
    ("empty object", b"{}"),
    ("empty key", b'{"":1}'),
    ("100 kB name", b'{"email":"x","name":"' + b"n" * 100_000 + b'"}'),
    ("form in JSON's name", b"email=x&password=y"),
    ("escaped slash", b'{"email":"a\\/b","password":"y"}'),
]


def _sign_in_body(caller: Caller, body: bytes) -> None:
    caller.post("/sign-in/email", body, cookie=None)


def _sign_out_body(caller: Caller, body: bytes) -> None:
    caller.post("/sign-out", body, cookie=None)


def _sign_up_body(caller: Caller, body: bytes) -> None:
    caller.post("/sign-up/email", body, cookie=None)


group.each(AT, "JSON body to sign-in", BODIES, _sign_in_body)
group.each(AT, "JSON body to sign-out", BODIES, _sign_out_body)
group.each(AT, "JSON body to sign-up", BODIES, _sign_up_body)

KINDS: list[str | None] = [
    None,
    "",
    " ",
    "application/json",
    "Services/JSON",
    "application/json;charset=utf-8",
    "application/json; charset=iso-8859-1",
    "application/json ; charset=utf-8",
    " application/json",
    "application/json;",
    "application/json, text/plain",
    "application/json x",
    "application/jsonx",
    "application/problem+json",
    "application/ld+json",
    "text/json",
    "text/plain",
    "text/plain;application/json",
    "text/html",
    "application/xml",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=UTF-8",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "image/png",
    "*/*",
    "json",
    "/",
    ";",
    "é",
    'a"b\\c',
]


def _kind(caller: Caller, kind: str | None) -> None:
    headers = {"Content-Type": kind}
    caller.post("/sign-in/email", b'{"email":"x","password":"y"}', cookie=None, headers=headers)
    caller.post("/sign-out", b"{}", cookie=None, headers=headers)
    caller.post("/sign-out", b"", cookie=None, headers=headers)
    caller.post("/sign-out", cookie=None, headers=headers)
    caller.post("/sign-in/email", cookie=None, headers=headers)


group.each(AT, "media type", [(repr(kind), kind) for kind in KINDS], _kind)

FORMS: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("members", b"email=not+one&password=y"),
    ("doubled member", b"email=ada@example.com&email=not+one&password=y"),
    ("no value", b"email&password"),
    ("no name", b"=x&=y"),
    ("only separators", b"&&&"),
    ("percent", b"email=a%40b&password=%"),
    ("bad UTF-8", b"email=%ff%fe&password=y"),
    ("raw UTF-8", "email=ä&password=y".encode()),
    ("semicolons", b"email=x;password=y"),
    ("brackets", b"email[]=x&password[a]=y"),
    ("callback", b"email=x&password=y&callbackURL=https%3A%2F%2Fevil.com"),
    ("good callback", b"email=x&password=y&callbackURL=%2Fok"),
    ("rememberMe", b"email=x&password=y&rememberMe=true"),
    ("prototype", b"__proto__=x&email=x&password=y"),
    ("name", b"name=Ada&email=not+one&password=longenough"),
    ("BOM", b"\xef\xbb\xbfemail=x&password=y"),
    ("newline", b"email=x\r\n&password=y\r\n"),
]


def _form(caller: Caller, body: bytes) -> None:
    kind: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/sign-in/email", body, cookie=None, headers=kind)
    caller.post("/sign-up/email", body, cookie=None, headers=kind)
    caller.post("/sign-out", body, cookie=None, headers=kind)


group.each(AT, "form body", FORMS, _form)


@group.case(AT, "form sign-up")
def form_sign_up(caller: Caller) -> None:
    """A plain HTML form may make an account."""
    kind: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}
    email = caller.email.replace("@", "%40")
    caller.post(
        "/sign-up/email",
        f"name=A+B%C3%A4&email={email}&password=correct+horse".encode(),
        cookie=None,
        headers=kind,
    )
    caller.tables()
    more = f"name=A&email=b{email}&password=correct+horse&rememberMe=false&image=x".encode()
    caller.post("/sign-up/email", more, cookie=None, headers=kind)


@group.case(AT, "request headers")
def odd_headers(caller: Caller) -> None:
    """Strange values in headers that the endpoint keeps or reads."""
    for number, agent in enumerate(("", "é ü", "x" * 2000, "a\tb")):
        caller.agent = agent
        caller.sign_up(f"a{number}{caller.email}")
        caller.tables(f"a{number}{caller.email}")
        caller.jar.clear()


@group.case(AT, "a header twice")
def doubled_headers(caller: Caller) -> None:
    """The first of them counts."""
    body = {"email": "x", "password": "y"}
    for first, second in (("application/json", "text/plain"), ("text/plain", "application/json"), ("", JSON)):
        kinds: dict[str, str | None] = {"Content-Type": first, "content-type": second}
        caller.post("/sign-in/email", body, cookie=None, headers=kinds)
    member = {"name": "Ada", "email": caller.email, "password": PASSWORD}
    caller.post("/sign-up/email", member, cookie=None, headers={"User-Agent": "one", "user-agent": "two"})
    caller.tables()


def _no_chunk(caller: Caller, kind: str) -> None:
    headers: dict[str, str | None] = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
    for path in ("/sign-in/email", "/sign-out", "/callback/google"):
        caller.post(path, b"0\r\n\r\n", cookie=None, headers=headers)


FORM = "application/x-www-form-urlencoded"
group.each(AT, "no chunk", [(kind, kind) for kind in (JSON, "text/plain", FORM, "")], _no_chunk)


@group.case(AT, "preflight")
def preflight(caller: Caller) -> None:
    """better-auth has no CORS; ours answers trusted origins only."""
    ask: dict[str, str | None] = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    for origin in ("https://app.example.com", "https://evil.com", "null"):
        caller.send("OPTIONS", "/sign-in/email", cookie=None, headers=ask | {"Origin": origin})
        caller.send("OPTIONS", "/nothing", cookie=None, headers=ask | {"Origin": origin})
    caller.send("OPTIONS", "/sign-in/email", cookie=None, headers=ask)
