"""Asking other servers over HTTP: a time for each, so much and no more, and nobody inside the house."""

from server.outgoing.client import Outgoing
from server.outgoing.messages import OutgoingError, Reply, Request
from server.outgoing.settings import OutgoingSettings

__all__ = ["Outgoing", "OutgoingError", "OutgoingSettings", "Reply", "Request"]
