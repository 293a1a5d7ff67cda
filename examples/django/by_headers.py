"""Who is signed in, as the proxy says: a middleware, MIDDLEWARE = ["by_headers.who", …]."""

from urllib.parse import unquote

from django.http import HttpResponse


def who(get_response):
    def middleware(request):
        keys = ("user-id", "email", "name")
        request.person = {key: unquote(request.headers.get(f"x-auth-{key}", "")) for key in keys}
        return get_response(request) if request.person["user-id"] else HttpResponse(status=401)

    return middleware
