"""The one door to PostgreSQL."""

from server.database.database import (
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
    "Database",
    "DatabaseError",
    "DatabaseUnavailable",
    "Executor",
    "InvalidValue",
    "Listener",
    "Transaction",
    "UniqueViolation",
]
