"""The one door to PostgreSQL."""

from server.database.database import (
    CHANNEL,
    Database,
    DatabaseError,
    DatabaseUnavailable,
    Executor,
    InvalidValue,
    Listener,
    Transaction,
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
    "Transaction",
    "UniqueViolation",
]
