"""Rows that nobody's export has: each is a person, nobody, or refused, and never anything else."""

import contextlib
from collections.abc import Iterator

import orjson
from hypothesis import given, note, settings
from hypothesis import strategies as st

from handlers.transfer.formats import FORMATS, guess
from handlers.transfer.formats.firebase import hash_config
from handlers.transfer.formats.format import Beside
from handlers.transfer.person import ACCEPTABLE, Person, Unfit, checked
from tests.transfer import samples
from tests.transfer.samples import SAMPLES


def names(value: object) -> Iterator[str]:
    """Every member's name, at any depth."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield name
            yield from names(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from names(inside)


KNOWN = sorted(
    {
        *(name for name in vars(samples).values() for name in names(name)),
        *(name for each in FORMATS.values() for name in each.heads),
        "disabled", "blocked", "banned", "banExpires", "banned_until", "multifactor", "mfaInfo", "identifiers", "alt_id",
        "totp_secret", "second_factor", "accounts", "users", "providerId", "secretData", "credentialData",
    }
)  # fmt: skip
WORDS = [each.text[:200] for each in SAMPLES.values()] + [
    "2019-12-06T18:36:12.412Z", "0001-01-01", "9999-12-31T23:59:59-23:59", "infinity", "-1", "1e999", "nan", "true", "google",
    "credential", "a@example.com", "$2b$", "pbkdf2_sha256", "scrypt_firebase", "[{}]", "[[[", '{"a":', "\0", "auth0|x",
    "auth.user", "password", "email", "verified",
]  # fmt: skip
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.sampled_from(WORDS) | st.text(max_size=20)
)  # fmt: skip
VALUES = st.recursive(
    PLAIN,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inside, max_size=5),
    max_leaves=12,
)
ROWS = st.dictionaries(st.sampled_from(KNOWN), VALUES, max_size=8)


@settings(max_examples=60, deadline=None)
@given(row=ROWS, other=ROWS, owner=PLAIN)
def test_a_row_is_a_person_or_refused(
    row: dict[str, object], other: dict[str, object], owner: object
) -> None:
    """In every format: to make up a row takes longer than to read it."""
    guess(row)
    for name, form in FORMATS.items():
        note(name)
        beside = Beside(hash_config=hash_config(samples.FIREBASE_CONFIG))
        gathered = form.gather(other) if form.gather else None
        if gathered:
            beside.rows = {gathered[0]: [gathered[1]], str(owner): [gathered[1]]}
        with contextlib.suppress(Unfit):
            person = form.read(row, beside)
            assert person is None or isinstance(person, Person)
            if person:
                orjson.dumps(checked(person, frozenset(ACCEPTABLE)))
