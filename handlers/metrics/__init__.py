"""Numbers for whoever runs the server."""

from handlers.metrics import settings
from handlers.metrics.routes import MetricsPage
from server.feature import Feature

FEATURE = Feature(name="metrics", optional=True, site=(("/metrics", MetricsPage),), settings=settings.read)
