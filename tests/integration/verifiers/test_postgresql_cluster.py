# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The postgresql verifier against a primary with a real standby, a real PgBouncer and measured statements."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.verifiers.postgresql_servers import (
    BINARIES,
    PASSWORD,
    PGBOUNCER,
    Server,
    account,
    free_port,
    initialized,
    standby_of,
    until,
    workplace,
)
from tests.integration.verifiers.test_postgresql import Options, by_password, errs, fails, passes

# pg_stat_statements is a module of its own, which pgserver has not.
FULL = [version for version, path in BINARIES.items() if "pgserver" not in str(path)]
pytestmark = pytest.mark.skipif(not FULL, reason="needs Debian's PostgreSQL (apt-get install postgresql-15)")
VANTAGES = ["host", "controller"]


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        yield place


@pytest.fixture(scope="module")
def primary(work: Path) -> Iterator[Server]:
    settings = {
        "shared_preload_libraries": "pg_stat_statements",
        "archive_mode": "on",
        "archive_command": "true",
        "max_connections": 50,
        "fsync": "off",
    }
    server = initialized(FULL[0], work / "primary", settings)
    server.start()
    server.sql(
        f"CREATE ROLE golive LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_monitor",
        f"CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'",
        f"CREATE ROLE shop LOGIN PASSWORD '{PASSWORD}'",
        "CREATE DATABASE shop OWNER shop",
    )
    server.sql("CREATE SCHEMA tools", "CREATE EXTENSION pg_stat_statements SCHEMA tools", database="shop")
    server.sql("GRANT USAGE ON SCHEMA tools TO golive", database="shop")
    server.sql("CREATE TABLE customers (id int PRIMARY KEY)", "INSERT INTO customers VALUES (1)", database="shop")
    with server.connect("shop", "shop") as session:
        for number in range(10):
            session.execute(f"SELECT {number}")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def standby(primary: Server, work: Path) -> Iterator[Server]:
    server = standby_of(primary, work / "standby", "standby1")
    server.start()
    until(lambda: streaming(primary))
    yield server
    server.stop()


def streaming(primary: Server) -> Any:
    with primary.connect() as session:
        return session.execute("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'").fetchone()


@pytest.fixture(scope="module")
def bouncer(primary: Server, work: Path) -> Iterator[int]:
    """The port of a PgBouncer with one used pool."""
    if PGBOUNCER is None:
        pytest.skip("needs PgBouncer (apt-get install pgbouncer)")
    port, place = free_port(), work / "primary"
    (place / "users").write_text(f'"shop" "{PASSWORD}"\n"golive" "{PASSWORD}"\n')
    (place / "pgbouncer.ini").write_text(
        f"[databases]\nshop = host=127.0.0.1 port={primary.port} pool_size=10 reserve_pool=2\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = plain\nauth_file = {place}/users\n"
        "unix_socket_dir =\nstats_users = golive\npool_mode = transaction\n"
    )
    with subprocess.Popen(
        [str(PGBOUNCER), "-q", f"{place}/pgbouncer.ini"], stderr=subprocess.DEVNULL, user=account()
    ) as process:
        until(lambda: connects(port) or process.poll() is not None)
        yield port
        process.kill()


def connects(port: int) -> bool:
    try:
        with psycopg.connect(host="127.0.0.1", port=port, dbname="shop", user="shop", password=PASSWORD) as session:
            return bool(session.execute("SELECT 1").fetchone())
    except psycopg.OperationalError:
        return False


@pytest.fixture(params=VANTAGES)
def options(request: pytest.FixtureRequest, primary: Server, work: Path) -> Options:
    entry = {"from": request.param, "port": primary.port, "database": "shop"}
    return by_password(work, "golive") | entry


def test_no_fsync(primary: Server, options: Options) -> None:
    """A developer's server, from the role that may only look."""
    wanted = {"owner": "shop"}
    fails("provisioned", options | wanted, "fsync is off")


def test_statements(primary: Server, options: Options) -> None:
    passes("query_health", options | {"min_calls": 5})
    fails("query_health", options | {"min_calls": 5, "max_mean_ms": -1}, "SELECT $1")
    errs("query_health", options | {"min_calls": 10**6}, "no statement ran 1000000 times")
    fails("query_health", options | {"database": "postgres"}, "not created in this database")
    errs("query_health", options | {"user": "stranger"}, "GRANT pg_read_all_settings")


def test_indexes(primary: Server, options: Options) -> None:
    few = options | {"min_calls": 5}
    bare = "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers)"
    with primary.broken(bare, mend=["DROP TABLE orders"], database="shop"):
        fails("query_health", few, "orders_customer_id_fkey of public.orders")
        primary.sql("CREATE INDEX wrong ON orders (id, customer_id)", database="shop")
        fails("query_health", few, "orders_customer_id_fkey of public.orders")
        primary.sql("CREATE INDEX good ON orders (customer_id, id)", database="shop")
        passes("query_health", few)
        primary.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'wrong'::regclass", database="shop")
        fails("query_health", few, "1 indexes are invalid: public.wrong")


