"""Who is signed in, asked with the browser's cookie: `flask --app by_asking run --host 127.0.0.1 --port 9000`."""

from typing import Any

import httpx
from flask import Flask, abort, request

app = Flask(__name__)
auth = httpx.Client(base_url="http://127.0.0.1:8080", timeout=2)


def who() -> dict[str, Any]:
    headers = {key: request.headers[key] for key in ("Cookie", "X-Forwarded-For") if key in request.headers}
    try:
        answer = auth.get("/api/auth/get-session?disableRefresh=true", headers=headers)
        found = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        abort(503)  # not known: that is not signed out
    return found["user"] if found else abort(401)


@app.get("/open/")
def page() -> dict[str, Any]:
    return who()
