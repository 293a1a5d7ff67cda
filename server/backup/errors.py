"""The one error of backups."""

from server.errors import StartError


class BackupError(StartError):
    """No backup, or no way back from this one; one line that says why and what to do."""
