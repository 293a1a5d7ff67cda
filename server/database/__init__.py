"""The one door to PostgreSQL."""

from server.database.database import CHANNEL, Database, Executor, Listener, Transaction
from server.database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    InvalidValue,
    RowRefused,
    UniqueViolation,
)

__all__ = [
    "CHANNEL",
    "Database",
    "DatabaseError",
    "DatabaseUnavailable",
    "Executor",
    "InvalidValue",
    "Listener",
    "RowRefused",
    "Transaction",
    "UniqueViolation",
]
