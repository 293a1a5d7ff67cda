"""A session's token in `Authorization: Bearer …` in place of its cookie; better-auth's plugin of that name."""

from handlers.bearer.tokens import credential, say
from server.feature import Feature

FEATURE = Feature(name="bearer", plugin=True, credential=credential, beside=say)
