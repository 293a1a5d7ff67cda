"""better-auth's tables in another schema than the one that new tables would go to."""

from collections.abc import Callable

import pytest

from tests.cli.commands import Commands
from tests.conftest import execute
from tests.schema.others import MADE, make, serving, start_refused

NewDatabase = Callable[[], str]
On = Callable[..., Commands]
AUTH = "create schema auth; set search_path to auth; "


def at(url: str, path: str) -> str:
    """The address with a search path."""
    return f"{url}{'&' if '?' in url else '?'}{path}"


def tables(url: str) -> list[str]:
    rows = execute(url, "select schemaname || '.' || tablename from pg_tables where tablename = 'user'")
    return [name for (name,) in rows]


def test_a_second_set_of_tables_is_not_made(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url, tables=AUTH + MADE)
    make(url, "create table public.thing (id integer)", tables="select 1")
    for path in ("", "schema=public", "search_path=app,auth", "search_path=public,auth"):
        make(url, tables="create schema if not exists app")
        ai_editor = on(at(url, path) if path else url)
        words = start_refused(ai_editor)
        assert 'better-auth\'s tables are in the schema "auth"' in words, path
        assert "?search_path=auth" in words
        assert ai_editor("db", "status").code == 1
        for command in (("db", "init"), ("db", "migrate"), ("user", "list")):
            assert ai_editor(*command).refusal
    assert tables(url) == ["auth.user"]


def test_the_schema_that_is_named_is_used(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url, tables=AUTH + MADE)
    ai_editor = on(at(url, "search_path=auth"))
    with serving(ai_editor) as served:
        assert served.visitor().sign_up("ada@example.com")[0] == 200
    assert tables(url) == ["auth.user"]
    assert execute(url, 'select count(*) from auth."user"') == [(1,)]


@pytest.mark.parametrize("path", ["schema=tenant", "options=-csearch_path%3Dtenant,public"])
def test_an_empty_schema_that_is_named_gets_tables_of_its_own(
    new_database: NewDatabase, on: On, path: str
) -> None:
    url = new_database()
    make(url, tables=AUTH + MADE)
    execute(url, "create schema tenant")
    assert on(at(url, path))("db", "migrate").code == 0
    assert sorted(tables(url)) == ["auth.user", "tenant.user"]


def test_what_is_there_already_is_used_whatever_there_is_besides(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    assert on(url)("db", "migrate").code == 0
    make(url, tables=AUTH + MADE)
    assert on(url)("db", "status").code == 0
    execute(url, "create schema other; create table other.user (email text)")
    assert on(url)("user", "list").code == 0
