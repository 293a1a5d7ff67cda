"""The settings of traces."""

from pathlib import Path

import pytest

from server.config import settings
from server.errors import SettingsError


@pytest.mark.parametrize(
    ("given", "on"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, False),
        ({"OTEL_SERVICE_NAME": "shop"}, False),
    ],
)
def test_what_turns_them_on(tmp_path: Path, given: dict[str, str], on: bool) -> None:
    assert settings.load(given, tmp_path).tracing.on is on


@pytest.mark.parametrize(
    ("name", "value", "more"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", {}),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "http/json",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://a_b.example/otlp"},
        ),
        ("OTEL_TRACES_EXPORTER", "zipkin", {}),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", {"OTEL_TRACES_EXPORTER": "otlp"}),
    ],
)
def test_what_stops_the_start(tmp_path: Path, name: str, value: str, more: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load({name: value, **more}, tmp_path)


def test_what_is_in_the_file_counts(tmp_path: Path) -> None:
    """Of the other variables, too, which the SDK reads by itself; they may hold a password, so they are not shown."""
    (tmp_path / ".env").write_text("OTEL_TRACES_EXPORTER=otlp\nOTEL_EXPORTER_OTLP_HEADERS=api-key=secret\n")
    found = settings.load({}, tmp_path).tracing
    assert found.on
    assert found.variables["OTEL_EXPORTER_OTLP_HEADERS"] == "api-key=secret"
    assert "secret" not in repr(found)
