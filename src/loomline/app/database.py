"""Where the database is, and keeping the embedded one running while it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from loomline.app.embedded import Cluster, place
from loomline.app.environment import Environment
from loomline.app.fault import Fault

OLDEST_SERVER = 150000


def cluster_of(env: Environment) -> Cluster | None:
    """The embedded database of an installation, or nothing when it has a server."""
    if not env.embedded:
        return None
    folder: Path = place(env.data, pg_user=env.pg_user)
    return Cluster(folder, pg_bin=env.pg_bin, pg_user=env.pg_user, tcp_port=env.pg_port)


@contextmanager
def in_use(env: Environment) -> Iterator[Cluster | None]:
    """Keep the embedded database running meanwhile."""
    cluster = cluster_of(env)
    if cluster is None:
        yield None
        return
    with cluster.running():
        try:
            yield cluster
        finally:
            let_go()


def address() -> dict[str, Any]:
    """Where the database is, as psycopg wants it."""
    parts = connection.get_connection_params()
    return {name: value for name, value in parts.items() if name not in {"cursor_factory", "context"}}


def let_go() -> None:
    """Close the sessions of this process, the pooled ones too: others hold the server up while it stops."""
    wrapper = connections["default"]
    wrapper.close()
    if isinstance(wrapper, DatabaseWrapper):
        wrapper.close_pool()


def check_server() -> None:
    """Refuse a server that is away or too old before the first statement fails on it."""
    # Outside the pool, which would go on trying and lose the reason.
    with psycopg.connect(**address() | {"connect_timeout": 5}) as session:
        version = session.info.server_version
    if version < OLDEST_SERVER:
        raise Fault(
            f"The database server is PostgreSQL {version // 10000}; Loomline needs 15 or newer.",
            way_out="Upgrade the server, or leave LOOMLINE_DATABASE_URL out to use the embedded one.",
        )
