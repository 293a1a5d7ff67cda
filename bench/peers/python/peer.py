"""better-auth-server with its own defaults, its rate limit off, and its cookie cache as BENCH_COOKIE_CACHE says."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, urlsplit

from better_auth import BetterAuth, EmailAndPassword, RateLimit, SessionOptions
from better_auth.adapters.sqlalchemy import SQLAlchemyAdapter
from better_auth.config import CookieCache
from better_auth.integrations.fastapi import BetterAuthFastAPI
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

address = urlsplit(os.environ["BENCH_DATABASE"])
place = {name: values[0] for name, values in parse_qs(address.query).items()}
engine = create_async_engine(
    "postgresql+asyncpg://",
    connect_args={
        "host": place["host"], "port": int(place["port"]), "user": address.username, "database": address.path[1:],
    },
    pool_size=int(os.environ["BENCH_POOL"]),
    max_overflow=0,
)  # fmt: skip
auth = BetterAuth(
    secret=os.environ["BENCH_SECRET"],
    base_url=f"http://127.0.0.1:{os.environ['BENCH_PORT']}",
    adapter=SQLAlchemyAdapter(engine),
    email_and_password=EmailAndPassword(enabled=True),
    session=SessionOptions(cookie_cache=CookieCache(enabled=os.environ["BENCH_COOKIE_CACHE"] == "yes")),
    rate_limit=RateLimit(enabled=False),
)
app = FastAPI()
app.include_router(BetterAuthFastAPI(auth).router)
