"""New passwords that are in somebody's list of stolen ones are refused; better-auth's plugin of that name."""

from handlers.have_i_been_pwned.leaked import LeakedPasswords
from server.feature import Feature
from server.services import Services


def _make(services: Services) -> LeakedPasswords:
    made = LeakedPasswords(services.outgoing)
    services.passwords.judges.append(made.judge)
    return made


FEATURE = Feature(name="have-i-been-pwned", plugin=True, make=(_make,))
