"""Rules that others gave the tables speak against a change: a typed answer, and the log says which rule."""

from collections.abc import Callable

import pytest

from tests.cli.commands import Commands
from tests.conftest import execute
from tests.schema.others import PASSWORD, make, serving

EMAIL = "ada@example.com"
RAISES = """create function no() returns trigger language plpgsql as $$ begin raise exception 'kept by law'; end $$;
    create trigger no before {} on "user" for each row execute function no()"""
ORDERS = 'create table "orders" ("userId" text constraint "orders_owner" references "user" ("id") {})'
ORDER = """insert into "orders" select "id" from "user" """
KEPT = {
    "a reference": (ORDERS.format(""), ORDER, "constraint orders_owner"),
    "restricted": (ORDERS.format("on delete restrict"), ORDER, "constraint orders_owner"),
    "set null where none may be": (
        ORDERS.format("on delete set null") + '; alter table "orders" alter "userId" set not null',
        ORDER,
        "column userId",
    ),
    "a trigger": (RAISES.format("delete"), "select 1", "kept by law"),
}


@pytest.mark.parametrize(("rule", "row", "named"), KEPT.values(), ids=KEPT)
def test_a_user_whom_others_hold_is_not_deleted(
    new_database: Callable[[], str], on: Callable[..., Commands], rule: str, row: str, named: str
) -> None:
    url = new_database()
    make(url, rule)
    ai_editor = on(url)
    with serving(ai_editor) as served:
        ada = served.visitor()
        assert ada.sign_up(EMAIL)[0] == 200
        execute(url, row)
        status, body = ada.api("/delete-user", {"password": PASSWORD})
        assert (status, body["code"]) == (409, "CHANGE_REFUSED")
        assert ada.api("/get-session")[1]["user"]["email"] == EMAIL
        assert named in ai_editor("user", "delete", EMAIL, "--yes").refusal
    assert any(named in line and "refused a change" in line for line in served.said)


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [("insert", 422, "FAILED_TO_CREATE_USER"), ("update", 400, "FAILED_TO_UPDATE_USER")],
)
def test_a_trigger_that_raises_is_named(
    new_database: Callable[[], str], on: Callable[..., Commands], event: str, status: int, code: str
) -> None:
    url = new_database()
    make(url, RAISES.format(event))
    with serving(on(url)) as served:
        ada = served.visitor()
        answer = ada.sign_up(EMAIL)
        if event == "update":
            answer = ada.api("/update-user", {"name": "Eve"})
        assert (answer[0], answer[1]["code"]) == (status, code)
    assert any("kept by law" in line for line in served.said)
