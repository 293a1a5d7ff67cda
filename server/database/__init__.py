"""The one door to PostgreSQL."""

from server.database.database import CHANNEL, Database
from server.database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    InvalidValue,
    OutcomeUnknown,
    RowRefused,
    UniqueViolation,
    WritesRefused,
)
from server.database.executor import Executor
from server.database.listener import Listener
from server.database.transaction import Transaction

__all__ = [
    "CHANNEL",
    "Database",
    "DatabaseError",
    "DatabaseUnavailable",
    "Executor",
    "InvalidValue",
    "Listener",
    "OutcomeUnknown",
    "RowRefused",
    "Transaction",
    "UniqueViolation",
    "WritesRefused",
]
