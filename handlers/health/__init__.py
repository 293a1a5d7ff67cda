"""Whether the process lives, and whether it can serve."""

from handlers.health.routes import Health, Ready
from server.feature import Feature

FEATURE = Feature(name="health", site=(("/health", Health), ("/health/ready", Ready)))
