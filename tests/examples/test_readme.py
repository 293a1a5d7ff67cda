"""What README has for TypeScript, as it stands there, in Node."""

import asyncio
import re
import subprocess
from pathlib import Path

import pytest

from tests.client import Client
from tests.compat.servers import HERE, node

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
SAYS = "console.log(error, session.user.email, (await auth.signOut()).data.success, (await auth.getSession()).data)"


def lines() -> str:
    section = README.read_text().partition("## From TypeScript")[2]
    found = re.search(r"```ts\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.gen_test
async def test_the_lines_for_typescript_sign_in_and_find_the_session(client: Client) -> None:
    await client.api(
        "/sign-up/email", {"name": "Ada", "email": "ada@example.com", "password": "correct horse"}
    )
    script = lines().replace("http://localhost:8080", client.base_url)
    ran = await asyncio.create_subprocess_exec(
        *(node(), "--input-type=module", "-e", script + SAYS), cwd=HERE, stdout=-1, stderr=-1
    )
    said, wrong = await asyncio.wait_for(ran.communicate(), 60)
    assert (said.decode().strip(), wrong) == ("null ada@example.com true null", b"")


def test_the_lines_pass_the_compiler_as_readme_calls_it() -> None:
    found = re.search(r"`tsc (--strict [^`]+)`", README.read_text())
    assert found
    folder = HERE / "node_modules" / ".cache" / "readme"  # beside better-auth, in a package of its kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lines.ts").write_text(lines())
    compiler = ROOT / "web" / "node_modules" / "typescript" / "bin" / "tsc"
    ran = subprocess.run(
        [node(), compiler, "--noEmit", *found[1].split(), "lines.ts"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "")
