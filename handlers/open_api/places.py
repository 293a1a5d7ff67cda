"""Where an endpoint is, which of its methods there are, and what they are called."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from server.feature import Feature
from server.http.access import Access, Answers
from server.http.handler import BaseHandler

METHODS = ("get", "post", "put", "patch", "delete")
CORE = "Default"  # as better-auth calls what is no plugin's
_GROUP = re.compile(r"\([^()]*\)")
_ADDRESS = re.compile(r"(?:GET|POST)(?: and POST)? /[\w/:-]*\w\b[:.,]?\s*")
_MARKS = re.compile(r"(?: S\d+)+\.(?= |$)")


class Method(Struct, frozen=True):
    """One method of a handler: who may call it, and what it says of its answers."""

    name: str
    access: Access
    answers: Answers | None

    @property
    def function(self) -> Callable[..., object]:
        """The method itself, without its guard."""
        return self.access.method


class Place(Struct, frozen=True):
    """A path with its handler, and the feature that it is of."""

    path: str
    tag: str
    feature: str
    handler: type[BaseHandler]
    methods: tuple[Method, ...]

    @property
    def parameters(self) -> list[str]:
        """The names of what the path says, as the method calls them."""
        names = [name.rstrip("_") for name in inspect.signature(self.methods[0].function).parameters]
        return names[len(names) - len(_GROUP.findall(self.path)) :]

    @property
    def template(self) -> str:
        """The path with these names: /reset-password/{token}."""
        names = iter(self.parameters)
        return _GROUP.sub(lambda _: f"{{{next(names)}}}", self.path)

    def operation_id(self, method: Method) -> str:
        """better-auth's, by which our handlers are called; of a second method with its name: getSessionPost."""
        own = self.handler.__name__
        words = re.match(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z]", own)
        start = words[0] if words else ""
        first = start.lower() + own[len(start) :]
        return first if method == self.methods[0] else first + method.name.capitalize()

    def description(self, method: Method) -> str:
        """What the code says of it, without the address and the marks of requirements."""
        texts = (inspect.getdoc(self.handler) or "", inspect.getdoc(method.function) or "")
        return "\n\n".join(text for each in texts if (text := plain(each)))


def plain(text: str) -> str:
    """A docstring as a sentence for whoever calls the API."""
    address = _ADDRESS.match(text)
    found = _MARKS.sub("", text[address.end() :] if address else text)
    return found[:1].upper() + found[1:]


def places(feature: Feature) -> Iterator[Place]:
    """Everything of the API that a feature has: all below /api/auth, and elsewhere what says what it answers."""
    for path, handler in feature.api:
        if issubclass(handler, BaseHandler):
            yield Place(path, CORE, feature.name, handler, _methods(handler))
    for path, handler in feature.site:
        if issubclass(handler, BaseHandler):
            said = tuple(each for each in _methods(handler) if each.answers)
            if said:
                yield Place(path, feature.name, feature.name, handler, said)


def _methods(handler: type[BaseHandler]) -> tuple[Method, ...]:
    """The methods that have an access word; where several names are for the same one, the first."""
    methods: dict[object, Method] = {}
    for name in METHODS:
        access = handler.access_to(name)
        if access and access.method not in methods:
            methods[access.method] = Method(name, access, getattr(access.method, "answers", None))
    return tuple(methods.values())
