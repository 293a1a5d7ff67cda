"""The one error of the embedded PostgreSQL."""


class PostgresError(Exception):
    """PostgreSQL cannot run here; its text is one line that says what to do."""
