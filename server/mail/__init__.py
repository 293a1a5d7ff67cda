"""Mail: promised in the answer's own transaction, rendered and sent later, outside every request."""

from server.mail.mailer import Mailer
from server.mail.templates import Email, Mail

__all__ = ["Email", "Mail", "Mailer"]
