"""A Redis that Sentinels watch: they say which one leads, and another one after it is gone.

redis+sentinel://user:password@host:26379,host2/service/0, or rediss+sentinel://…; the user and password are those of the
Redis, and of the Sentinels too with `?sentinel_auth=yes`.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel

PORT = 26379
_ADDRESS = re.compile(
    r"redis(?P<tls>s?)\+sentinel://(?:(?P<user>[^:@/]*):(?P<password>[^@/]*)@)?(?P<hosts>[^@/?#]+)"
    r"/(?P<service>[A-Za-z0-9._-]+)(?:/(?P<number>[0-9]{1,4}))?(?P<auth>\?sentinel_auth=yes)?"
)
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::(?P<port>[0-9]{1,5}))?")


class Watched(Struct, frozen=True):
    """Who is asked, for which service, and what is said to the Redis that they name."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    options: dict[str, Any]
    ask_with: dict[str, Any]


def read(url: str) -> Watched | None:
    """None for an address of another kind; raises ValueError where it is none of this."""
    if "+sentinel:" not in url.partition("//")[0]:
        return None
    found = _ADDRESS.fullmatch(url)
    hosts = [_HOST.fullmatch(each) for each in found["hosts"].split(",")] if found else [None]
    if found is None or None in hosts:
        raise ValueError("no address of Sentinels")
    named = tuple((each["name"].strip("[]"), int(each["port"] or PORT)) for each in hosts if each)
    if not all(0 < port < 65536 for _, port in named):
        raise ValueError("no port")
    who = {"username": found["user"], "password": found["password"]}
    who = {name: unquote(value) for name, value in who.items() if value}
    tls = {"ssl": True} if found["tls"] else {}
    options = {**who, **tls, "db": int(found["number"] or 0)}
    return Watched(named, found["service"], options, {**tls, **(who if found["auth"] else {})})


class _Leader(Redis):
    """Lets go of the Sentinels, too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        pool: Any = self.connection_pool
        for each in pool.sentinel_manager.sentinels:
            await each.aclose()


def open_leader(watched: Watched, options: dict[str, Any]) -> Redis:
    """A client of the Redis that leads, whichever that is when a connection is made."""
    asked = {name: value for name, value in options.items() if name not in ("decode_responses", "protocol")}
    make: Any = Sentinel  # which says nothing of its types
    sentinel = make(list(watched.hosts), sentinel_kwargs={**asked, **watched.ask_with})
    leader: Redis = sentinel.master_for(watched.service, redis_class=_Leader, **watched.options, **options)
    return leader
