"""`ai-editor document`: what an administrator does with documents, and `user hand-over`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from msgspec import Struct

from handlers.documents import clearing, content, exporting
from handlers.documents.content import FORMATS
from handlers.documents.rows import Link, Member
from handlers.documents.store import attachments, grants, operating, titles
from handlers.documents.store.attachments import Room
from handlers.documents.store.operating import Summary, Weight
from server import clock
from server.backup import make
from server.backup.errors import BackupError
from server.cli import asking, listings, lookup, output, setup
from server.cli.options import json_option, limit_option
from server.cli.setup import Refused
from server.database import Executor
from server.documents import access, document_store
from server.documents.model import Document, Place
from server.live import compaction
from server.model import User
from server.protocol import wire
from server.services import Services


@click.group()
def document() -> None:
    """Documents: look up, export, take back from the trash, delete.

    ID is the last part of a document's address, /documents/ID.
    """


async def get_document(db: Executor, document_id: str) -> Document:
    """The document; raises Refused when there is none."""
    found = await access.find(db, document_id)
    if found is None:
        raise Refused(f"no document has the id {document_id!r}")
    return found


@document.command("list")
@click.option("--user", metavar="WHO", help="Only what belongs to a user (e-mail address or id).")
@click.option("--trash", is_flag=True, help="What is in the trash, in place of what is not.")
@click.option("--search", default="", metavar="TEXT", help="Only what has TEXT in its title.")
@limit_option
@json_option
def list_documents(user: str | None, trash: bool, search: str, limit: int, as_json: bool) -> None:
    """List documents, what was changed last first.

    \b
    Examples:
      ai-editor document list --user ada@example.com
      ai-editor document list --trash --json | jq -r '.documents[].id'
    """

    async def work(db: Executor) -> tuple[list[Summary], int]:
        owner_id = (await lookup.get_user(db, user)).id if user else None
        found = await operating.list_summaries(db, owner_id, trash, search, limit)
        return found, await operating.count(db, owner_id, trash, search)

    found, total = setup.run(setup.reading(work))
    if as_json:
        output.document({"documents": [_summary(each) for each in found], "total": total})
        return
    rows = [
        (each.id, each.title, each.owner, str(each.members), _size(each.size), output.when(each.updated_at))
        for each in found
    ]
    output.table(("ID", "TITLE", "OWNER", "SHARED WITH", "SIZE", "CHANGED"), rows, ("TITLE", "OWNER"))
    listings.remainder(len(found), total, "document")


def _summary(each: Summary) -> wire.Json:
    return {
        "id": each.id,
        "title": each.title,
        "owner": each.owner,
        "members": each.members,
        "bytes": each.size,
        "updatedAt": wire.date(each.updated_at),
        "deletedAt": wire.date(each.deleted_at) if each.deleted_at else None,
    }


def _size(number: int) -> str:
    return f"{number} B" if number < 1000 else f"{number / 1000:.1f} kB"


class _Portrait(Struct, frozen=True):
    document: Document
    owner: User
    weight: Weight | None
    members: list[Member]
    links: list[Link]
    files: Room


@document.command()
@click.argument("document_id", metavar="ID")
@json_option
def show(document_id: str, as_json: bool) -> None:
    """Show a document: whose it is, who has access, how large it and its files are. Not what it says.

    \b
    Examples:
      ai-editor document show 0Zq3vX8f
      ai-editor document show 0Zq3vX8f --json
    """

    async def work(services: Services) -> _Portrait:
        db = services.db
        found = await get_document(db, document_id)
        return _Portrait(
            found,
            await lookup.get_user(db, found.owner_id),
            await operating.weigh(db, document_id),
            await grants.list_members(db, document_id, clock.now()),
            await grants.list_links(db, document_id),
            await attachments.measure(db, document_id),
        )

    found = setup.run(work)
    if as_json:
        output.document(_portrait(found))
    else:
        _print_portrait(found)


def _portrait(found: _Portrait) -> wire.Json:
    shown = found.document
    return {
        "id": shown.id,
        "title": shown.title,
        "owner": found.owner.email,
        "createdAt": wire.date(shown.created_at),
        "updatedAt": wire.date(shown.updated_at),
        "deletedAt": wire.date(shown.deleted_at) if shown.deleted_at else None,
        "bytes": found.weight.snapshot + found.weight.log_bytes if found.weight else 0,
        "attachments": {"files": found.files.number, "bytes": found.files.size},
        "people": [{"email": each.invited or each.address, "role": each.role} for each in found.members],
        "links": [{"role": each.role} for each in found.links],
    }


def _print_portrait(found: _Portrait) -> None:
    shown, weight = found.document, found.weight or Weight(0, 0, 0)
    output.facts(
        {
            "id": shown.id,
            "title": shown.title,
            "owner": found.owner.email,
            "created": output.exactly(shown.created_at),
            "changed": output.exactly(shown.updated_at),
            "in the trash": output.exactly(shown.deleted_at) if shown.deleted_at else "no",
            "size": f"{_size(weight.snapshot)}, and {output.counted(weight.log_rows, 'change')} of {_size(weight.log_bytes)} since",
            "attachments": f"{output.counted(found.files.number, 'file')}, {_size(found.files.size)}",
            "links": str(len(found.links)),
        }
    )
    if found.members:
        click.echo()
        rows = [(each.invited or each.address or "", each.role) for each in found.members]
        output.table(("SHARED WITH", "ROLE"), rows, ("SHARED WITH",))


@document.command()
@click.argument("document_id", metavar="ID", required=False)
@click.option("--user", metavar="WHO", help="All documents of a user (e-mail address or id), as a zip.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="markdown", show_default=True)
@click.option(
    "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file, made or replaced."
)
def export(document_id: str | None, user: str | None, form: str, path: Path | None) -> None:
    """Write what a document says to a file, or to standard output; or all that a user has, as Markdown in a zip, with the files.

    \b
    Examples:
      ai-editor document export 0Zq3vX8f > garden.md
      ai-editor document export --user ada@example.com --output ada.zip
    """
    if (document_id is None) == (user is None):
        raise setup.WrongUsage("give the ID of a document, or --user")

    async def work(services: Services) -> None:
        db = services.db
        with _opened(path) as file:
            if user:
                async for piece in exporting.pack(services, (await lookup.get_user(db, user)).id):
                    file.write(piece)
                return
            found, origin = await get_document(db, document_id or ""), services.config.origin
            said = content.document_of(await content.changes(db, found.id))
            placed = FORMATS[form].place(said, Place(origin, found.id))
            file.write(FORMATS[form].file(placed, found.title, origin))

    setup.run(work)


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file, which is as it was where there was nothing to write in it."""
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with make.whole_file(path, force=True) as (file, keep):
            yield file
            keep()
    except BackupError as error:
        raise Refused(str(error)) from error


