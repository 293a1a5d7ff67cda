"""How many bcrypt hashes this machine can compare a second, with nothing else to do: a thread for each core."""

from __future__ import annotations

import os
import sys
import threading
import time

import bcrypt


def main(cost: int, seconds: float) -> None:
    """Prints comparisons a second, and the processor time of one in microseconds."""
    stored = bcrypt.hashpw(b"correct horse battery staple", bcrypt.gensalt(cost))
    ends: list[float] = []
    began, spent = time.perf_counter(), time.process_time()

    def compare() -> None:
        while time.perf_counter() < began + seconds:
            bcrypt.checkpw(b"correct horse battery staple", stored)
            ends.append(time.perf_counter())

    threads = [threading.Thread(target=compare) for _ in range(os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu = 1e6 * (time.process_time() - spent) / len(ends)
    sys.stdout.write(f"{len(ends) / (max(ends) - began)} {cpu}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
