"""Who is signed in, as the proxy says: `fastapi` and `uvicorn by_headers:app --host 127.0.0.1 --port 9000`."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, FastAPI, HTTPException, Request

app = FastAPI()


def who(request: Request) -> dict[str, str]:
    said = {key: unquote(request.headers.get(f"x-auth-{key}", "")) for key in ("user-id", "email", "name")}
    if not said["user-id"]:
        raise HTTPException(401)
    return said


@app.get("/app/")
def page(person: Annotated[dict[str, str], Depends(who)]) -> dict[str, str]:
    return person
