"""Documents: what people write, alone and together."""

from contextlib import AbstractAsyncContextManager

from handlers.documents.sockets import LiveDocument
from server.feature import Feature
from server.live.live import Live
from server.services import Services


def _open_live(services: Services) -> Live:
    return Live(services.db)


def _running(services: Services) -> AbstractAsyncContextManager[None]:
    return services.of(Live).running()


FEATURE = Feature(
    name="documents",
    optional=True,
    site=(("/api/documents/([^/]+)/live", LiveDocument),),
    make=(_open_live,),
    run=_running,
)
