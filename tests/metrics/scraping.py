"""The page as a scraper reads it, from servers with several workers."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from tests.workers.served import Served


def samples(text: str) -> Iterator[tuple[str, float]]:
    """Every sample by its name and labels."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            yield f"{sample.name}{{{labels}}}" if labels else sample.name, sample.value


def ask(served: Served, path: str) -> str:
    """The body of an answer by whichever worker answers: one that is frozen never does."""
    url = urlsplit(served.address)
    head = f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode()
    while True:
        with socket.create_connection((url.hostname, url.port), timeout=2) as connection:
            try:
                connection.sendall(head)
                found = b"".join(iter(lambda: connection.recv(65536), b""))
            except TimeoutError:
                continue
        status, _, body = found.decode().partition("\r\n\r\n")
        assert status.startswith("HTTP/1.1 200")
        return body


def scrape(served: Served) -> dict[str, float]:
    """All numbers."""
    return dict(samples(ask(served, "/metrics")))
