"""Programs that some tests need: found, or installed from Debian where that is allowed."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from say import step


@dataclass(frozen=True)
class Program:
    """A program under any of `names`; `variable` can name one, the Debian `package` has one."""

    names: tuple[str, ...]
    variable: str
    package: str
    tests: str

    @property
    def advice(self) -> str:
        """What a person can do without it."""
        return f"install {self.package}, or set {self.variable} to one"

    @property
    def missing(self) -> str:
        """One line for a person who runs the tests without it."""
        return f"No {self.package}, so tests/{self.tests} is left out: {self.advice}."

    def find(self) -> str | None:
        """The path of the one that the variable names, or of one on PATH."""
        named = os.environ.get(self.variable)
        if named is not None:
            return shutil.which(named)
        return next((path for name in self.names if (path := shutil.which(name))), None)

    def find_or_install(self) -> str | None:
        """The same; root on a Debian that has none gets it from apt."""
        found = self.find()
        if found or os.environ.get(self.variable) or not shutil.which("apt-get") or os.geteuid() != 0:
            return found
        step(f"{self.package} from apt, for tests/{self.tests} (once)")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", self.package]):
            subprocess.run(
                ["apt-get", "--quiet", *command], env=environment, capture_output=True, check=False
            )
        return self.find()


_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
CHROMIUM = Program(_BROWSERS, "CHROME_BIN", "chromium", "browser")
REDIS = Program(("redis-server", "valkey-server"), "REDIS_SERVER", "redis-server", "relay")
ALL = (CHROMIUM, REDIS)
