"""The scripts of docker-compose.scale.yml, run outside of containers: a replica that follows, and nginx's file."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.postgres.initialize import NAME, SUPERUSER
from tests.standbys import Node, until

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "deploy" / "compose"
PASSWORD = 'a\'word with "marks"'


@pytest.fixture
def nodes() -> Iterator[tuple[Node, Node]]:
    """A primary that knows of no replica, and a place for one."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        one, other = (Node(Path(folder, name)) for name in ("one", "two"))
        one.make()
        one.start()
        try:
            yield one, other
        finally:
            other.close()
            one.close()


def facts(primary: Node, **more: str) -> dict[str, str]:
    """For the environment of a script."""
    path = f"{primary.programs}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PGHOST": "127.0.0.1", "PGPORT": str(primary.port), **more}


def allowed_to_follow(primary: Node) -> None:
    """As the primary's container runs it; whoever asks for replication needs the password."""
    hba = primary.home.data / "pg_hba.conf"
    hba.write_text("host all all samehost trust\n")
    given = {"POSTGRES_USER": SUPERUSER, "POSTGRES_DB": NAME, "REPLICATION_PASSWORD": PASSWORD}
    environment = facts(primary, PGDATA=str(primary.home.data), **given)
    subprocess.run(["sh", SCRIPTS / "primary.sh"], env=environment, check=True, capture_output=True)
    primary.execute("SELECT pg_reload_conf()")


def start(primary: Node, replica: Node, password: str = PASSWORD) -> subprocess.Popen[bytes]:
    """As the replica's container does; in a container the port is its own."""
    own = ["-p", str(replica.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    environment = facts(primary, PGUSER="replicator", PGPASSWORD=password, PGDATA=str(replica.home.data))
    command: list[str | Path] = ["env", *(f"{name}={value}" for name, value in environment.items())]
    command += ["sh", SCRIPTS / "replica.sh", *own]
    return replica.account.popen(command, cwd=replica.home.folder, stderr=subprocess.PIPE)


def test_a_replica_follows_and_comes_back(nodes: tuple[Node, Node]) -> None:
    primary, replica = nodes
    allowed_to_follow(primary)
    (replica.home.folder / "data.new").mkdir()  # a copy that broke off
    for number in (1, 2):
        process = start(primary, replica)
        try:
            until(replica.answers)
            primary.execute("CREATE TABLE kept AS SELECT 1" if number == 1 else "INSERT INTO kept SELECT 2")
            until(lambda: replica.has_all_of(primary))
            assert replica.execute("SELECT count(*) FROM kept") == [(number,)]
            assert replica.in_recovery()
            assert primary.execute("SELECT active FROM pg_replication_slots") == [(True,)]
        finally:
            process.terminate()
            process.communicate()


def test_nobody_follows_without_the_password(nodes: tuple[Node, Node]) -> None:
    primary, replica = nodes
    allowed_to_follow(primary)
    process = start(primary, replica, "another")
    said = process.communicate(timeout=60)[1]
    assert process.returncode != 0
    assert b"password authentication failed" in said
    assert not replica.home.data.exists()


def test_nginx_passes_on_to_the_two_servers(tmp_path: Path) -> None:
    script = (SCRIPTS / "nginx.sh").read_text().replace("/etc/nginx/", f"{tmp_path}/")
    shutil.copy(ROOT / "deploy/nginx.conf", tmp_path / "ai-editor.conf")
    (tmp_path / "conf.d").mkdir()
    environment = {"PATH": os.environ["PATH"], "BETTER_AUTH_URL": "https://sign-in.example.org:8443/"}
    subprocess.run(["sh", "-c", script], env=environment, check=True)
    made = (tmp_path / "conf.d/default.conf").read_text()
    assert made.count("server one:8080 ") == made.count("server two:8080 ") == 1
    assert made.count("server_name sign-in.example.org;") == 2
    assert "127.0.0.1" not in made
    assert "example.com" not in made
