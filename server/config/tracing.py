"""Whether requests are traced: OpenTelemetry's own variables, of which the others are left to its SDK."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.config.hosts import is_host
from server.config.reader import Reader
from server.errors import SettingsError

_PROTOCOL = "http/protobuf"


@dataclass(frozen=True, slots=True)
class TracingSettings:
    """`variables` are all of OpenTelemetry's that are set, here or in `.env`; they may hold a collector's password."""

    on: bool
    service: str
    variables: Mapping[str, str] = field(repr=False)


def read(read: Reader) -> TracingSettings:
    """OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_TRACES_EXPORTER=otlp turn traces on, OTEL_TRACES_EXPORTER=none off."""
    endpoint = read.text("OTEL_EXPORTER_OTLP_ENDPOINT")
    if endpoint is not None and not _is_address(endpoint):
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT takes an address such as http://localhost:4318")
    chosen = read.choice("OTEL_TRACES_EXPORTER", ("otlp", "none"), "otlp" if endpoint else "none")
    protocol = read.variables.get("OTEL_EXPORTER_OTLP_PROTOCOL") or _PROTOCOL
    if chosen == "otlp" and protocol != _PROTOCOL:
        raise SettingsError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; it takes {_PROTOCOL}")
    given = {
        name: value for name, value in read.variables.items() if name.startswith("OTEL_") and value.strip()
    }
    service = read.text("OTEL_SERVICE_NAME") or "ai-editor"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:/ -]{0,99}", service):
        raise SettingsError("OTEL_SERVICE_NAME takes up to 100 letters, digits, spaces and any of _ . : / -")
    return TracingSettings(chosen == "otlp", service, given)


def _is_address(text: str) -> bool:
    """http or https, a host that can be one, maybe a port and a plain path."""
    parts = re.fullmatch(r"https?://(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:[0-9]{1,5})?(/[\w./-]*)?", text, re.ASCII)
    if parts is None or int((parts[2] or ":1")[1:]) not in range(1, 65536):
        return False
    return is_host(parts[1].strip("[]"))
