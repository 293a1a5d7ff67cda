"""Holds each case's conversation with one server and keeps it, unmasked, as readable JSON."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.compat.caller import Caller, Exchange, Look
from tests.compat.case import Case
from tests.compat.options import OPTION_SETS
from tests.compat.servers import Server


@dataclass(frozen=True)
class Held:
    """One conversation; `error` says why it broke off, if it did, `peer` whom our server took it for."""

    case: Case
    heard: list[Exchange | Look]
    peer: str
    error: str = ""


def hold(case: Case, server: Server) -> Held:
    """Holds one case's conversation with one server."""
    caller = Caller(server, OPTION_SETS[case.options], case.title)
    try:
        case.run(caller)
    except Exception as error:
        words = f"{type(error).__name__}: {error}\n{server.last_words()}"
        return Held(case, caller.heard, caller.peer, words.strip())
    return Held(case, caller.heard, caller.peer)


def hold_all(cases: list[Case], servers: Mapping[str, Server], at_once: int = 6) -> list[Held]:
    """Holds many, several at once; `servers` is by option set."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda case: hold(case, servers[case.options]), cases))


def readable(held: Held) -> dict[str, Any]:
    """One conversation for people."""
    found: dict[str, Any] = {"case": held.case.title, "steps": [_step(item) for item in held.heard]}
    return found | ({"broke": held.error} if held.error else {})


def _step(item: Exchange | Look) -> dict[str, Any]:
    if isinstance(item, Look):
        return {"look": item.what, "found": item.found}
    request, answer = item.request, item.answer
    shown = {
        "request": f"{request.method} {request.target}",
        "headers": [f"{k}: {v}" for k, v in request.headers],
    }
    if request.body is not None:
        shown["body"] = _text(request.body)
    noise = {"date", "connection", "keep-alive", "transfer-encoding"}
    headers = [f"{k}: {v}" for k, v in answer.headers if k.lower() not in noise]
    return shown | {"answer": {"status": answer.status, "headers": headers, "body": _text(answer.body)}}


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "backslashreplace")
    return text if len(text) < 3000 else f"{text[:300]}… ({len(raw)} bytes)"
