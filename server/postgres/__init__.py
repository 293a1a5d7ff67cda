"""The embedded PostgreSQL: its programs come from a package, its life cycle is ours. Linux and macOS."""

from server.postgres.binaries import find_binaries
from server.postgres.cluster import Cluster, attached, exists, owned
from server.postgres.errors import PostgresError

__all__ = ["Cluster", "PostgresError", "attached", "exists", "find_binaries", "owned"]
