"""Starting, taking over and stopping the one server process of a cluster; its caller holds the owner's lock."""

import os
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from server.postgres import postmaster
from server.postgres.account import Account, choose_account
from server.postgres.binaries import find_binaries
from server.postgres.errors import PostgresError
from server.postgres.home import PORT, Home
from server.postgres.initialize import NAME, ensure_cluster, reason
from server.postgres.postmaster import PAUSE, PidFile

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_checkpoints": "off",
    "huge_pages": "off",  # "try" can end in a bus error in a container
}
# A running server that does not answer for this long is started anew.
MUTE_SECONDS = 5.0


class Server:
    """The server process of one folder."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._child: subprocess.Popen[bytes] | None = None

    def address(self) -> str | None:
        """The libpq address of the server that runs, if one answers."""
        found = postmaster.read_pid_file(self._home.data)
        return _address(found) if found and postmaster.answers(found) else None

    def runs(self) -> bool:
        """Whether its process is alive, answering or not."""
        if self._child:
            return self._child.poll() is None
        pid = postmaster.read_pid(self._home.data)
        return pid is not None and postmaster.is_server(pid, self._home.data)

    def run(self) -> str:
        """Takes over the server that a killed owner left, or starts one; makes the cluster at the first start."""
        found = self._take_over()
        if found is None:
            binaries = find_binaries()
            account = choose_account(self._home.folder, binaries)
            ensure_cluster(self._home, binaries, account)
            found = self._start(binaries, account)
        return _address(found)

    def stop(self, hurried: bool = False) -> None:
        """Stops it, if it runs; `hurried`, whatever it is at is left to the recovery of the next start."""
        child, data = self._child, self._home.data
        pid = postmaster.read_pid(data)
        if child:
            postmaster.stop(child.pid, lambda: child.poll() is None, hurried)
        elif pid:
            postmaster.stop(pid, lambda: postmaster.is_server(pid, data), hurried)
        if hurried:
            postmaster.end_leftovers(data)
        self._child = None

    def abandon(self) -> None:
        """Leaves it running, for another process to stop."""
        if self._child:
            self._child.returncode = 0  # or Python warns that it still runs
        self._child = None

    def _take_over(self) -> PidFile | None:
        data = self._home.data
        deadline = time.monotonic() + MUTE_SECONDS
        while (pid := postmaster.read_pid(data)) and postmaster.is_server(pid, data):
            found = postmaster.read_pid_file(data)
            if found and postmaster.answers(found):
                return found
            if found is None or found.status != "ready":
                deadline = (
                    time.monotonic() + MUTE_SECONDS
                )  # it starts, recovers or stops: that takes what it takes
            elif time.monotonic() > deadline:
                self.stop()
            time.sleep(PAUSE)
        postmaster.end_leftovers(data)
        postmaster.disown_pid_file(data)
        return None

    def _start(self, binaries: Path, account: Account) -> PidFile:
        log = self._home.open_log(account)
        before = os.fstat(log).st_size
        try:
            child = account.popen(
                self._command(binaries, account), cwd=self._home.folder, stdout=log, stderr=log
            )
        finally:
            os.close(log)
        self._child = child
        while child.poll() is None:
            found = postmaster.read_pid_file(self._home.data)
            if found and found.pid == child.pid and found.status == "ready":
                return found
            time.sleep(PAUSE)
        self._child = None
        words = self._home.log.read_bytes()[before:].decode(errors="replace")
        raise PostgresError(f"PostgreSQL does not start: {reason(words)} (its log: {self._home.log})")

    def _command(self, binaries: Path, account: Account) -> list[str | Path]:
        folder = self._home.socket_folder(account)
        # That lock of a killed server names a process, too; the folder is ours alone, and we know that none runs.
        (folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        quoted = str(folder).replace('"', '""')
        settings = {**SETTINGS, "unix_socket_directories": f'"{quoted}"'}
        flags = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return [binaries / "postgres", "-D", self._home.data, *flags]


def _address(found: PidFile) -> str:
    folder = quote(os.fsencode(found.socket_folder), safe="/")
    return f"postgresql://{NAME}@/{NAME}?host={folder}&port={found.port}"
