"""What PostgreSQL refuses, in our words: those of psycopg quote values."""

from __future__ import annotations

import psycopg2
import psycopg2.errors


class DatabaseError(Exception):
    """PostgreSQL refused a statement; the message is its first line."""


class DatabaseUnavailable(DatabaseError):
    """PostgreSQL did not answer in time, or not at all; the message says which."""


class Busy(DatabaseUnavailable):
    """Nothing was asked of PostgreSQL: all connections of the pool are in use, and stayed so."""


class NotSent(DatabaseUnavailable):
    """A connection was lost before the statement went out, so that it may be tried on another."""


class TookTooLong(DatabaseUnavailable):
    """A statement was given up; whether PostgreSQL goes on with it is not known."""


class OutcomeUnknown(DatabaseUnavailable):
    """The connection was lost while a change was made: it may be there, or not."""


class Locked(DatabaseUnavailable):
    """Somebody else holds what a statement waits for: it gave up, or both waited for each other."""


class WritesRefused(DatabaseUnavailable):
    """PostgreSQL answers, but changes nothing: a standby, or one that was made read-only."""


class RowRefused(DatabaseError):
    """A rule of the tables speaks against a change: NOT NULL, CHECK, a reference to the row, a trigger that raises."""


class UniqueViolation(RowRefused):
    """A row with the same unique value exists; `constraint` is its name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(f"another row has what {constraint} allows once")
        self.constraint = constraint


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
_READ_ONLY = "25006"
# A transaction that failed or took too long, or a session that the server ends: its connection is of no use any more.
_OVER = ("25P02", "25P03", "25P04", "57P01", "57P02", "57P03", "57P04", "57P05")


def _sqlstate(error: Exception) -> str:
    return (error.pgcode if isinstance(error, psycopg2.Error) else None) or ""


def makes_useless(error: Exception) -> bool:
    """Whether the connection that says so is to be thrown away."""
    return _sqlstate(error) in (_READ_ONLY, *_OVER)


def translated(error: Exception) -> DatabaseError:
    """Ours for psycopg's, which is not kept: its text and its details quote values, and a trace would log them. S35."""
    match error:
        case psycopg2.errors.UniqueViolation():
            return UniqueViolation(error.diag.constraint_name or "")
        case psycopg2.DataError() | psycopg2.errors.ProgramLimitExceeded() | ValueError():
            # psycopg's own words name no value, PostgreSQL's may.
            return InvalidValue(first_line(error) if isinstance(error, ValueError) else type(error).__name__)
        case TimeoutError():
            return TookTooLong("a statement took too long")
        case psycopg2.Error():
            return _kind(error)(_named(error))
    return DatabaseError(first_line(error))


def _kind(error: psycopg2.Error) -> type[DatabaseError]:
    state = _sqlstate(error)
    if state == _READ_ONLY:
        return WritesRefused
    if isinstance(error, (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected)):
        return Locked
    if state in _OVER or isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError)):
        return DatabaseUnavailable
    # A trigger's own exception is no IntegrityError.
    refused = (psycopg2.IntegrityError, psycopg2.errors.RaiseException)
    return RowRefused if isinstance(error, refused) else DatabaseError


def _named(error: psycopg2.Error) -> str:
    """What the error says, and what of the schema it is about."""
    about = error.diag
    facts = {
        "SQLSTATE": _sqlstate(error),
        "table": about.table_name,
        "column": about.column_name,
        "constraint": about.constraint_name,
    }
    named = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
    return f"{first_line(error)} ({named})" if named else first_line(error)


def first_line(error: BaseException) -> str:
    """What the error says, without the details."""
    return str(error).strip().partition("\n")[0]
