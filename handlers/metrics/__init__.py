"""Numbers for whoever runs the server."""

from handlers.metrics.routes import MetricsPage
from server.feature import Feature

FEATURE = Feature(name="metrics", site=(("/metrics", MetricsPage),))
