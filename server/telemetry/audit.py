"""Who did what, when and from where. S36."""

from __future__ import annotations

import logging

from server.telemetry.metrics import Metrics

log = logging.getLogger("ai_editor.audit")


class Audit:
    """Writes each event to the log, and counts it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def write(self, name: str, **facts: object) -> None:
        """Facts are ids and addresses, never a token, a password or an e-mail address. S35."""
        self._metrics.event(name)
        log.info(name, extra={"event": name, **facts})