def test_scans_of_large_tables(primary: Server, options: Options) -> None:
    few = options | {"min_calls": 5, "large_table_rows": 1000}
    fill = "CREATE TABLE visits AS SELECT generate_series(1, 2000) AS id"
    with primary.broken(fill, "ANALYZE visits", mend=["DROP TABLE visits"], database="shop"):
        passes("query_health", few)
        with primary.connect("shop") as session:
            for number in range(6):
                session.execute(f"SELECT 1 FROM visits WHERE id = {number}")
        until(lambda: scanned(primary))
        fails("query_health", few, "public.visits (100 % of its scans")


def scanned(primary: Server) -> bool:
    with primary.connect("shop") as session:
        row = session.execute("SELECT seq_scan > 5 FROM pg_stat_user_tables WHERE relname = 'visits'").fetchone()
    return bool(row and row[0])


def test_replication(primary: Server, standby: Server, options: Options) -> None:
    passes("replication", options)
    fails("replication", options | {"min_standbys": 2}, "1 standbys stream, not 2")
    fails("replication", options | {"min_sync_standbys": 1}, "0 standbys are synchronous, not 1")
    fails("replication", options | {"port": standby.port}, "it is a standby itself")
    errs("replication", options | {"user": "stranger"}, "GRANT pg_monitor TO stranger")
    with primary.broken(
        "SELECT pg_create_physical_replication_slot('forgotten', true)",
        mend=["SELECT pg_drop_replication_slot('forgotten')"],
    ):
        fails("replication", options, "slot forgotten is inactive and retains")


def test_provisioned_is_not_a_standby(standby: Server, options: Options) -> None:
    fails("provisioned", options | {"port": standby.port, "owner": "shop"}, "it is a standby")


def test_archiving_fails(primary: Server, standby: Server, options: Options) -> None:
    break_it = ["ALTER SYSTEM SET archive_command = 'false'", "SELECT pg_reload_conf()"]
    mend = ["ALTER SYSTEM RESET archive_command", "SELECT pg_reload_conf()", "SELECT pg_stat_reset_shared('archiver')"]
    with primary.broken(*break_it, mend=mend):
        primary.sql("CREATE TABLE filler (id int)", "DROP TABLE filler", "SELECT pg_switch_wal()")
        until(lambda: archiving_failed(primary))
        fails("replication", options, "archiving fails at 0000")


def archiving_failed(primary: Server) -> bool:
    with primary.connect() as session:
        row = session.execute("SELECT failed_count FROM pg_stat_archiver").fetchone()
    return bool(row and row[0])


def test_pgbouncer(primary: Server, bouncer: int, options: Options, work: Path) -> None:
    pooled = options | {
        "pgbouncer_host": "127.0.0.1",
        "pgbouncer_port": bouncer,
        "pgbouncer_user": "golive",
        "pgbouncer_password_file": str(work / "password"),
    }
    passes("pooling", pooled)
    fails("pooling", pooled | {"pgbouncer_replicas": 5}, "the pools may open 60 connections, and the server has 47")
    fails("pooling", pooled | {"database": "other"}, "PgBouncer has no database other")
    errs("pooling", pooled | {"pgbouncer_user": "shop"}, "denied")
    errs("pooling", pooled | {"pgbouncer_port": free_port()}, "unreachable")
    passes("pool_headroom", pooled)
    errs("pool_headroom", pooled | {"pgbouncer_port": primary.port}, "denied")


def test_through_pgbouncer(bouncer: int, options: Options) -> None:
    """Nothing that we set for our questions stays behind in a session of the pool."""
    through = options | {"port": bouncer, "user": "shop", "app_roles": ["shop"], "max_connect_ms": 5000}
    with psycopg.connect(host="127.0.0.1", port=bouncer, dbname="shop", user="shop", password=PASSWORD) as session:
        session.execute("SELECT 1")
        passes("connectivity", through)
    with psycopg.connect(host="127.0.0.1", port=bouncer, dbname="shop", user="shop", password=PASSWORD) as session:
        row = session.execute("SELECT current_setting('transaction_read_only')").fetchone()
    assert row == ("off",)


def test_the_last_standby_is_gone(primary: Server, standby: Server, options: Options) -> None:
    """Last, since it takes a moment to come back."""
    standby.stop()
    try:
        until(lambda: not streaming(primary))
        fails("replication", options, "slot standby1 is inactive")
    finally:
        standby.start()
        until(lambda: streaming(primary))
