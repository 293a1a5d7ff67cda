"""HTTP/1.1 by hand: nothing that is sent or received gets normalised on the way."""

from __future__ import annotations

import socket
from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """What goes over the wire; `body` None means no body and no length.

    With a Transfer-Encoding among the headers the body is sent as it is, without a length.
    """

    method: str
    target: str
    headers: Headers
    body: bytes | None = None

    def encode(self) -> bytes:
        """The exact bytes of this request."""
        lines = [
            f"{self.method} {self.target} HTTP/1.1",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        encoded = any(name.lower() == "transfer-encoding" for name, _ in self.headers)
        if self.body is not None and not encoded:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join([*lines, "Connection: close", "", ""])
        return head.encode("utf-8", "surrogateescape") + (self.body or b"")


@dataclass(frozen=True)
class Answer:
    """What came back, header order and case kept."""

    status: int
    headers: Headers
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of one header, in order."""
        return [value for key, value in self.headers if key.lower() == name]


def exchange(port: int, request: Request, timeout: float = 30.0) -> Answer:
    """Sends one request to 127.0.0.1 on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request.encode())
        received = bytearray()
        while chunk := connection.recv(65536):
            received += chunk
    return parse(bytes(received))


def parse(received: bytes) -> Answer:
    """Splits a whole response; raises ValueError where it is not one."""
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError(f"not an HTTP response: {received[:200]!r}")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        body = b"".join(_chunks(body))
    return Answer(int(status_line.split(" ")[1]), headers, body)


def _chunks(body: bytes) -> list[bytes]:
    found = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        found.append(rest[:length])
        body = rest[length + 2 :] if length else b""
    return found
