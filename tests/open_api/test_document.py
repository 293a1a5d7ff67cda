"""The document of the API: better-auth's shape, and all that this server answers."""

import importlib
import json
import re
from typing import Any

import pytest

from handlers import FEATURES
from handlers.open_api.operations import members
from handlers.open_api.places import METHODS, Place, places
from server.feature import Feature
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, public_with
from server.model import Column
from server.protocol import bodies, rules, schemas
from server.protocol.bodies import Record
from tests.client import Client
from tests.conftest import STANDARD
from tests.open_api.asked import PATH, document, operations

pytestmark = [pytest.mark.environ(PLUGINS="all"), pytest.mark.usefixtures("plugged")]
slowly = pytest.mark.gen_test
# What better-auth 1.7.25 calls its operations, where it has a name for them.
THEIRS = {
    "changeEmail", "changePassword", "deleteUser", "getSession", "getSessionPost", "linkSocialAccount",
    "listUserAccounts", "listUserSessions", "requestPasswordReset", "resetPassword", "resetPasswordCallback",
    "sendVerificationEmail", "signInEmail", "signInWithMagicLink", "signOut", "signUpWithEmailAndPassword", "socialSignIn",
    "updateSession", "updateUser", "verifyMagicLink", "verifyPassword",
}  # fmt: skip
EVERYTHING = [place for feature in FEATURES for place in places(feature)]


def validated(found: Any) -> None:
    """The validator takes half a second to import, which each process would do that looks which tests there are."""
    validator = importlib.import_module("openapi_spec_validator")
    validator.validate(found, cls=validator.OpenAPIV31SpecValidator)


@slowly
async def test_it_is_openapi_in_the_shape_that_better_auth_gives_it(client: Client) -> None:
    found = await document(client)
    validated(found)
    assert list(found) == ["openapi", "info", "components", "security", "servers", "tags", "paths"]
    assert found["openapi"] == "3.1.1"
    assert found["servers"] == [{"url": f"{client.base_url}/api/auth"}]
    assert {"User", "Session", "Account"} <= set(found["components"]["schemas"])
    assert found["tags"][0]["name"] == "Default"
    assert {each["operationId"] for _, _, each in operations(found)} >= THEIRS
    wanted = ["tags", "description", "operationId", "security", "parameters", "responses"]
    assert all(set(wanted) <= set(each) for _, _, each in operations(found))


@slowly
async def test_names_of_operations_are_names_once(client: Client) -> None:
    names = [each["operationId"] for _, _, each in operations(await document(client))]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name[0].islower() for name in names)


@slowly
async def test_every_route_of_the_api_is_in_it(client: Client, features: tuple[Feature, ...]) -> None:
    found = await document(client)
    seen = {(path, method) for path, method, _ in operations(found)}
    told = [place for feature in features for place in places(feature)]
    for feature in features:
        for path, handler in feature.api:
            place = next(each for each in told if (each.path, each.handler) == (path, handler))
            here = {each.lower() for each in handler.SUPPORTED_METHODS if handler.access_to(each)}  # type: ignore[attr-defined]
            assert {(place.template, each) for each in here & set(METHODS)} <= seen
    assert ("/api/avatar", "post") in seen
    assert ("/metrics", "get") not in seen


@pytest.mark.parametrize("place", EVERYTHING, ids=lambda place: place.path)
def test_all_of_it_says_what_it_answers_and_takes(place: Place) -> None:
    for method in place.methods:
        assert method.answers, f"{place.path}: say what {method.name} answers"
        assert place.description(method)
        for kind in (method.access.body, getattr(place.handler, "query_type", None)):
            if kind and kind is not Record:
                assert all(members(kind)["properties"].values()), f"{kind.__name__}: a rule says nothing"


@pytest.mark.environ(PLUGINS="none")
@slowly
async def test_models_are_what_answers_have(client: Client) -> None:
    await client.sign_up()
    models = (await document(client))["components"]["schemas"]
    who = (await client.api("/get-session")).json
    account = (await client.api("/list-accounts")).json[0]
    for name, found in (("User", who["user"]), ("Session", who["session"]), ("Account", account)):
        assert set(models[name]["properties"]) == set(models[name]["required"]) == set(found)
    error = (await client.api("/verify-password", {"password": "wrong"})).json
    assert set(models["Error"]["properties"]) == set(error)


@pytest.mark.environ(PLUGINS="magic-link")
@slowly
async def test_it_says_who_may_call(client: Client) -> None:
    found = await document(client)
    sessions = found["paths"]["/list-sessions"]["get"]
    assert sessions["security"] == [{"apiKeyCookie": []}]
    assert {} in found["paths"]["/sign-in/email"]["post"]["security"]
    assert found["components"]["securitySchemes"]["apiKeyCookie"]["name"] == "better-auth.session_token"
    assert "SESSION_NOT_FRESH" not in json.dumps(sessions["responses"]["401"])
    assert "INVALID_EMAIL_OR_PASSWORD" in json.dumps(
        found["paths"]["/sign-in/email"]["post"]["responses"]["401"]
    )


SIGN_INS = {
    "password": {"/sign-in/email", "/sign-in/username", "/sign-in/phone-number"},
    "all": {
        "/sign-in/email", "/sign-in/username", "/sign-in/phone-number", "/sign-in/email-otp", "/sign-in/social",
        "/email-otp/verify-email", "/magic-link/verify", "/one-tap/callback", "/phone-number/verify",
    },
}  # fmt: skip


