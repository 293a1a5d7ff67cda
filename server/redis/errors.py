"""What goes wrong with Redis, in a module that needs no library."""

from __future__ import annotations

import asyncio

from server.database import DatabaseUnavailable


class RedisUnavailable(DatabaseUnavailable):
    """Redis did not answer in time, or refused: where sessions are cannot be reached."""


def is_to_end() -> bool:
    """Whether this task was cancelled: before Python 3.12 redis-py loses that where Redis answers at the same moment.

    So what goes on for ever with redis-py has to ask; else whoever waits for its end does so for ever, too.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
