"""The secrets: the current one signs, older ones still verify and decrypt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Keyring:
    """BETTER_AUTH_SECRETS as (version, secret), the current first; `unversioned` is BETTER_AUTH_SECRET.

    Without versions the unversioned secret is the current one.
    """

    unversioned: str = field(repr=False)
    versions: tuple[tuple[int, str], ...] = field(default=(), repr=False)

    @property
    def current(self) -> str:
        """What signs and encrypts."""
        return self.versions[0][1] if self.versions else self.unversioned

    def find(self, version: int) -> str | None:
        """The secret of a version, None for one that was retired."""
        return dict(self.versions).get(version)

    def every(self) -> tuple[str, ...]:
        """All secrets, the current first."""
        secrets = [secret for _, secret in self.versions]
        return tuple(dict.fromkeys([*secrets, self.unversioned] if self.unversioned else secrets))

    def derive(self, change: Callable[[str], str]) -> Keyring:
        """The same versions with another secret each."""
        versions = tuple((version, change(secret)) for version, secret in self.versions)
        return Keyring(change(self.unversioned) if self.unversioned else "", versions)
