"""People who sign up, in and out, rename themselves and change their passwords, as fast as they are answered."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from drill.ledger import Account, Ledger
from drill.wire import Line

PAUSE = 0.02  # so that clients leave the machine to the server


Way = Callable[[int], Line]


class Crowd:
    """Some threads of people; `ports` are the servers they go to, `way` is how."""

    def __init__(self, ledger: Ledger, ports: Sequence[int], size: int = 6, way: Way = Line) -> None:
        self.ledger, self.ports, self.way = ledger, ports, way
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(number,)) for number in range(size)]

    def start(self) -> None:
        """They begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """They finish what they do."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _live(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        lines = [self.way(port) for port in self.ports]
        account: Account | None = None
        while not self._stop.is_set():
            line = chance.choice(lines)
            if account is None or chance.random() < 0.02:
                account = sign_up(self.ledger, line)
            else:
                act(self.ledger, line, account, chance)
            self._stop.wait(PAUSE)
        for line in lines:
            line.close()


def sign_up(ledger: Ledger, line: Line) -> Account | None:
    """A new person; None where that failed, who is looked for all the same if it was acknowledged."""
    email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_hex(8)
    account = Account(email, [password], [f"N {secrets.token_hex(4)}"])
    body = {"name": account.names[0], "email": email, "password": password}
    answer = ledger.note(line.ask("/sign-up/email", body))
    if answer.status != 200:
        return None
    account.acknowledged, account.cookie = True, answer.cookie
    return ledger.add(account)


def act(ledger: Ledger, line: Line, account: Account, chance: random.Random) -> None:
    """One thing that a person may do."""
    if not account.cookie:
        sign_in(ledger, line, account)
        return
    deeds: list[Callable[[Ledger, Line, Account], None]] = [rename, change_password, sign_out]
    share = chance.random()
    if share < 0.6:
        ledger.look(line, account)
    elif share < 0.75:
        ledger.look_for_ended(line, account)
    else:
        chance.choice(deeds)(ledger, line, account)


def sign_in(ledger: Ledger, line: Line, account: Account) -> None:
    """With each password that may hold; if none does, one that was acknowledged is lost."""
    for password in reversed(account.passwords):
        body = {"email": account.email, "password": password}
        answer = line.ask("/sign-in/email", body)
        if answer.status == 200:
            ledger.note(answer)
            account.cookie, account.passwords = answer.cookie, [password]
            return
        if answer.status != 401:
            ledger.note(answer)
            return
    ledger.missing(f"no acknowledged password of {account.email} opens")


def rename(ledger: Ledger, line: Line, account: Account) -> None:
    """Another name."""
    name = f"N {secrets.token_hex(4)}"
    account.names.append(name)
    answer = ledger.note(line.ask("/update-user", {"name": name}, account.cookie))
    if answer.status == 200:
        account.names = [name]
    elif answer.status == 401:
        _signed_out(ledger, account)


def change_password(ledger: Ledger, line: Line, account: Account) -> None:
    """Another password, while it is known which one holds."""
    if len(account.passwords) > 1:
        account.cookie = ""  # signing in says which
        return
    new = secrets.token_hex(8)
    body = {"currentPassword": account.passwords[0], "newPassword": new}
    account.passwords.append(new)
    answer = ledger.note(line.ask("/change-password", body, account.cookie))
    if answer.status == 200:
        account.passwords = [new]
    elif answer.status == 401:
        _signed_out(ledger, account)


def sign_out(ledger: Ledger, line: Line, account: Account) -> None:
    """Ends the session; where no answer comes, nothing is known of it any more."""
    answer = ledger.note(line.ask("/sign-out", {}, account.cookie))
    if answer.status == 200:
        account.ended.append((account.cookie, time.monotonic()))
    account.cookie = ""


def _signed_out(ledger: Ledger, account: Account) -> None:
    with ledger.lock:
        ledger.false_sign_outs += 1
    account.cookie = ""


@contextmanager
def crowd(ledger: Ledger, *ports: int, size: int = 6, way: Way = Line) -> Iterator[Crowd]:
    """People for the duration, the first of whom have signed up."""
    made = Crowd(ledger, ports, size, way)
    made.start()
    try:
        until(lambda: len(ledger.accounts) >= size, 20)
        yield made
    finally:
        made.stop()


def until(what: Callable[[], object], seconds: float) -> bool:
    """Waits for something to become true; whether it did."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
