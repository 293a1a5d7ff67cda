"""The Redis that the relay's tests have."""

from tests.relay.conftest import PATH, collect_without, redis

__all__ = ["redis"]
collect_ignore_glob = collect_without(PATH, ["test_redis.py"])
