"""The house rules that no linter knows: where SQL may stand, who may call what, sizes, and who reads the environment."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tornado.web import RequestHandler

from handlers import FEATURES
from server.config.settings import load
from server.feature import Routes
from server.http.api import ApiHandler
from server.http.handler import BaseHandler
from tests.sources import CODE, ROOT, members, name, nodes

# Columns that features declare have names which no store can spell out; what it says about values holds there too.
COMPOSED = {"server/store/columns.py"}
TOOLS = sorted((ROOT / "tools").glob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts)
STORES = [
    path
    for path in CODE
    if path.name in ("store.py", "ledger.py", "catalogue.py", "neighbours.py")
    or path.name.endswith("_store.py")
    or path.parent.name == "store"
]
STATEMENT = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|WITH|CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|COPY"
    r"|LOCK|SET|LISTEN|NOTIFY)\s+[\w\"%(*]"
)

# What anybody may call below /api/auth; everything else there asks for a session.
PUBLIC = {
    "GET /account-info",  # looks for a session itself: its 401 has an empty body
    "GET /callback/([^/]+)",
    "GET /delete-user/callback",  # looks for a session itself: its refusal is a 404
    "GET /error",
    "GET /expo-authorization-proxy",  # to the providers that are set up, alone
    "GET /get-session",
    "GET /magic-link/verify",
    "GET /passkey/generate-authenticate-options",
    "GET /multi-session/list-device-sessions",  # who has cookies of sessions, which it reads itself
    "GET /ok",
    "GET /open-api/generate-schema",
    "GET /reference",
    "GET /reset-password/([^/]+)",
    "GET /verify-email",
    "POST /callback/([^/]+)",
    "POST /email-otp/check-verification-otp",
    "POST /email-otp/request-password-reset",
    "POST /email-otp/reset-password",
    "POST /email-otp/send-verification-otp",
    "POST /email-otp/verify-email",
    "POST /forget-password/email-otp",
    "POST /get-access-token",  # as /account-info
    "POST /get-session",
    "POST /is-username-available",
    "POST /multi-session/set-active",  # as the list
    "GET /oauth-popup/start",
    "POST /one-tap/callback",
    "POST /one-time-token/verify",
    "POST /phone-number/request-password-reset",
    "POST /phone-number/reset-password",
    "POST /phone-number/send-otp",
    "POST /phone-number/verify",  # looks for a session itself where it is to be the caller's number
    "POST /refresh-token",  # as /account-info
    "POST /request-password-reset",
    "POST /reset-password",
    "POST /send-verification-email",
    "POST /sign-in/anonymous",
    "POST /sign-in/email",
    "POST /passkey/verify-authentication",
    "POST /sign-in/email-otp",
    "POST /sign-in/magic-link",
    "POST /sign-in/phone-number",
    "POST /sign-in/social",
    "POST /sign-in/username",
    "POST /sign-out",
    "POST /sign-up/email",
    "POST /two-factor/send-otp",  # looks for a session itself, or for a sign-in that waits; so do the next three
    "POST /two-factor/verify-backup-code",
    "POST /two-factor/verify-otp",
    "POST /two-factor/verify-totp",
}
# What anybody may ask of the site.
PUBLIC_SITE = {
    r"GET /assets/.*|/[^/]+\.[a-z0-9]+",
    r"HEAD /assets/.*|/[^/]+\.[a-z0-9]+",
    *(f"{method} {path}" for method in ("GET", "HEAD") for path in (r"/sw\.js", "/offline")),  # nobody's
    "GET /.*",  # the pages; what each wants of its visitor stands in pages.json
    "HEAD /.*",
    "GET /avatars/([^/]+)",  # by a name that nobody can guess
    r"GET /reference/([a-z]+\.[a-z]+)",
    "GET /health",
    "HEAD /health",
    "GET /health/ready",
    "HEAD /health/ready",
    *(f"{method} /api/forward-auth" for method in RequestHandler.SUPPORTED_METHODS),  # its 401 is its own
}
DOCUMENTS = {
    "documents": "GET POST",
    "documents/join": "POST",
    "documents/search": "GET",
    "documents/export": "GET",
    "documents/hand-over": "GET POST",
    "documents/([^/]+)/content": "GET PUT",
    "documents/([^/]+)/attachments": "POST",
    "documents/([^/]+)/attachments/([^/]+)": "GET",
    "documents/([^/]+)": "GET PATCH DELETE",
    "documents/([^/]+)/restore": "POST",
    "documents/([^/]+)/duplicate": "POST",
    "documents/([^/]+)/leave": "POST",
    "documents/([^/]+)/transfer": "POST",
    "documents/([^/]+)/access": "GET POST",
    "documents/([^/]+)/access/request": "POST",
    "documents/([^/]+)/access/([^/]+)": "PATCH DELETE",
    "folders": "POST",
    "folders/([^/]+)": "PATCH DELETE",
}
# What else is asked for.
GUARDED_SITE = {
    "GET /metrics": "operator",
    "GET /api/activity": "signed-in",
    "GET /api/documents/([^/]+)/live": "signed-in",
    "POST /api/avatar": "signed-in",
    "DELETE /api/avatar": "signed-in",
    "DELETE /api/two-factor/trusted-browsers": "signed-in",
    **{
        f"{method} /api/{path}": "signed-in"
        for path, methods in DOCUMENTS.items()
        for method in methods.split()
    },
}
# A member with such a name is an address that a browser may be sent to.
TARGET = re.compile(r"redirectTo|.*URL")
# But for the one that only providers' pages fit, which is no trusted origin.
OF_PROVIDERS = "authorizationURL"


def texts(path: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def statements(path: Path) -> Iterator[tuple[int, str]]:
    return ((line, text) for line, text in texts(path) if STATEMENT.match(text))


def test_every_error_is_raised_somewhere() -> None:
    """A function of errors.py that nobody calls is an answer that nobody gets."""
    errors = ROOT / "server" / "errors.py"
    made = {node.name for node in ast.parse(errors.read_text()).body if isinstance(node, ast.FunctionDef)}
    called = {node.attr for path in CODE for node in nodes(path) if isinstance(node, ast.Attribute)}
    assert sorted(name for name in made - called if not name.startswith("_")) == []


def test_sql_stands_in_stores_alone() -> None:
    server = ROOT / "server"
    doors = (
        server / "database" / "database.py",
        server / "database" / "executor.py",
        server / "database" / "hosts.py",
        server / "database" / "listener.py",
        server / "database" / "replicas.py",
        server / "postgres" / "initialize.py",
        server / "schema" / "advice.py",  # what a person is told to run
    )
    found = [
        f"{name(path)}:{line}"
        for path in CODE
        if path not in STORES and path not in doors
        for line, _ in statements(path)
    ]
    assert found == []


def test_the_search_for_sql_finds_it() -> None:
    assert all(any(statements(path)) for path in STORES if path.name != "__init__.py")


@pytest.mark.parametrize("path", STORES, ids=name)
def test_statements_name_their_columns_and_parameters(path: Path) -> None:
    for line, text in statements(path):
        where = f"{name(path)}:{line}"
        assert not re.search(r"(SELECT|RETURNING)\s+(\w+\.)?\*", text), f"{where}: name the columns"
        assert not re.search(r"%(?!\([a-z_]+\)s)", text.replace("%%", "")), (
            f"{where}: placeholders are %(name)s"
        )


@pytest.mark.parametrize("path", STORES, ids=name)
def test_statements_are_whole(path: Path) -> None:
    """No statement is put together from pieces, where a value could slip in as text."""
    for node in nodes(path):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            assert not any(STATEMENT.match(str(part)) for part in parts), f"{name(path)}:{node.lineno}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
            sides = [side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)]
            assert not any(isinstance(side, str) for side in sides), f"{name(path)}:{node.lineno}"


def test_statements_are_put_together_in_one_place() -> None:
    """There names alone are put in, each checked when its column was declared."""
    calls = {"format", "format_map", "join", "replace"}
    found = {
        name(path)
        for path in STORES
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in calls
    }
    assert found == COMPOSED


def test_every_folder_in_handlers_is_a_feature() -> None:
    folders = {path.parent.name for path in (ROOT / "handlers").glob("*/__init__.py")}
    assert folders == {feature.name.replace("-", "_") for feature in FEATURES}


def methods(routes: Routes) -> Iterator[tuple[str, str | None]]:
    """ "METHOD /path" and its access word, for every method that a handler has, inherited ones too."""
    for path, handler in routes:
        assert issubclass(handler, BaseHandler), f"{path} is no BaseHandler"
        for method in RequestHandler.SUPPORTED_METHODS:
            if getattr(handler, method.lower()) is not getattr(RequestHandler, method.lower()):
                access = handler.access_to(method)
                yield f"{method} {path}", access.word if access else None


def api() -> dict[str, str | None]:
    return dict(methods(tuple(route for feature in FEATURES for route in feature.api)))


def site() -> dict[str, str | None]:
    return dict(methods(tuple(route for feature in FEATURES for route in feature.site)))


def test_every_endpoint_says_who_may_call_it() -> None:
    assert [endpoint for endpoint, access in (api() | site()).items() if access is None] == []
    assert len(api()) > 30
    assert set(api().values()) == {"public", "signed-in", "fresh"}


def test_these_endpoints_are_public_and_no_others() -> None:
    assert {endpoint for endpoint, access in api().items() if access == "public"} == PUBLIC
    assert site() == dict.fromkeys(PUBLIC_SITE, "public") | GUARDED_SITE


def test_what_answers_below_the_api_answers_as_the_api() -> None:
    assert all(issubclass(handler, ApiHandler) for feature in FEATURES for _, handler in feature.api)


def test_every_target_of_a_redirect_is_marked() -> None:  # S34
    named = [each for each in members() if TARGET.fullmatch(each[1]) and each[1] != OF_PROVIDERS]
    assert [f"{kind}.{key}" for kind, key, target in named if not target] == []
    assert len(named) > 10


def test_a_location_is_written_in_one_place() -> None:  # S34
    """Where it is judged; see Origins.location."""
    described = ROOT / "handlers" / "open_api"  # which says that there is one
    code = [path for path in CODE if path.parent != described]
    found = [path.name for path in code for _, text in texts(path) if text == "Location"]
    assert found == ["handler.py"]


def test_no_endpoint_is_hidden_behind_another() -> None:
    paths = [path for feature in FEATURES for path, _ in feature.api]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("path", [*TOOLS, *TESTS], ids=name)
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400, "split it by noun"


@pytest.mark.parametrize("path", [*CODE, *TOOLS], ids=name)
def test_functions_are_small(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{node.name} is longer than 40 lines"


def test_one_reader_of_the_environment() -> None:
    """But for PG_BIN, which like PATH says where programs are, and is asked for without any settings."""
    readers = ("server/config/settings.py", "server/postgres/binaries.py")
    assert [name(path) for path in CODE if name(path) not in readers and "environ" in identifiers(path)] == []


def identifiers(path: Path) -> set[str]:
    """The names and attributes that a module uses; `os.getenv` counts as `environ`."""
    used = {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}
    used |= {alias.name for node in nodes(path) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return used | ({"environ"} if used & {"getenv", "environb"} else set())


def test_nothing_secret_has_a_default(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert settings.secret == ""
    assert settings.database_url is None


def test_no_test_waits_for_text_that_the_page_would_evaluate() -> None:
    """The policy of our pages forbids it from the second look on, so such a test fails now and then: see Window.becomes."""
    own = Path(__file__)
    assert [name(path) for path in TESTS if path != own and "wait_for_function" in path.read_text()] == []


def test_nothing_that_looks_like_a_secret_is_in_the_code() -> None:
    assigned = re.compile(
        r"(secret|password|token|api_?key)\w*\s*[:=]\s*[\"'][^\"'\s]{8,}[\"']", re.IGNORECASE
    )
    found = [
        f"{name(path)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if assigned.search(line)
    ]
    assert found == []
