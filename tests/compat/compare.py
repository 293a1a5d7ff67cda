"""Lays two conversations beside each other and says where they part."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from tests.compat import tree
from tests.compat.allowed import ADDED, settle, settle_look
from tests.compat.caller import Exchange, Look
from tests.compat.case import Case
from tests.compat.mask import Mask
from tests.compat.options import OPTION_SETS, Options
from tests.compat.record import Held
from tests.compat.wire import Answer, Request

MATTER = ("content-type", "location", "cache-control", "pragma", "x-retry-after", "set-auth-token")
_CLEARED = re.compile(r"\S*session_token_multi-[^=]*=; Max-Age=0")
NOISE = ("connection", "content-length", "date", "keep-alive", "server", "set-cookie", "transfer-encoding")


@dataclass(frozen=True)
class Difference:
    """`where` in the conversation, and what was said on either side."""

    where: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """One case compared; no differences means the same."""

    case: Case
    differences: list[Difference]

    def __str__(self) -> str:
        """For people: each place once, then what differs there."""
        return told(self.differences)


def told(differences: list[Difference]) -> str:
    """Differences in order, each place named once."""
    lines: list[str] = []
    for place, found in itertools.groupby(differences, key=lambda difference: difference.where):
        lines += [place, *(difference.text for difference in found)]
    return "\n".join(lines)


def compare(theirs: Held, ours: Held) -> Verdict:
    """The differences between the reference's conversation and ours, outside those made on purpose."""
    options = OPTION_SETS[theirs.case.options]
    # better-auth never looks at the socket and keeps an empty address; ours keeps the peer's.
    masks = Mask(options.secret, ""), Mask(options.secret, ours.peer)
    found = [Difference("better-auth's side broke off", theirs.error)] if theirs.error else []
    if ours.error:
        found.append(Difference("our side broke off", ours.error))
    for number, (left, right) in enumerate(zip(theirs.heard, ours.heard, strict=False), 1):
        where = f"step {number} {_title(left)}"
        seconds = max(left.at - theirs.heard[0].at, right.at - ours.heard[0].at)
        found += [Difference(where, text) for text in _step(left, right, masks, options, seconds)]
    if len(theirs.heard) != len(ours.heard) and not found:
        found.append(Difference("number of steps", f"{len(theirs.heard)} there, {len(ours.heard)} here"))
    return Verdict(theirs.case, found)


def _step(
    theirs: Exchange | Look, ours: Exchange | Look, masks: tuple[Mask, Mask], options: Options, seconds: float
) -> list[str]:
    if isinstance(theirs, Look) or isinstance(ours, Look):
        return _looks(theirs, ours, masks)
    settled = settle(theirs.request, theirs.answer, ours.answer, options, seconds)
    faults = [f"    on purpose, but wrong: {fault}" for fault in settled.wrong]
    faults += [f"    a header of ours that is not agreed: {name}" for name in _unknown(ours.answer)]
    left = _answer(settled.theirs, masks[0], theirs.at)
    right = _answer(settled.ours, masks[1], ours.at)
    return faults + [_beside(a, b) for a, b in zip(left, right, strict=True) if a != b]


def _looks(theirs: Exchange | Look, ours: Exchange | Look, masks: tuple[Mask, Mask]) -> list[str]:
    faults: list[str] = []
    if isinstance(theirs, Look) and isinstance(ours, Look):
        ours, wrong = settle_look(theirs, ours)
        faults = [f"    on purpose, but wrong: {fault}" for fault in wrong]
    seen = _look(theirs, masks[0]), _look(ours, masks[1])
    return faults + ([] if seen[0] == seen[1] else [_beside(*seen)])


def _answer(answer: Answer, mask: Mask, at: float) -> tuple[str, ...]:
    """Status, body and each header that matters, as they are compared."""
    body = mask.body(answer.body.decode("utf-8", "backslashreplace"), at)
    return (str(answer.status), body, *_headers(answer, mask, at))


def _settled(lines: list[str]) -> list[str]:
    """A sign-out clears the cookies of other sessions as better-auth's checks of their signatures end: in an order of chance."""
    ends = [line for line in lines if _CLEARED.match(line)]
    ordered = iter(sorted(ends))
    return [next(ordered) if _CLEARED.match(line) else line for line in lines]


def _headers(answer: Answer, mask: Mask, at: float) -> list[str]:
    lines = _settled(mask.cookies(answer.all("set-cookie"), at))
    cookies = "".join(f"\n        set-cookie: {line}" for line in lines)
    rest = [
        ", ".join(f"{name}: {mask.header(name, value, at)}" for value in answer.all(name)) for name in MATTER
    ]
    return [cookies, *rest]


def _unknown(answer: Answer) -> list[str]:
    return sorted({name.lower() for name, _ in answer.headers} - {*MATTER, *NOISE, *ADDED})


def _look(item: Exchange | Look, mask: Mask) -> str:
    if isinstance(item, Exchange):
        return f"an exchange: {_title(item)}"
    return tree.write(mask.value(_ordered(item.found), item.at))


def _ordered(found: object) -> object:
    if isinstance(found, dict):
        return tree.Pairs((key, _ordered(value)) for key, value in found.items())
    return [_ordered(item) for item in found] if isinstance(found, list) else found


def _beside(left: str, right: str) -> str:
    return f"    better-auth: {left or '(nothing)'}\n    ours:        {right or '(nothing)'}"


def _title(item: Exchange | Look) -> str:
    return (
        f"look: {item.what.split('FROM')[-1].strip()[:60]}" if isinstance(item, Look) else _line(item.request)
    )


def _line(request: Request) -> str:
    body = "" if request.body is None else " " + request.body[:200].decode("utf-8", "backslashreplace")
    return f"{request.method} {request.target}{body}"
