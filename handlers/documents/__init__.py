"""Documents: lists, folders, the trash, search, and who else has access."""

from handlers.documents import mails, sweeping
from handlers.documents.routes import SITE
from handlers.documents.searching import Searching
from server.feature import Feature

FEATURE = Feature(
    name="documents",
    optional=True,
    site=SITE,
    make=(lambda services: Searching(),),
    limits=(mails.BY_PERSON,),
    emails=mails.EMAILS,
    run=sweeping.running,
)