def asking(found: Any) -> set[str]:
    """The paths that may answer that a second factor is needed."""
    said = (
        (path, each["responses"].get("200", {}).get("content", {})) for path, _, each in operations(found)
    )
    schemas = ((path, content.get("application/json", {}).get("schema", {})) for path, content in said)
    return {
        path
        for path, schema in schemas
        if any("twoFactorRedirect" in each.get("properties", {}) for each in schema.get("anyOf", ()))
    }


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param("password", marks=pytest.mark.environ(PLUGINS="all")),
        pytest.param("all", marks=pytest.mark.environ(PLUGINS="all", TWO_FACTOR_SCOPE="all")),
    ],
)
@slowly
async def test_sign_ins_say_that_a_second_factor_may_be_asked_for(client: Client, scope: str) -> None:
    found = await document(client)
    validated(found)
    assert asking(found) == SIGN_INS[scope]


@pytest.mark.environ(PLUGINS="username")
@slowly
async def test_without_the_plugin_nothing_says_so(client: Client) -> None:
    assert asking(await document(client)) == set()


@pytest.mark.environ(PLUGINS="bearer")
@slowly
async def test_it_says_that_a_header_may_stand_for_the_cookie(client: Client) -> None:
    found = await document(client)
    assert found["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"
    both: list[dict[str, list[str]]] = [{"apiKeyCookie": []}, {"bearerAuth": []}]
    assert found["paths"]["/list-sessions"]["get"]["security"] == both
    assert found["paths"]["/sign-in/email"]["post"]["security"] == [{}, *both]


@slowly
async def test_what_is_beside_better_auth_names_its_own_server(client: Client) -> None:
    found = await document(client)
    for path in ("/api/avatar", "/api/activity", "/api/forward-auth", "/health", "/health/ready"):
        assert found["paths"][path]["servers"] == [{"url": client.base_url}]
    assert "servers" not in found["paths"]["/sign-in/email"]


@slowly
async def test_a_body_without_a_member_that_is_required_is_refused(client: Client) -> None:
    """And so is each that says nothing of the kind that it has to be."""
    await client.sign_up()
    asked = 0
    for path, method, each in operations(await document(client)):
        address = path if path.startswith("/api/") else f"/api/auth{path}"
        content = each.get("requestBody", {}).get("content", {}).get("application/json")
        for missing in (content or {"schema": {}})["schema"].get("required", ()):
            body = {name: "x@example.com" for name in content["schema"]["required"] if name != missing}
            refused = await client.send(method.upper(), re.sub(r"\{\w+\}", "x", address), body)
            assert (refused.status, refused.json["code"]) == (400, "VALIDATION_ERROR"), path
            assert f"[body.{missing}]" in refused.json["message"]
            asked += 1
    assert asked > 12


class PlaceOrder(ApiHandler):
    """POST /orders/:number: a thing of a feature's own."""

    @public
    @answers(schemas.STATUS)
    async def post(self, number: str) -> None:
        """Takes it. S10 S11."""
        self.answer({"status": True})


class WishBody(bodies.Body):
    """Of every kind."""

    sizes: list[float] = bodies.required(rules.array_of(rules.number))
    notes: dict[str, str] | None = bodies.optional(rules.record_of(rules.nonempty))
    return_url: str | None = bodies.redirect("returnURL")


class MakeWish(ApiHandler):
    """Says nothing of its answers."""

    @public_with(WishBody)
    async def post(self, body: WishBody) -> None:
        """Whatever."""
        self.answer({})


ORDERS = Feature(
    name="orders",
    api=(("/orders/([^/]+)", PlaceOrder), ("/wish", MakeWish)),
    columns=(
        Column("user", "invite", required=True),
        Column("user", "level", "number"),
        Column("user", "hidden", returned=False),
        Column("user", "role", input=False),
    ),
)


class TestAnotherFeature:
    @pytest.fixture
    def features(self) -> tuple[Feature, ...]:
        return (ORDERS, *STANDARD)

    @slowly
    async def test_its_endpoints_are_in_the_document(self, client: Client) -> None:
        found = await document(client)
        validated(found)
        order = found["paths"]["/orders/{number}"]["post"]
        assert order["operationId"] == "placeOrder"
        assert order["description"] == "A thing of a feature's own.\n\nTakes it."
        assert [(each["name"], each["in"]) for each in order["parameters"]] == [("number", "path")]
        wish = found["paths"]["/wish"]["post"]
        body = wish["requestBody"]["content"]["application/json"]["schema"]
        assert body["required"] == ["sizes"]
        assert body["properties"]["sizes"] == {"type": "array", "items": {"type": "number"}}
        assert body["properties"]["notes"]["additionalProperties"] == {"type": "string", "minLength": 1}
        assert wish["responses"]["200"]["content"] == {"application/json": {"schema": {}}}

    @slowly
    async def test_its_columns_are_where_they_can_be_said_and_seen(self, client: Client) -> None:
        found = await document(client)
        assert {"invite", "level", "role"} <= set(found["components"]["schemas"]["User"]["properties"])
        assert "hidden" not in found["components"]["schemas"]["User"]["properties"]
        bodies = [
            found["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
            for path in ("/sign-up/email", "/update-user")
        ]
        for body in bodies:
            assert {"invite", "level", "hidden"} <= set(body["properties"])
            assert "role" not in body["properties"]
        assert ["invite" in body.get("required", ()) for body in bodies] == [True, False]


@pytest.mark.environ(FEATURES_OFF="open-api")
@slowly
async def test_it_can_be_off(client: Client) -> None:
    for path in (PATH, "/api/auth/reference"):
        answer = await client.send("GET", path)
        assert (answer.status, answer.body) == (404, b"")


@pytest.mark.environ(FEATURES_OFF="avatar,audit")
@slowly
async def test_what_is_off_is_not_in_it(client: Client) -> None:
    paths = (await document(client))["paths"]
    assert not {"/api/avatar", "/api/activity"} & set(paths)
