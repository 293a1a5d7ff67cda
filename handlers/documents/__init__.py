"""Documents that people write alone and together."""

from server.feature import Feature

FEATURE = Feature(name="documents", optional=True)
