"""Who is signed in, asked with the browser's cookie: a middleware, MIDDLEWARE = ["by_asking.who", …]."""

import httpx
from django.http import HttpResponse

auth = httpx.Client(base_url="http://127.0.0.1:8080", timeout=2)


def who(get_response):
    def middleware(request):
        headers = {
            key: request.headers[key] for key in ("Cookie", "X-Forwarded-For") if key in request.headers
        }
        try:
            answer = auth.get("/api/auth/get-session?disableRefresh=true", headers=headers)
            found = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return HttpResponse(status=503)  # not known: that is not signed out
        request.person = found and found["user"]
        return get_response(request) if found else HttpResponse(status=401)

    return middleware
