"""Patroni and etcd, where this machine has both; else these tests are left out, which is said (in CI it is an error)."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patroni.cluster import Cluster, running

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import ETCD, PATRONI

PATHS = PATRONI.find(), ETCD.find()
MISSING = [program for program, path in zip((PATRONI, ETCD), PATHS, strict=True) if path is None]

if MISSING and not os.environ.get("CI"):
    print(MISSING[0].missing, file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A leader and a standby."""
    patroni, etcd = PATHS
    if patroni is None or etcd is None:
        pytest.fail(f"no Patroni for the tests: {MISSING[0].advice}", pytrace=False)
    with running(patroni, etcd) as found:
        yield found
