"""The bundle's files: encodings, validators, and nothing but the bundle."""

import gzip
import hashlib
import subprocess
import sys

import pytest

from handlers.shell import bundle
from tests.client import Answer, Client
from tests.compat.servers import node
from tests.raw import exchange, request, status


def forms() -> dict[str, bytes]:
    """The entry script by content encoding."""
    return bundle.files()[bundle.entry().script].bodies


async def file(client: Client, path: str = "", method: str = "GET", **headers: str) -> Answer:
    """A file of the bundle, its entry script unless another is asked for."""
    return await client.send(
        method,
        path or bundle.entry().script,
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=1.0, identity;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000,gzip;q=0", ""),
        ("brotli, xgzip", ""),
        ("*", ""),
    ],
)
@pytest.mark.gen_test
async def test_the_best_encoding_that_is_taken(client: Client, accepted: str, encoding: str) -> None:
    answer = await file(client, Accept_Encoding=accepted)
    assert answer.status == 200
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert answer.body == forms()[encoding]
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_the_forms_are_one_file() -> None:
    assert gzip.decompress(forms()["gzip"]) == forms()[""]
    code = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"
    done = subprocess.run([node(), "-e", code], input=forms()["br"], capture_output=True, check=True)
    assert done.stdout == forms()[""]
    assert len(forms()["br"]) < len(forms()["gzip"]) < len(forms()[""])


def test_whatever_is_worth_it_is_compressed() -> None:
    for path, found in bundle.files().items():
        if (
            path.endswith((".js", ".css", ".svg", ".txt", ".md", ".webmanifest"))
            and len(found.bodies[""]) > 1024
        ):
            assert {"br", "gzip"} <= found.bodies.keys(), path


@pytest.mark.gen_test
async def test_hashed_files_never_change(client: Client) -> None:
    answer = await file(client)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.set_cookies == []


@pytest.mark.parametrize("path", ["/favicon.svg", "/robots.txt", "/site.webmanifest", "/favicon.ico"])
@pytest.mark.gen_test
async def test_other_files_are_asked_for_again(client: Client, path: str) -> None:
    answer = await file(client, path)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("written", ["W/{tag}", "{tag}", '"other", W/{tag}', "*"])
@pytest.mark.gen_test
async def test_what_is_known_is_not_sent_again(client: Client, written: str) -> None:
    """All forms of a file share one validator, which is therefore a weak one."""
    etag = (await file(client)).headers["ETag"]
    assert etag.startswith('W/"')
    answer = await file(client, If_None_Match=written.format(tag=etag[2:]), Accept_Encoding="br")
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.gen_test
async def test_what_has_changed_is(client: Client) -> None:
    assert (await file(client, If_None_Match='"other"')).status == 200


def test_the_validator_is_of_the_content() -> None:
    digest = hashlib.sha256(forms()[""]).hexdigest()
    assert digest.startswith(bundle.files()[bundle.entry().script].etag[3:-1])


@pytest.mark.parametrize("encoding", ["", "br"])
@pytest.mark.gen_test
async def test_head_says_how_long_it_is(client: Client, encoding: str) -> None:
    answer = await file(client, method="HEAD", Accept_Encoding=encoding)
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(forms()[encoding])


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/assets/",
        "/assets",
        "/missing.css",
        "/index.html",
        "/main.ts",
        "{script}.br",
        "{script}.gz",
        "{script}/",
        "/.vite/manifest.json",
        "/assets/.vite/manifest.json",
        "/.env",
        "/.sources",
        "/web/pages.json",
        "/setup.cfg",
        "/data/secret",
    ],
)
@pytest.mark.gen_test
async def test_what_is_not_there_is_a_404(client: Client, path: str) -> None:  # S45
    answer = await file(client, path.format(script=bundle.entry().script))
    assert answer.status == 404
    assert b"manifest" not in answer.body.replace(b'rel="manifest"', b"").replace(b"site.webmanifest", b"")


@pytest.mark.parametrize("path", ["/assets/missing.js", "/assets/", "/missing.css", "/index.html"])
@pytest.mark.gen_test
async def test_a_missing_file_is_not_the_shell(client: Client, path: str) -> None:
    answer = await file(client, path)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"<" not in answer.body


ESCAPES = [
    "/assets/../../../etc/passwd",
    "/assets/..%2f..%2f..%2fetc/passwd",
    "/assets/%2e%2e/%2e%2e/setup.cfg",
]
ESCAPES += ["/..%5c..%5csetup.cfg", "/assets/..\\..\\setup.cfg", "/assets//etc/passwd", "//etc/passwd"]
ESCAPES += [
    "/assets/%00",
    "/assets/main.js%00.css",
    "/....//setup.cfg",
    "/assets/\xff\xfe.js",
    "/%c0%ae%c0%ae/setup.cfg",
]


@pytest.mark.parametrize("path", ESCAPES)
@pytest.mark.gen_test
async def test_no_path_leads_out(client: Client, path: str) -> None:
    answer = await exchange(client.base_url, request(f"GET {path}"))
    assert status(answer) in (400, 404)
    assert b"root:" not in answer
    assert b"[metadata]" not in answer


def test_without_a_bundle_the_start_says_so(tmp_path: object) -> None:
    code = "from handlers.shell import bundle; from importlib import resources; import pathlib\n"
    code += f"resources.files = lambda name: pathlib.Path({str(tmp_path)!r})\nbundle.entry()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "the browser app is not built: run `make web`" in done.stderr
