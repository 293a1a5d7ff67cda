"""A role that may not do all that is needed, and one that may do no more than that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.database import Database
from server.postgres.cluster import Cluster
from server.schema import migrate
from tests.conftest import execute
from tests.workers.served import Served, Starting


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """One whose roles are the test's own."""
    found = Cluster(tmp_path / "postgres")
    yield found
    found.stop()


@pytest.mark.gen_test
async def test_a_missing_privilege_stops_the_start_in_one_line(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.start()
    db = Database(url, 1)
    await migrate.migrate(db)
    await db.close()
    execute(url.replace("//ai_editor@", "//postgres@"), "CREATE ROLE clerk LOGIN")
    execute(url, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk")
    execute(url, 'REVOKE DELETE ON "session" FROM clerk')
    clerks = url.replace("//ai_editor@", "//clerk@")
    with Starting(tmp_path, DATABASE_URL=clerks, WORKERS="1") as starting:
        _, said = starting.process.communicate(timeout=60)
    assert starting.process.returncode == 1
    line = said.splitlines()[-1]
    assert line.startswith(
        'ai-editor: the database does not fit: the role of DATABASE_URL lacks rights on "session"'
    )
    assert line.endswith('run GRANT DELETE ON "session"')
    assert "Traceback" not in said
    execute(url, 'GRANT DELETE ON "session" TO clerk')
    execute(url, 'CREATE TABLE "scimUser" ("userId" text, "connectionId" text, "active" boolean)')
    with Starting(tmp_path, DATABASE_URL=clerks, WORKERS="1") as starting:
        _, said = starting.process.communicate(timeout=60)
    assert said.splitlines()[-1].endswith('which says who may come in: run GRANT SELECT ON "scimUser"')
    execute(url, 'GRANT SELECT ON "scimUser" TO clerk')
    with Served(tmp_path, DATABASE_URL=clerks, WORKERS="1") as served:
        assert served.call("/health/ready")[0] == 200
