"""Whether requests are traced: OpenTelemetry's own variables, of which the others are left to its SDK."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

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
    if endpoint is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", endpoint):
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT takes an address such as http://localhost:4318")
    chosen = read.choice("OTEL_TRACES_EXPORTER", ("otlp", "none"), "otlp" if endpoint else "none")
    protocol = read.variables.get("OTEL_EXPORTER_OTLP_PROTOCOL") or _PROTOCOL
    if chosen == "otlp" and protocol != _PROTOCOL:
        raise SettingsError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; it takes {_PROTOCOL}")
    given = {name: value for name, value in read.variables.items() if name.startswith("OTEL_") and value}
    return TracingSettings(chosen == "otlp", read.text("OTEL_SERVICE_NAME") or "ai-editor", given)
