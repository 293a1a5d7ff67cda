"""schemathesis asks a real server for everything that the document allows, and compares what it answers."""

import functools
import importlib
import io
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
import requests
from PIL import Image

from drill.servers import Server
from tests.client import PASSWORD
from tests.drilled import serving
from tests.open_api.asked import PATH

EXAMPLES = 3


@functools.cache
def schemathesis() -> Any:
    """It takes a second to import, which each process would do that looks which tests there are."""
    return importlib.import_module("schemathesis")


@functools.cache
def checks() -> tuple[Any, ...]:
    """What an answer is looked at for."""
    conform = importlib.import_module("schemathesis.specs.openapi.checks")
    return (
        importlib.import_module("schemathesis.checks").not_a_server_error,
        conform.status_code_conformance,
        conform.content_type_conformance,
        conform.response_schema_conformance,
        conform.response_headers_conformance,
    )


def picture() -> bytes:
    """A small one."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    return drawn.getvalue()


# What happy people ask for, in an order in which it succeeds, and the status that says so.
DONE: list[tuple[str, str, Any, int]] = [
    (
        "post",
        "/sign-in/email",
        {"email": "ada-0@example.com", "password": PASSWORD, "callbackURL": "/x"},
        200,
    ),
    ("get", "/get-session", None, 200),
    ("get", "/list-sessions", None, 200),
    ("get", "/list-accounts", None, 200),
    ("post", "/verify-password", {"password": PASSWORD}, 200),
    ("post", "/update-user", {"name": "Countess", "image": None}, 200),
    ("post", "/change-email", {"newEmail": "countess@example.com"}, 200),
    ("post", "/send-verification-email", {"email": "ada-0@example.com"}, 200),
    ("post", "/request-password-reset", {"email": "ada-0@example.com"}, 200),
    (
        "post",
        "/change-password",
        {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!", "revokeOtherSessions": True},
        200,
    ),
    ("get", "/api/activity", None, 200),
    ("post", "/api/folders", {"name": "Papers"}, 200),
    ("post", "/api/documents", {"title": "Garden", "icon": None}, 200),
    ("get", "/api/documents", None, 200),
    ("get", "/api/forward-auth", None, 204),
    ("post", "/api/avatar", picture(), 200),
    ("delete", "/api/avatar", None, 200),
    ("post", "/delete-user", {"password": PASSWORD + "!"}, 200),
    ("get", "/list-sessions", None, 401),
]


# The same examples each time: what is here is no search for luck.
QUIET = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture(scope="module")
def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("asked")
    with serving(folder, DATABASE_URL=database_url) as found:
        yield found


@pytest.fixture
def origin(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def somebody(origin: str, number: int) -> dict[str, str]:
    """The headers of somebody who is signed in."""
    body = {"name": "Ada", "email": f"ada-{number}@example.com", "password": PASSWORD}
    answer = requests.post(f"{origin}/api/auth/sign-up/email", json=body, timeout=60)
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in answer.cookies.items())}


def test_what_the_document_allows_is_answered_as_it_says(origin: str, clean: None) -> None:
    """With a session and without; what fits the document is never a VALIDATION_ERROR."""
    document = requests.get(origin + PATH, timeout=60).json()
    asked: dict[str, set[int]] = {}
    with requests.Session() as connection:
        connection.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for number, found in enumerate(schemathesis().openapi.from_dict(document).get_all_operations()):
            operation = cast(Any, found).ok()
            statuses = asked.setdefault(operation.label, set())
            for headers in (somebody(origin, number), {}):
                ask(operation, connection, origin, {"Origin": origin, **headers}, statuses)
    assert len(asked) > 35
    assert all(statuses for statuses in asked.values())


def test_what_succeeds_is_answered_as_it_says(origin: str, clean: None) -> None:
    schema = schemathesis().openapi.from_dict(requests.get(origin + PATH, timeout=60).json())
    browser = requests.Session()
    browser.headers["Origin"] = origin
    somebody(origin, 0)
    for method, path, body, status in DONE:
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        url = base(origin, path) + path
        answer = browser.request(method, url, allow_redirects=False, timeout=60, **sent)
        assert answer.status_code == status, (path, answer.text)
        schema[path][method].validate_response(answer)


def base(origin: str, path: str) -> str:
    """The server of a path."""
    return origin if path.startswith(("/api/", "/health")) else f"{origin}/api/auth"


def ask(
    operation: Any, connection: requests.Session, origin: str, headers: dict[str, str], statuses: set[int]
) -> None:
    """Some requests that fit, by one caller."""
    server = base(origin, operation.path)

    @QUIET
    @hypothesis.given(case=operation.as_strategy())
    def run(case: Any) -> None:
        answer = case.call(base_url=server, session=connection, headers=headers, allow_redirects=False)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=checks())
        assert b'"VALIDATION_ERROR"' not in answer.content, (operation.label, case.body, answer.content)

    run()
