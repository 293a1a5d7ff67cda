"""Disk, mail and Redis."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from server import clock
from server.config.settings import Settings
from server.feature import Check, Finding
from server.mail import ways

LEAST_BYTES, LEAST_SHARE, FULL_BYTES = 1 << 30, 0.05, 64 << 20
ANSWER_SECONDS = 3.0
APART_SECONDS = 2.0
_REACH = "See whether it can be reached from here, and whether user and password are right."


async def disk(settings: Settings, _: object) -> Finding:
    """Room in the folders, and whether they can be written in."""
    folders = dict.fromkeys(_existing(each) for each in (settings.data_dir, settings.shared_dir))
    found = [_room(folder) for folder in folders]
    order = ("ok", "note", "warning", "failure")
    return max(found, key=lambda each: order.index(each.level))


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _room(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    nodes = os.statvfs(folder)
    words = f"{folder} has {_size(usage.free)} of {_size(usage.total)} free"
    advice = "Make room there, or set DATA_DIR or SHARED_DIR to another disk."
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "failure", f"{folder} cannot be written in", "Make it this user's, or set DATA_DIR or SHARED_DIR."
        )
    if usage.free < min(FULL_BYTES, usage.total // 10) or (nodes.f_files and not nodes.f_favail):
        return Finding(
            "failure",
            words if nodes.f_favail or not nodes.f_files else f"{folder} takes no more files",
            advice,
        )
    if usage.free < LEAST_BYTES or usage.free < usage.total * LEAST_SHARE:
        return Finding("warning", words, advice)
    return Finding("ok", words)


def _size(number: int) -> str:
    return f"{number / (1 << 30):.1f} GB" if number >= 1 << 30 else f"{number / (1 << 20):.0f} MB"


async def mail(settings: Settings, _: object) -> Finding:
    """A conversation without a mail: greeting, TLS, sign-in."""
    transport = ways.transport(settings)
    try:
        problem = await transport.problem() if ways.sends(settings) else None
    finally:
        await transport.close()
    if not ways.sends(settings):
        advice = "Set SMTP_URL, or the key of a provider: without one nobody can reset a password."
        return Finding("warning" if settings.production else "note", f"mails go to {transport.words}", advice)
    if problem:
        return Finding("failure", f"{transport.words}: {problem}", _REACH)
    return Finding("ok", f"{transport.words} takes mails")


async def redis(settings: Settings, _: object) -> Finding:
    """Whether it answers, whose clock it has, and what it does when it is full."""
    if settings.redis_url is None:
        return Finding("ok", "none is set, and none is needed by a single host")
    from redis.asyncio import Redis  # which takes a tenth of a second
    from redis.exceptions import RedisError

    client = Redis.from_url(
        settings.redis_url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
    )
    try:
        await client.ping()
        seconds, micros = await client.time()
        apart = seconds + micros / 1e6 - clock.now().timestamp()
        memory = await client.info("memory")
        return _of_redis(memory, apart)
    except (RedisError, OSError, TimeoutError) as error:
        advice = "Start it, or mend REDIS_URL: until then each host counts limits by itself."
        return Finding("failure", f"it does not answer: {str(error) or type(error).__name__}", advice)
    finally:
        await client.aclose()


def _of_redis(memory: dict[str, object], apart: float) -> Finding:
    policy = str(memory.get("maxmemory_policy", "unknown"))
    if abs(apart) > APART_SECONDS:
        words = f"its clock is {apart:+.0f} s from this machine's"
        return Finding("warning", words, "Have both set by NTP: limits and sessions end by these clocks.")
    if policy.startswith("allkeys"):
        words = f"maxmemory-policy is {policy}: when it is full it forgets what still counts"
        return Finding("warning", words, "Set it to noeviction or volatile-ttl, and give it room.")
    return Finding("ok", f"it answers; maxmemory-policy is {policy}")


CHECKS = (Check("disk", disk), Check("mail", mail), Check("redis", redis))
