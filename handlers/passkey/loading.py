"""py_webauthn takes a quarter of a second and 20 MB: whoever serves alone has it once somebody comes with a passkey."""

from __future__ import annotations

import asyncio
import importlib

from server.config.settings import Settings

_NAME = f"{__package__}.verifying"


def share(settings: Settings) -> None:
    """Before workers are forked, which have it in common then."""
    if settings.workers > 1:
        importlib.import_module(_NAME)


async def load() -> None:
    """Once, beside the event loop."""
    await asyncio.to_thread(importlib.import_module, _NAME)
