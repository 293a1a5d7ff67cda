"""A whole Django for one of the two: `WHO=by_headers python app.py runserver 127.0.0.1:9000`."""

import os

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import JsonResponse
from django.urls import path

who = os.environ.get("WHO", "by_headers")
settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{who}.who"], ALLOWED_HOSTS=["127.0.0.1", "localhost"])
urlpatterns = [path(each, lambda request: JsonResponse(request.person)) for each in ("app/", "open/")]

if __name__ == "__main__":
    execute_from_command_line()