@document.command()
@click.argument("document_id", metavar="ID")
@json_option
def compact(document_id: str, as_json: bool) -> None:
    """Make one snapshot of all changes of a document; the server does so by itself where there are many.

    \b
    Examples:
      ai-editor document compact 0Zq3vX8f
    """

    async def work(services: Services) -> int:
        await get_document(services.db, document_id)
        return await compaction.compact(services.db, document_id)

    rows = setup.run(work)
    if as_json:
        output.document({"compacted": document_id, "changes": rows})
    else:
        click.echo(f"{output.counted(rows, 'change')} became a snapshot.")


@document.command()
@click.argument("document_id", metavar="ID")
@json_option
def restore(document_id: str, as_json: bool) -> None:
    """Take a document back from the trash.

    \b
    Examples:
      ai-editor document restore 0Zq3vX8f
    """

    async def work(services: Services) -> Document:
        async with services.db.transaction() as tx:
            found = await document_store.lock(tx, document_id)
            if found is None or found.deleted_at is None:
                raise Refused(f"no document with the id {document_id!r} is in the trash")
            await titles.take_back(tx, document_id)
            await services.audit.record(
                tx, "document-restored", by="command", user_id=found.owner_id, document=document_id
            )
        return found

    found = setup.run(work)
    if as_json:
        output.document({"restored": found.id})
    else:
        click.echo(f"{output.plain(found.title) or found.id} is back.")


@document.command()
@click.argument("document_id", metavar="ID")
@asking.yes_option
@json_option
def delete(document_id: str, yes: bool, as_json: bool) -> None:
    """Delete a document for good, with its files, in the trash or not; there is no way back.

    \b
    Examples:
      ai-editor document delete 0Zq3vX8f
      ai-editor document delete 0Zq3vX8f --yes
    """
    found = setup.run(lambda services: get_document(services.db, document_id))
    asking.go_on(f"Delete {output.plain(found.title) or found.id} for good?", yes)

    async def work(services: Services) -> None:
        async with services.db.transaction() as tx:
            await titles.throw_away(tx, document_id, clock.now())
            if not await titles.delete(tx, document_id):
                raise Refused(f"no document has the id {document_id!r} any more")
            await services.audit.record(
                tx, "document-deleted", by="command", user_id=found.owner_id, document=document_id
            )
        await clearing.clear(services, [document_id])

    setup.run(work)
    if as_json:
        output.document({"deleted": found.id})
    else:
        click.echo(f"Deleted {output.plain(found.title) or found.id}.")


@click.command("hand-over")
@click.argument("who")
@click.argument("heir", metavar="TO")
@json_option
def hand_over(who: str, heir: str, as_json: bool) -> None:
    """Make all documents and folders of WHO those of TO, before WHO is deleted, say.

    Both are e-mail addresses or ids. Who else has access keeps it.

    \b
    Examples:
      ai-editor user hand-over ada@example.com grace@example.com
    """

    async def work(services: Services) -> tuple[User, User, int]:
        giver, taker = await lookup.get_user(services.db, who), await lookup.get_user(services.db, heir)
        if giver.id == taker.id:
            raise Refused("that is the same user")
        async with services.db.transaction() as tx:
            number = await titles.hand_over_all(tx, giver.id, taker.id)
            await grants.delete_of_owner(tx, taker.id)
            await services.audit.record(tx, "document-transferred", by="command", user_id=giver.id)
        return giver, taker, number

    giver, taker, number = setup.run(work)
    if as_json:
        output.document({"from": giver.id, "to": taker.id, "documents": number})
    else:
        click.echo(f"{output.counted(number, 'document')} of {giver.email} belong to {taker.email} now.")
