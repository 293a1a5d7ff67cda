"""What AI-Editor does: one folder a feature, asked in this order."""

from __future__ import annotations

from handlers.email_password import FEATURE as EMAIL_PASSWORD
from handlers.health import FEATURE as HEALTH
from handlers.session import FEATURE as SESSION
from handlers.shell import FEATURE as SHELL

# The shell is last: it answers every path that is left.
FEATURES = (EMAIL_PASSWORD, SESSION, HEALTH, SHELL)
