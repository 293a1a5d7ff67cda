"""The examples stand behind nginx; without one they are left out, as tests/nginx is."""

import os

from tests.nginx.conftest import PATH

if PATH is None and not os.environ.get("CI"):
    collect_ignore_glob = ["test_*.py"]
