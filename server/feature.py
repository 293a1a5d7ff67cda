"""What a feature may add to the application: one value, collected in handlers/__init__.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tornado.web import RequestHandler

Routes = tuple[tuple[str, type[RequestHandler]], ...]


class StartError(Exception):
    """The server cannot start; one line that says what to do."""


@dataclass(frozen=True)
class Feature:
    """`api`: paths below /api/auth; `site`: paths of the origin; both are regular expressions, matched whole.

    `check` runs before the server starts, and raises StartError for what is missing.
    """

    name: str
    api: Routes = ()
    site: Routes = ()
    check: Callable[[], None] | None = None
