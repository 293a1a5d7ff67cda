"""`python -m bench.people FILE [NUMBER]`: a file of people for `ai-editor user import`, which prints its rate."""

from __future__ import annotations

import json
import random
import string
import sys
from collections.abc import Iterator
from pathlib import Path

NUMBER = 100_000
_LETTERS = string.ascii_letters + string.digits + "./"


def people(number: int, seed: int = 1) -> Iterator[dict[str, object]]:
    """The same ones for a seed: each with a bcrypt hash that no password is known for, every third with Google."""
    chance = random.Random(seed)  # noqa: S311  # nothing of it is secret
    for n in range(number):
        salted = "".join(chance.choices(_LETTERS, k=53))
        linked = [{"provider_id": "google", "account_id": str(10**20 + n)}] if n % 3 == 0 else []
        yield {
            "email": f"person{n}@example.com",
            "email_verified": n % 4 != 0,
            "name": f"Person {n}",
            "created_at": f"202{n % 6}-01-02T03:04:05Z",
            "password_hash": f"$2b$12${salted}",
            "accounts": linked,
        }


def main(arguments: list[str]) -> None:
    """Writes the file."""
    path, number = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else NUMBER
    with path.open("w") as file:
        file.writelines(json.dumps(each) + "\n" for each in people(number))


if __name__ == "__main__":
    main(sys.argv[1:])
