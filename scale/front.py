"""nginx before our servers, with deploy/nginx.conf as it is but for addresses and folders."""

from __future__ import annotations

import http.client
import re
import secrets
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from drill.people import until
from drill.servers import Trouble, free_port, listens
from drill.wire import PATIENCE, Answer, Line

DEPLOY = Path(__file__).parent.parent / "deploy"
# What stands around a file of /etc/nginx/conf.d, for one process that writes nowhere else.
AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/snippet.conf;
}}
"""
# `HTTP/1.1 503 170 …`, in its log.
_FAILED = re.compile(r" HTTP/[\d.]+ 5\d\d ")


@contextmanager
def nginx(program: str, snippet: str, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """One with that in its http { }, which listens on the port."""
    (folder / "snippet.conf").write_text(snippet)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    process = subprocess.Popen([program, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        if not until(lambda: process.poll() is not None or listens(port), 30) or process.poll() is not None:
            raise Trouble(f"nginx does not start: {(folder / 'error.log').read_text()}")
        yield process
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Front:
    """A balancer that ends TLS: where it listens, where it sends those on who speak none, and where its files are."""

    port: int
    plain_port: int
    folder: Path

    @property
    def origin(self) -> str:
        """What browsers see."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        """Of its certificate alone."""
        return ssl.create_default_context(cafile=self.folder / "fullchain.pem")

    def door(self, source: str = "127.0.0.1") -> Door:
        """A client's connection, from that address of this machine."""
        return Door(self, source)

    def passed_on(self) -> Passed:
        """What it has written down so far."""
        return Passed.read(self.folder / "access.log")

    def failures(self) -> list[str]:
        """The lines of its log about answers of 500 and above: who was asked, and what that one said."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [line.partition("] ")[2] for line in lines if _FAILED.search(line)]


class Door(Line):
    """Through the balancer; it lies about where it comes from, and what failed and was not a GET is marked as such."""

    scheme = "https"

    def __init__(self, front: Front, source: str = "127.0.0.1") -> None:
        self._front, self._source = front, source
        super().__init__(front.port)
        self.headers["X-Forwarded-For"] = f"203.0.113.{secrets.randbelow(256)}"

    def _make(self, patience: float = PATIENCE) -> http.client.HTTPConnection:
        where = (self._source, 0)
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=patience, context=self._front.trust, source_address=where
        )

    def ask(
        self, path: str, body: object = None, cookie: str = "", raw: bytes | None = None, kind: str = ""
    ) -> Answer:
        """As any line."""
        answer = super().ask(path, body, cookie, raw, kind)
        changes = body is not None or raw is not None
        failed = answer.status == 0 or answer.status >= 500
        return replace(answer, kind=f"{answer.kind} to a POST") if changes and failed else answer


@dataclass(frozen=True)
class Passed:
    """What nginx's log tells: how many requests each server answered, was asked again, and was sent twice."""

    answered: Counter[str]
    again: Counter[str]
    repeated: Counter[str]

    def since(self, before: Passed) -> Passed:
        """Less what it told then."""
        return Passed(
            self.answered - before.answered, self.again - before.again, self.repeated - before.repeated
        )

    @staticmethod
    def read(log: Path) -> Passed:
        """By method; `repeated` are those that more than one server was sent."""
        found = Passed(Counter(), Counter(), Counter())
        for line in log.read_text().splitlines():
            method, servers, sent = _told(line)
            found.answered[servers[-1]] += 1
            found.again[method] += len(servers) > 1
            found.repeated[method] += sum(number > 0 for number in sent) > 1
        return found


def _told(line: str) -> tuple[str, list[str], list[int]]:
    """Method, servers and what each was sent: `GET … by 127.0.0.1:1, 127.0.0.1:2 502, 200 0, 312`."""
    method = line.partition("] ")[2].partition(" ")[0]
    words = line.rpartition(" by ")[2].replace(", ", ",").split(" ")
    servers, _, sent = words if len(words) == 3 else ["-", "-", "-"]
    return method, servers.split(","), [int(each) for each in sent.split(",") if each.isdigit()]


def prepared(folder: Path) -> Front:
    """One that has a certificate, and does not run yet."""
    front = Front(free_port(), free_port(), folder)
    certify(folder)
    return front


@contextmanager
def balancing(program: str, front: Front, servers: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """nginx before servers at these ports of this machine."""
    with nginx(program, configured(front, servers), front.folder, front.port) as process:
        yield process


def configured(front: Front, servers: Sequence[int]) -> str:
    """deploy/nginx.conf with what a person changes in it."""
    text = (DEPLOY / "nginx.conf").read_text()
    lines = [f"    server 127.0.0.1:{port} max_fails=3 fail_timeout=2s;\n" for port in servers]
    before, _, rest = text.partition("    server 127.0.0.1:8081")
    _, _, after = rest.partition("server 127.0.0.1:8082 max_fails=3 fail_timeout=2s;\n")
    changed = {
        "/etc/ssl/ai-editor": str(front.folder),
        "/var/log/nginx": str(front.folder),
        "listen [::]:443": f"listen 127.0.0.2:{front.port}",
        "listen [::]:80": f"listen 127.0.0.2:{front.plain_port}",
        "listen 443": f"listen 127.0.0.1:{front.port}",
        "listen 80": f"listen 127.0.0.1:{front.plain_port}",
    }
    text = before + "".join(lines) + after
    for each, other in changed.items():
        text = text.replace(each, other)
    return text


def certify(folder: Path) -> None:
    """A certificate of this machine's loopback address, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    built = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=2)
    )
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = built.add_extension(own, critical=False).sign(key, SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
