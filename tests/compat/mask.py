"""Hides what differs between any two runs: ids, tokens, dates; by position and format, never by position alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import urllib.parse
from datetime import UTC, datetime
from typing import Any

from server.crypto.encryption import DecryptionError, decrypt, for_purpose
from server.crypto.keyring import Keyring
from tests.compat import tree

ID = re.compile(r"[A-Za-z0-9]{32}")
GUEST = re.compile(r"[a-z0-9]{32}@anonymous\.placeholder\.invalid")
CODE = re.compile(r"\d{4,10}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
IDS = {"id", "userId", "accountId", "token", "encryptedSessionToken"}
DATES = {"createdAt", "updatedAt", "expiresAt", "accessTokenExpiresAt", "refreshTokenExpiresAt"}
# What goes to a provider and comes back, in better-auth's larger alphabet: the state, the nonce, and PKCE's verifier.
STATES = {"state", "oauthState", "nonce", "idTokenNonce"}
VERIFIERS = {"codeVerifier", "code_verifier"}
MINUTE = 60.0
LONG = 400 * 86400.0

# Tokens in the links of mails and redirects: where they stand, and their exact format.
LINKS = (
    re.compile(r"(?<=/reset-password/)[A-Za-z0-9]{24}(?=\?)"),
    re.compile(r"(?<=[?&]token=)[A-Za-z0-9]{24}(?=[&#]|$)"),
    re.compile(r"(?<=/magic-link/verify\?token=)[A-Za-z]{32}(?=&|$)"),
    re.compile(r"(?<=[?&](?:state|nonce)=)[\w-]{32}(?=[&#]|$)", re.ASCII),
    re.compile(r"(?<=[?&]code_challenge=)[\w-]{43}(?=[&#]|$)", re.ASCII),
    re.compile(r"(?<=/delete-user/callback\?token=)[0-9a-z]{32}(?=&|$)"),
)
# In better-auth's larger alphabet, and alone in an answer.
ONE_TIME = re.compile(r"[\w-]{32}", re.ASCII)
VERIFIER = re.compile(r"[\w-]{128}", re.ASCII)
# 32 bytes in base64url: what an authenticator signs, and what it calls its person.
CHALLENGES, CHALLENGE = {"challenge", "id"}, re.compile(r"[\w-]{43}", re.ASCII)
BACKUP_CODE = re.compile(r"[A-Za-z0-9]{5}-[A-Za-z0-9]{5}")
OTPAUTH = re.compile(r"(?<=[?&]secret=)[A-Z2-7]{52}(?=&)")
# What a sign-in that waits for its second factor is kept under, and a browser that is trusted.
WAITING = re.compile(r"2fa-[\w-]{20}", re.ASCII)
TRUSTED = re.compile(r"([\w-]{43})!trust-device-[\w-]{32}", re.ASCII)
SIGNED = {"session_token", "dont_remember", "state", "better-auth-passkey", "two_factor", "trust_device"} | {
    "oauth_popup"
}
MULTI = re.compile(r"session_token_multi-([a-z0-9]{32})")
CHUNK = re.compile(r"[\w.-]+\.session_data\.\d+=")
HINT = re.compile(r"(?<=[?&]id_token_hint=)[\w.-]+(?=&|$)")
# What an app is handed over in place of a browser.
HANDED = re.compile(r"(?<=[?&]cookie=)[^&#]+")
JWT = re.compile(r"(?<=[?&]token=)([\w-]+)\.([\w-]+)\.([\w-]+)(?=&|$)")


class Mask:
    """One conversation's labels: the same secret value gets the same label wherever it turns up again.

    `peer` is what this server keeps as the address of somebody whose forwarded one it does not believe.
    """

    def __init__(self, secret: str, peer: str | None = None) -> None:
        self._secret, self._peer = secret.encode(), peer
        self._labels: dict[str, str] = {}
        self._dates: dict[str, str] = {}

    def label(self, value: str, kind: str = "id") -> str:
        """The name under which a value goes in this conversation."""
        return self._labels.setdefault(value, f"<{kind} {len(self._labels) + 1}>")

    # JSON

    def body(self, text: str, at: float) -> str:
        """A JSON body with its secrets named; text that JSON.stringify would not write stays as it is."""
        try:
            found = tree.parse(text)
        except ValueError:
            return text
        return tree.write(self.value(found, at))

    def value(self, value: Any, at: float, key: str = "") -> Any:
        """Any JSON value, with the name of the member that it is."""
        if isinstance(value, tree.Pairs):
            if [name for name, _ in value] == ["token"] and ONE_TIME.fullmatch(str(value[0][1])):
                return tree.Pairs([("token", self.label(value[0][1], "one-time token"))])
            return tree.Pairs((name, self.value(item, at, name)) for name, item in value)
        if isinstance(value, list):
            return [self.value(item, at, key) for item in value]
        if key in DATES and isinstance(value, int):
            return _moment(value / 1000, at) or value
        if isinstance(value, str):
            return self._on_the_way(value, key) or self._text(value, at, key)
        return value

    def _on_the_way(self, value: str, key: str) -> str | None:
        """What goes to a provider, and comes back from there; a verifier by the challenge that was made of it."""
        if key in STATES and ONE_TIME.fullmatch(value):
            return self.label(value, "token")
        if key == "token" and "." in value:
            return self._signed(urllib.parse.quote(value, safe="-_.!~*'()"))
        if key not in VERIFIERS or not VERIFIER.fullmatch(value):
            return None
        challenge = _base64url(hashlib.sha256(value.encode()).digest())
        return f"<verifier of {self.label(challenge, 'token')}>"

    def _text(self, value: str, at: float, key: str) -> str:
        if key in IDS and ID.fullmatch(value):
            return self.label(value)
        if key in DATES and DATE.fullmatch(value):
            return self._date(value, at)
        named = {"email": (GUEST, "guest"), "code": (CODE, f"{len(value)} digits")}.get(key)
        if named and named[0].fullmatch(value):
            return self.label(value, named[1])
        if key in {"backupCodes", "totpURI", *CHALLENGES}:
            return self._key(value, key)
        if key == "ipAddress" and value == self._peer:
            return "<the peer>"
        return self.link(value, at) if key in {"url", "location"} else value

    def _key(self, value: str, key: str) -> str:
        """What a passkey signs, and the secrets of a second factor."""
        if key in CHALLENGES:
            kind = "handle" if key == "id" else "challenge"
            return self.label(value, kind) if CHALLENGE.fullmatch(value) else value
        if BACKUP_CODE.fullmatch(value):
            return self.label(value, "backup code")
        return OTPAUTH.sub(lambda found: self.label(found[0], "secret"), value)

    def _date(self, value: str, at: float) -> str:
        """A date by its distance from the moment when it was first seen, which is soon after it was made."""
        if value not in self._dates:
            self._dates[value] = _moment(_seconds(value), at) or value
        return self._dates[value]

    # Links

    def link(self, url: str, at: float) -> str:
        """A link with its token named; the claims of a signed one are shown."""
        for pattern in LINKS:
            url = pattern.sub(lambda found: self.label(found[0], "token"), url)
        url = HINT.sub(lambda found: self._hint(found[0], at), url)
        return JWT.sub(lambda found: self.jwt(found[0], at), url)

    def _hint(self, token: str, at: float) -> str:
        """A provider's own token, which has the nonce in it."""
        head, claims, _ = token.split(".")
        return f"<hint {_decode(head)} {tree.write(self.value(tree.parse(_decode(claims)), at))}>"

    def jwt(self, token: str, at: float) -> str:
        """A token signed with our secret, as what it says; one that is not stays as it is."""
        head, claims, signature = token.split(".")
        expected = _base64url(hmac.digest(self._secret, f"{head}.{claims}".encode(), "sha256"))
        if signature != expected:
            return token
        said = tree.parse(_decode(claims))
        shown = tree.Pairs((key, _claim(key, value, at) or self.value(value, at, key)) for key, value in said)
        return f"<jwt {_decode(head)} {tree.write(shown)}>"

    # Cookies

    def cookies(self, lines: list[str], at: float) -> list[str]:
        """Set-Cookie lines; a cache that was split is shown joined, after its pieces."""
        pieces = [line for line in lines if CHUNK.match(line)]
        whole = "".join(line.partition(";")[0].partition("=")[2] for line in pieces)
        shown = [_piece(line) if line in pieces else self.cookie(line, at) for line in lines]
        return shown + ([self._cache(whole, at)] if whole else [])

    def cookie(self, line: str, at: float) -> str:
        """A Set-Cookie line; a signature is shown as good, or stays as it is."""
        pair, separator, attributes = line.partition("; ")
        name, _, value = pair.partition("=")
        short = name.rpartition(".")[2]
        if short in SIGNED:
            value = self._signed(value)
        elif found := MULTI.fullmatch(short):
            return self._multi(name, found[1], value) + separator + attributes
        elif short == "session_data" and value:
            value = self._cache(value, at)
        elif short == "oauth_state" and value:
            value = self._state(urllib.parse.unquote(value), at)
        return f"{name}={value}{separator}{attributes}"

    def _state(self, sealed: str, at: float) -> str:
        """What better-auth has to remember of a sign-in, where a cookie has it."""
        keyring = Keyring(self._secret.decode())
        try:
            said = json.loads(decrypt(for_purpose(keyring, "oauth-state-cookie"), sealed))
            if "link" in said:
                own = for_purpose(keyring, "oauth-link-session-token")
                said["link"]["encryptedSessionToken"] = decrypt(own, said["link"]["encryptedSessionToken"])
        except DecryptionError:
            return sealed
        # Its moment is one in milliseconds, which dates of rows are not.
        said["expiresAt"] = round((said["expiresAt"] / 1000 - at) / MINUTE)
        return f"<state {tree.write(self.value(tree.parse(json.dumps(said, separators=(',', ':'), ensure_ascii=False)), at))}>"

    def header(self, name: str, value: str, at: float) -> str:
        """A header's value; the token that stands for a session's cookie is signed as that is."""
        if name == "set-auth-token":
            return self._signed(urllib.parse.quote(value, safe="-_.!~*'()"))
        if name == "location":
            value = HANDED.sub(lambda found: self._handed(found[0], at), value)
        return self.link(value, at)

    def _handed(self, text: str, at: float) -> str:
        """Set-Cookie lines in a form's spelling; what is spelt otherwise stays as it is."""
        lines = urllib.parse.unquote_plus(text)
        if urllib.parse.urlencode({"x": lines}, safe="*").replace("~", "%7E") != f"x={text}":
            return text
        return ", ".join(self.cookies(lines.split(", "), at))

    def _multi(self, name: str, lower: str, value: str) -> str:
        """A cookie of one of several sessions: its name ends with the token in small letters."""
        token = next((each for each in self._labels if each.lower() == lower), lower)
        return f"{name.removesuffix(lower)}{self.label(token)}={self._signed(value) if value else ''}"

    def _signed(self, text: str) -> str:
        value, _, _ = urllib.parse.unquote(text).rpartition(".")
        signature = base64.b64encode(hmac.digest(self._secret, value.encode(), "sha256")).decode()
        if not value or text != urllib.parse.quote(f"{value}.{signature}", safe="-_.!~*'()"):
            return text
        return f"{self._signs(value)}.<signature>"

    def _signs(self, value: str) -> str:
        """What stands before a good signature."""
        if ONE_TIME.fullmatch(value):
            return self.label(value)
        if WAITING.fullmatch(value):
            return self.label(value, "sign-in")
        if value.startswith('{"popupOrigin"'):  # ours says of which sign-in
            return tree.write(tree.parse(value).without("state"))
        return self.label(value, "trusted browser") if TRUSTED.fullmatch(value) else value

    def _cache(self, text: str, at: float) -> str:
        if text.count(".") == 4:
            return f"<jwe {_decode(text.partition('.')[0])} {len(text) // 64}>"
        return self.jwt(text, at) if text.count(".") == 2 else self._compact(text, at)

    def _compact(self, text: str, at: float) -> str:
        found = tree.parse(_decode(text))
        inner = tree.Pairs([*found.get("session"), ("expiresAt", found.get("expiresAt"))])
        signature = _base64url(hmac.digest(self._secret, tree.write(inner).encode(), "sha256"))
        if found.get("signature") != signature:
            return text
        shown = self.value(found, at).without("signature")
        return f"<compact {_milliseconds(tree.write(shown), at)}>"


def _piece(line: str) -> str:
    pair, separator, attributes = line.partition("; ")
    name, _, value = pair.partition("=")
    return f"{name}=<{len(value)} characters>{separator}{attributes}" if value else line


def _claim(key: str, value: Any, at: float) -> str | None:
    if key in {"iat", "exp"} and isinstance(value, int):
        return _moment(float(value), at)
    return _moment(value / 1000, at) if key == "updatedAt" and isinstance(value, int) else None


def _milliseconds(text: str, at: float) -> str:
    pattern = r'("(?:updatedAt|expiresAt)":)(\d{13})(?!\d)'
    return re.sub(pattern, lambda found: f"{found[1]}{_moment(int(found[2]) / 1000, at)}", text)


def _moment(seconds: float, at: float) -> str | None:
    """How far a moment is from the request, to the minute; None for one that is no part of this run."""
    away = seconds - at
    return f"<now{round(away / MINUTE):+d}min>" if abs(away) < LONG else None


def _seconds(date: str) -> float:
    return datetime.strptime(date, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
