"""The one door to PostgreSQL."""

from server.database.database import CHANNEL, Database
from server.database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    InvalidValue,
    Locked,
    OutcomeUnknown,
    RowRefused,
    UniqueViolation,
    WritesRefused,
)
from server.database.executor import Executor
from server.database.listener import Listener
from server.database.reads import Reads, Unsettled
from server.database.replicas import Replicas
from server.database.transaction import Transaction

__all__ = [
    "CHANNEL",
    "Database",
    "DatabaseError",
    "DatabaseUnavailable",
    "Executor",
    "InvalidValue",
    "Listener",
    "Locked",
    "OutcomeUnknown",
    "Reads",
    "Replicas",
    "RowRefused",
    "Transaction",
    "UniqueViolation",
    "Unsettled",
    "WritesRefused",
]
