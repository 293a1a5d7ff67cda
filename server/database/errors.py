"""What PostgreSQL refuses, in our words: those of psycopg quote values."""

from __future__ import annotations

import psycopg2
import psycopg2.errors


class DatabaseError(Exception):
    """PostgreSQL refused a statement; the message is its first line."""


class DatabaseUnavailable(DatabaseError):
    """PostgreSQL did not answer in time, or not at all; the message says which."""


class UniqueViolation(DatabaseError):
    """A row with the same unique value exists; `constraint` is its name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class RowRefused(DatabaseError):
    """A row has a NULL where none may be, or does not meet a CHECK of its table."""


class InvalidValue(DatabaseError):
    """PostgreSQL cannot store a value: a NUL in a text, a number out of range, a text too long for an index."""


class NotPrepared(DatabaseError):
    """The server process knows no such statement, or cannot make one: a pooler stands between, or a table changed."""


NO_PLAN = (
    psycopg2.errors.InvalidSqlStatementName,
    psycopg2.errors.DuplicatePreparedStatement,
    psycopg2.errors.AmbiguousParameter,
    psycopg2.errors.IndeterminateDatatype,
    psycopg2.errors.FeatureNotSupported,
)


def translated(error: Exception) -> DatabaseError:
    """Ours for psycopg's, which is not kept: its text and its details quote values, and a trace would log them. S35."""
    match error:
        case psycopg2.errors.UniqueViolation():
            return UniqueViolation(error.diag.constraint_name or "")
        case psycopg2.DataError() | psycopg2.errors.ProgramLimitExceeded() | ValueError():
            # psycopg's own words name no value, PostgreSQL's may.
            return InvalidValue(first_line(error) if isinstance(error, ValueError) else type(error).__name__)
        case psycopg2.errors.NotNullViolation() | psycopg2.errors.CheckViolation():
            return RowRefused(first_line(error))
        case TimeoutError():
            return DatabaseUnavailable("a statement took too long")
        case psycopg2.OperationalError() | psycopg2.InterfaceError():
            return DatabaseUnavailable(first_line(error))
    return DatabaseError(first_line(error))


def first_line(error: BaseException) -> str:
    """What the error says, without the details."""
    return str(error).strip().partition("\n")[0]
