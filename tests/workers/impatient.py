"""The supervisor of `serve` with two workers that have a few seconds to come to serve: `impatient.py SECONDS`."""

import asyncio
import os
import sys

import click
from tornado.netutil import bind_sockets

from server.cli.supervisor import Supervisor


def main(seconds: float) -> None:
    first = bind_sockets(0, "127.0.0.1", reuse_port=True)
    port = first[0].getsockname()[1]
    second = bind_sockets(port, "127.0.0.1", reuse_port=True)
    environment = {**os.environ, "PORT": str(port), "WORKERS": "1"}
    supervisor = Supervisor([first, second], environment, seconds)
    asyncio.run(supervisor.run(lambda: click.echo(f"http://127.0.0.1:{port}", err=True)))


if __name__ == "__main__":
    main(float(sys.argv[1]))
