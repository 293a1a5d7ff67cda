"""The browser app: its bundle, and the shell that boots it at every page's address."""

from handlers.shell import bundle, looks
from handlers.shell.kept import KeptShell, Worker
from handlers.shell.routes import BundleFile, Page
from server.feature import Feature
from server.http.api import UnknownEndpoint

FEATURE = Feature(
    name="shell",
    check=bundle.check,
    boot=lambda services: {
        "address": services.config.base_url,
        "app": looks.of(services.config.branding).boot,
    },
    site=(
        ("/api(?:/.*)?", UnknownEndpoint),
        (r"/sw\.js", Worker),
        ("/offline", KeptShell),
        (r"/assets/.*|/[^/]+\.[a-z0-9]+", BundleFile),
        ("/.*", Page),
    ),
)
