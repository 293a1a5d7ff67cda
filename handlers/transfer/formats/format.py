"""What a format is: how its rows are found in a file, and what of a person stands in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from handlers.transfer.fields import Fields
from handlers.transfer.person import Person


class HashConfig(Struct, frozen=True):
    """The parameters of a Firebase project's hashes."""

    signer_key: str
    salt_separator: str
    rounds: int
    mem_cost: int


@dataclass(slots=True)
class Beside:
    """What a row alone does not say: rows elsewhere that belong to it, by whose they are; parameters of hashes; a secret."""

    rows: dict[str, list[object]] = field(default_factory=dict)
    hash_config: HashConfig | None = None
    secret: str = field(default="", repr=False)

    def of(self, owner: str | None) -> list[object]:
        """What was gathered for somebody."""
        return self.rows.get(owner or "", [])


Read = Callable[[Fields, Beside], Person | None]
Gather = Callable[[Fields], tuple[str, object] | None]


class Format(Struct, frozen=True):
    """`read` makes a person of a row, or None where it is about something else; it raises Unfit.

    `people` and `others` are where rows lie in a file that is one JSON document, `looks` whether the first row can be
    no other format's. `gather` keeps what belongs to other rows: of the file itself, or of that given with --hashes.
    `heads` are the columns of a CSV file that does not name them.
    """

    name: str
    read: Read
    looks: Callable[[Fields], bool]
    people: tuple[str, ...] = ("users.item",)
    others: tuple[str, ...] = ()
    gather: Gather | None = None
    hashes_apart: bool = False
    heads: tuple[str, ...] = ()


Formats = Mapping[str, Format]
