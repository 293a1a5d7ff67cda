"""`python -m server.postgres FOLDER`: the guard of the cluster there, which waits for the end of its input."""

import sys
from pathlib import Path

from server.postgres.cluster import Cluster


def main(folder: str) -> None:
    """Ends the server once its owner is gone; whoever else owns or uses it by then keeps it."""
    sys.stdin.buffer.read()
    # The kernel closes what a killed process had one by one: its end of our pipe may go before its lock.
    Cluster(Path(folder)).leave(wait=1.0, hurried=True)


if __name__ == "__main__":
    main(sys.argv[1])
