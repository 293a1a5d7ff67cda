"""Who is signed in, as the proxy says: `flask --app by_headers run --host 127.0.0.1 --port 9000`."""

from urllib.parse import unquote

from flask import Flask, abort, request

app = Flask(__name__)


def who() -> dict[str, str]:
    said = {key: unquote(request.headers.get(f"X-Auth-{key}", "")) for key in ("user-id", "email", "name")}
    return said if said["user-id"] else abort(401)


@app.get("/app/")
def page() -> dict[str, str]:
    return who()
