"""The one door to PostgreSQL."""

from server.database.database import CHANNEL, Database, Executor, Listener, Transaction
from server.database.errors import DatabaseError, DatabaseUnavailable, InvalidValue, UniqueViolation

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
