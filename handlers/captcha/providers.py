"""The providers: where each is asked, and whom its widget loads from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.outgoing import Request
from server.protocol import uri

# Of reCAPTCHA's third version, which shows no riddle and gives a score: better-auth's default.
LEAST_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Provider:
    """One of them by better-auth's name; `sources` are the hosts of its widget, by the directives of a page's policy.

    It is asked in a form, or `in_json`; some want to be told the site key, and some may answer with a score.
    """

    id: str
    url: str
    sources: Mapping[str, str] = field(hash=False)
    in_json: bool = False
    takes_site_key: bool = False
    scores: bool = False

    def asked(self, secret: str, answer: str, site_key: str, address: str) -> Request:
        """The question whether an answer is right, which somebody at `address` has given."""
        told = {"secret": secret, "response": answer}
        told |= {"sitekey": site_key} if self.takes_site_key else {}
        told |= {"remoteip": address} if address else {}
        if self.in_json:
            return Request(self.url, "POST", json=told)
        return Request(self.url, "POST", form=uri.form_encode(told))


# Scripts need no place here: those that our own have loaded are let in with them.
_HCAPTCHA = "https://hcaptcha.com https://*.hcaptcha.com"
PROVIDERS = {
    found.id: found
    for found in (
        Provider(
            "cloudflare-turnstile",
            "https://challenges.cloudflare.com/turnstile/v0/siteverify",
            {"frame-src": "https://challenges.cloudflare.com"},
            in_json=True,
        ),
        Provider(
            "google-recaptcha",
            "https://www.google.com/recaptcha/api/siteverify",
            {
                "frame-src": "https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/",
                "connect-src": "https://www.google.com/recaptcha/",
            },
            scores=True,
        ),
        Provider(
            "hcaptcha",
            "https://api.hcaptcha.com/siteverify",
            {"frame-src": _HCAPTCHA, "connect-src": _HCAPTCHA, "style-src": _HCAPTCHA},
            takes_site_key=True,
        ),
    )
}
