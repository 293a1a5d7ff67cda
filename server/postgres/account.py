"""Whom PostgreSQL's processes run as: PostgreSQL refuses root, and this program may be root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from server.postgres.errors import PostgresError

NOBODY = 65534


class Account(Struct, frozen=True):
    """How to start a process that is not root: as it is, in a user namespace, or as another user."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def popen(self, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[bytes]:
        """Starts the command, in a session of its own so that a terminal's Ctrl-C does not reach it."""
        options = {"stdin": subprocess.DEVNULL, "start_new_session": True, **options}
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        try:
            return subprocess.Popen([*self.prefix, *command], **options)
        except OSError as error:
            whom = "" if self.uid is None else f" as user {self.uid}"
            advice = "start this as a user who may enter that folder, or set DATABASE_URL to a server"
            raise PostgresError(f"{command[0]} cannot be run{whom} ({error.strerror}): {advice}") from None

    def give(self, path: Path) -> None:
        """Makes the account the owner of a file that root has made."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose_account(home: Path, binaries: Path) -> Account:
    """For a person, that person. For root: the folder's owner; if that is root, nobody, in a user namespace
    where the files stay root's. Where that is barred (many containers), the folder is given away: to the owner
    of a folder above it, else to nobody.
    """
    account = Account()
    if os.geteuid() == 0:
        owner = home.stat()
        if owner.st_uid == 0:
            return _namespaced(account, home, binaries) or _give_away(home)
        account = Account(uid=owner.st_uid, gid=owner.st_gid)
    uid = os.geteuid() if account.uid is None else account.uid
    if _has_name(uid):
        return account
    # initdb wants a user's name; a container may be run under any number.
    named = _namespaced(account, home, binaries)
    if named is None:
        raise PostgresError(
            f"user {uid} has no name here, which PostgreSQL wants: run as another, or set DATABASE_URL"
        )
    return named


def _namespaced(account: Account, home: Path, binaries: Path) -> Account | None:
    """The account under nobody's name, if that works: namespaces may be barred, and a root without privileges
    cannot enter a person's folders.
    """
    uid, gid = _nobody()
    prefix = ("unshare", "-U", f"--map-user={uid}", f"--map-group={gid}", "--")
    named = structs.replace(account, prefix=prefix)
    if not shutil.which(prefix[0]):
        return None
    command: list[str | Path] = ["test", "-w", home, "-a", "-x", binaries / "postgres"]
    worked = named.popen(command, stderr=subprocess.DEVNULL, cwd="/").wait() == 0
    return named if worked else None


def _give_away(home: Path) -> Account:
    above = (parent.stat() for parent in home.parents)
    uid, gid = next(((found.st_uid, found.st_gid) for found in above if found.st_uid != 0), _nobody())
    account = Account(uid=uid, gid=gid)
    for path in (home, *home.rglob("*")):
        account.give(path)
    return account


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return entry.pw_uid, entry.pw_gid
