"""Programs that some tests need: found, or installed from Debian where that is allowed."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from say import step


@dataclass(frozen=True)
class Program:
    """A program under any of `names`; `variable` can name one, the Debian `packages` have some, the best one first."""

    names: tuple[str, ...]
    variable: str
    packages: tuple[str, ...]
    tests: str

    @property
    def package(self) -> str:
        """The package that is there on most systems."""
        return self.packages[-1]

    @property
    def advice(self) -> str:
        """What a person can do without it."""
        return f"install {self.package}, or set {self.variable} to one"

    @property
    def missing(self) -> str:
        """One line for a person who runs the tests without it."""
        return f"No {self.package}, so tests/{self.tests} is left out: {self.advice}."

    def find(self) -> str | None:
        """The path of the one that the variable names, or of the best one that there is."""
        named = os.environ.get(self.variable)
        if named is not None:
            return shutil.which(named)
        return next((path for name in self.names if (path := _which(name))), None)

    def find_or_install(self) -> str | None:
        """The same; root on a Debian without the best one gets it from apt, or the next best."""
        if os.environ.get(self.variable) or not shutil.which("apt-get") or os.geteuid() != 0:
            return self.find()
        if not _which(self.packages[0]) and (len(self.packages) > 1 or not self.find()):
            step(f"{self.packages[0]} from apt, for tests/{self.tests} (once)")
            _apt("update")
            next((package for package in self.packages if self._came_with(package)), None)
        return self.find()

    def _came_with(self, package: str) -> bool:
        """Whether there is one now; the next package is for a system that has not heard of this one."""
        return _apt("install", "--yes", "--no-install-recommends", package) and self.find() is not None


def _which(name: str) -> str | None:
    """On PATH, or where servers are installed to, which is on root's PATH alone, and not always on that."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def _apt(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", "--quiet", *words]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


# Chromium without windows of its own takes the tests two thirds of the time.
_SHELL = ("chromium-headless-shell",)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
CHROMIUM = Program((*_SHELL, *_BROWSERS), "CHROME_BIN", (*_SHELL, "chromium"), "browser")
REDIS = Program(("redis-server", "valkey-server"), "REDIS_SERVER", ("redis-server",), "relay")
NGINX = Program(("nginx",), "NGINX_BIN", ("nginx",), "nginx")
CADDY = Program(("caddy",), "CADDY_BIN", ("caddy",), "caddy")
PATRONI = Program(("patroni",), "PATRONI_BIN", ("patroni",), "patroni")
ETCD = Program(("etcd",), "ETCD_BIN", ("etcd-server",), "patroni")
ALL = (CHROMIUM, REDIS, NGINX, CADDY, PATRONI, ETCD)
