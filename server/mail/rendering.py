"""Turns a template and its context into subject, plain text and HTML; one template says both."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

import web
from server.branding.settings import Branding
from server.languages.moments import moment, span
from server.languages.sentences import ENGLISH, translate
from server.mail.cleaning import clean
from server.mail.templates import Email

if TYPE_CHECKING:
    from jinja2 import Environment

_PLAIN = Branding()
_FACTS = (
    ("Browser", "browser"),
    ("System", "system"),
    ("Place", "place"),
    ("IP address", "ip_address"),
    ("Time", "time"),
)


class Letter(Struct, frozen=True):
    """A rendered mail."""

    subject: str
    text: str
    html: str


def render(
    email: Email, context: Mapping[str, str], site: str, created_at: datetime, branding: Branding = _PLAIN
) -> Letter:
    """The mail; `site` is the public address, which links of its own start with. S42."""
    given = clean(context, email.members)
    language = context.get("language", ENGLISH)
    values: dict[str, Any] = {
        "app": branding.name,
        "own_pages": _own_pages(branding, site, language),
        "site": site,
        "host": urlsplit(site).netloc,
        "until": moment(language, created_at + timedelta(seconds=email.seconds)),
        "lifetime": span(language, email.seconds),
        "given": given,
        "facts": [(translate(language, label), given[name]) for label, name in _FACTS],
    }
    text = _environment("txt", branding, language).get_template(f"{email.name}.jinja").render(values)
    html = _environment("html", branding, language).get_template(f"{email.name}.jinja").render(values)
    return Letter(_subject(email, values, branding, language), _tidy(text), html)


def _own_pages(branding: Branding, site: str, language: str) -> list[tuple[str, str]]:
    pages = (("Terms of use", branding.terms_url), ("Privacy policy", branding.privacy_url))
    return [
        (translate(language, name), site + url if url.startswith("/") else url) for name, url in pages if url
    ]


def _subject(email: Email, values: dict[str, Any], branding: Branding, language: str) -> str:
    found = _environment("txt", branding, language).get_template(f"{email.name}.jinja")
    return " ".join("".join(found.blocks["subject"](found.new_context(values))).split())


def _tidy(text: str) -> str:
    """At most one empty line between paragraphs, one line break at the end."""
    lines: list[str] = []
    for line in (raw.rstrip() for raw in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


@functools.cache
def _environment(kind: Literal["html", "txt"], branding: Branding, language: str) -> Environment:
    """The templates, with the parts of that kind: `p`, `button`, `facts` … mean markup in one and text in the other."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files(web).joinpath("templates", "mail")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=kind == "html",  # noqa: S701 - plain text is not escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals |= {"kind": kind, "look": branding, "language": language}
    environment.policies["ext.i18n.trimmed"] = True
    say = functools.partial(_say, language)
    environment.install_gettext_callables(say, _count, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _say(language: str, sentence: str) -> str:
    """For Jinja, whose gaps are %(name)s; those of the catalogues are {name}, as the app has them."""
    said = translate(language, re.sub(r"%\((\w+)\)s", r"{\1}", sentence).replace("%%", "%"))
    return re.sub(r"\{(\w+)\}", r"%(\1)s", said.replace("%", "%%"))


def _count(one: str, other: str, count: int) -> str:
    raise NotImplementedError("a mail counts nothing: see server/languages/moments.py")
