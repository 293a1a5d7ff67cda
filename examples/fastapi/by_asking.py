"""Who is signed in, asked with the browser's cookie: `uvicorn by_asking:app --host 127.0.0.1 --port 9000`."""

from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request

app = FastAPI()
auth = httpx.AsyncClient(base_url="http://127.0.0.1:8080", timeout=2)


async def who(request: Request) -> dict[str, Any]:
    headers = {key: request.headers[key] for key in ("cookie", "x-forwarded-for") if key in request.headers}
    try:
        answer = await auth.get("/api/auth/get-session?disableRefresh=true", headers=headers)
        found = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise HTTPException(503) from None  # not known: that is not signed out
    if found is None:
        raise HTTPException(401)
    return found["user"]


@app.get("/open/")
def page(person: Annotated[dict[str, Any], Depends(who)]) -> dict[str, Any]:
    return person
