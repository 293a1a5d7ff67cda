"""Columns of one's own in `user` and `session`, as better-auth's additionalFields has them."""

from handlers.additional_fields.settings import read
from server.feature import Feature

FEATURE = Feature(name="additional-fields", columns=read)
