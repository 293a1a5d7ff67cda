"""What README has for TypeScript, as it stands there, in Node."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.client import Client
from tests.compat.servers import HERE, node

README = Path(__file__).resolve().parents[2] / "README.md"
SAYS = "console.log(error, session.user.email, (await auth.signOut()).data.success, (await auth.getSession()).data)"


@pytest.mark.gen_test
async def test_the_lines_for_typescript_sign_in_and_find_the_session(client: Client) -> None:
    await client.api(
        "/sign-up/email", {"name": "Ada", "email": "ada@example.com", "password": "correct horse"}
    )
    section = README.read_text().partition("## From TypeScript")[2]
    found = re.search(r"```ts\n(.*?)```", section, re.DOTALL)
    assert found
    script = found[1].replace("http://localhost:8080", client.base_url)
    ran = await asyncio.create_subprocess_exec(
        *(node(), "--input-type=module", "-e", script + SAYS), cwd=HERE, stdout=-1, stderr=-1
    )
    said, wrong = await asyncio.wait_for(ran.communicate(), 60)
    assert (said.decode().strip(), wrong) == ("null ada@example.com true null", b"")
