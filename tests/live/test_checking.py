"""What strangers send is an update, or nonsense: never a gigabyte, and never the end of the process."""

import random
from typing import Any

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText, merge_updates

from server.live.checking import check_update, read_state
from server.live.crdt import Broken, Copy, merge
from server.live.frames import Nonsense, varbytes, varuint

HUGE = varuint(400_000_000)
TINY = varuint(1)


def item(kind: int, content: bytes) -> bytes:
    """An update of one item below the text, whose content is this."""
    head = varuint(1) + varuint(1) + varuint(7) + varuint(0)
    return head + bytes([kind, 1]) + varbytes(b"default") + content + varuint(0)


def written() -> tuple[Any, list[bytes]]:
    """A document with all that an editor writes, and its changes."""
    doc: Doc[Any] = Doc()
    changes: list[bytes] = []
    doc.observe(lambda event: changes.append(event.update))
    top = doc.get("default", type=XmlFragment)
    block, text = XmlElement("heading"), XmlText()
    top.children.append(block)
    block.children.append(text)
    block.attributes["level"] = 2.0
    block.attributes["marks"] = {"a": [1, None, True, "é", 2**40, -7, 0.5]}
    text.insert(0, "hé😀llo")
    text.insert(len("hé😀llo".encode()), " 世界")
    text.format(0, 3, {"bold": True, "link": {"href": "https://example.com"}})
    del text[0:1]
    text.insert_embed(0, {"image": "x"})
    return doc, changes


BOMBS = {
    "clients": HUGE,
    "structs": TINY + HUGE + varuint(7) + varuint(0),
    "who deleted": varuint(0) + HUGE,
    "what was deleted": varuint(0) + TINY + varuint(7) + HUGE,
    "an object": item(8, TINY + b"\x76" + HUGE),
    "an array": item(8, TINY + b"\x75" + HUGE),
    "values": item(8, HUGE),
    "texts": item(2, HUGE),
    "a text": item(4, HUGE + b"abc"),
    "bytes": item(3, HUGE + b"abc"),
    "arrays in arrays": item(8, TINY + b"\x75\x01" * 100_000 + b"\x7f"),
    "objects in objects": item(8, TINY + b"\x76\x01\x00" * 100_000 + b"\x7f"),
    "JSON in JSON": item(5, varbytes(b"[" * 100_000 + b"]" * 100_000)),
    "a mark of that": item(6, varbytes(b"link") + varbytes(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)),
    "a document within": item(9, varbytes(b"x") + b"\x7f"),
    "a type that nobody has": item(7, varuint(9)),
    "a move": item(11, b"\x00" * 8),
    "no text": item(4, varbytes(b"\xff\xfe")),
    "a number without an end": b"\xff" * 30,
    "nothing": b"",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_nonsense(name: str) -> None:  # S46
    with pytest.raises(Nonsense):
        Copy().take(BOMBS[name])


@pytest.mark.parametrize("state", [HUGE, varuint(2) + varuint(7) + varuint(1), b"\x00\x00", b""])
def test_a_state_that_is_none(state: bytes) -> None:  # S46
    with pytest.raises(Nonsense):
        Copy().diff(state)


def test_all_that_an_editor_writes_is_let_through_and_counted() -> None:
    doc, changes = written()
    copy = Copy()
    for change in changes:
        check_update(change)
        copy.take(change)
    assert check_update(doc.get_update()).clocks == read_state(doc.get_state()) == read_state(copy.state)
    assert check_update(merge_updates(changes[0], changes[3])).clocks != read_state(doc.get_state())


def test_what_is_broken_anywhere_is_refused_or_harmless() -> None:  # S46
    doc, changes = written()
    whole, chance = doc.get_update(), random.Random(7)
    copy = Copy([whole])
    for _ in range(3000):
        broken = bytearray(
            chance.choice([whole[: chance.randrange(len(whole))], chance.choice(changes), whole])
        )
        for _ in range(chance.randrange(1, 4)):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            copy.take(bytes(broken))
        except Broken:
            copy = Copy([whole])
        except Nonsense:
            continue
    assert read_state(Copy([copy.encode()]).state) == read_state(copy.state)


def nested(levels: int, at_once: int) -> list[bytes]:
    """Elements within elements, some at once."""
    doc: Doc[Any] = Doc()
    changes: list[bytes] = []
    doc.observe(lambda event: changes.append(event.update))
    inmost: Any = doc.get("default", type=XmlFragment)
    for _ in range(levels // at_once):
        with doc.transaction():
            for _ in range(at_once):
                inmost = inmost.children.append(XmlElement("blockquote")) or inmost.children[0]
    return changes


def is_taken(copy: Copy, change: bytes) -> bool:
    """Whether it is let in."""
    try:
        copy.take(change)
    except Nonsense:
        return False
    return True


@pytest.mark.parametrize(("levels", "at_once"), [(300, 1), (3500, 50), (300, 150)])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_elements_within_elements_come_to_an_end(levels: int, at_once: int, backwards: bool) -> None:  # S46
    """Deleting one of thirty thousand levels would end the process."""
    changes = nested(levels, at_once)
    copy = Copy()
    taken = [is_taken(copy, change) for change in (reversed(changes) if backwards else changes)]
    assert not all(taken)
    assert taken.index(False) <= 201


def test_a_client_is_named_once_and_text_stands_in_the_document() -> None:  # S46
    twice = varuint(2) + 2 * (varuint(1) + varuint(7) + varuint(0) + b"\x00\x01") + varuint(0)
    elsewhere = item(4, varbytes(b"abc")).replace(b"default", b"another")
    for update in (twice, elsewhere):
        with pytest.raises(Nonsense):
            Copy().take(update)


def test_what_waits_for_its_ground_is_in_the_snapshot() -> None:
    """As a page may send its newest change before what it stands on."""
    doc, changes = written()
    early = [*changes[:2], *changes[3:]]
    snapshot = Copy(early).encode(early)
    assert Copy(early).state != doc.get_state()
    late = Copy([snapshot])
    late.apply(changes[2])
    assert late.state == doc.get_state()


def test_text_survives_being_merged() -> None:
    doc, changes = written()
    assert Copy([merge(changes * 40)]).encode() == Copy([doc.get_update()]).encode()
    assert merge([]) == b""
