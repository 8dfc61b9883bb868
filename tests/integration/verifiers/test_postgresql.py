# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The postgresql verifier against real servers: right, really broken, unreadable and absent, from both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.postgresql import ActionModule as Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.postgresql_servers import (
    ACCOUNT,
    BINARIES,
    PASSWORD,
    Server,
    free_port,
    initialized,
    workplace,
)

pytestmark = pytest.mark.skipif(
    not BINARIES or not ACCOUNT, reason="needs PostgreSQL (apt-get install postgresql-15, or pip install pgserver)"
)
Options = dict[str, Any]
BCRYPT = "$2b$12$" + "abcdefghijklmnopqrstuv" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
ARGON2 = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21l$" + "A" * 43
MIGRATION = "CREATE TABLE customers (id int);\n"
SCHEMA = (
    "CREATE TABLE customers (id int PRIMARY KEY, email text)",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers (id))",
    "CREATE INDEX ON orders (customer_id)",
    "CREATE TABLE users (id int PRIMARY KEY, password_hash text)",
    f"INSERT INTO users VALUES (1, '{BCRYPT}'), (2, '{ARGON2}'), (3, NULL)",
    "CREATE TABLE audit_events (id int, what text) PARTITION BY RANGE (id)",
    "CREATE TABLE audit_2026 PARTITION OF audit_events FOR VALUES FROM (0) TO (1000)",
    "CREATE TABLE _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, "
    "rolled_back_at timestamptz)",
    f"INSERT INTO _prisma_migrations VALUES ('1', '{hashlib.sha256(MIGRATION.encode()).hexdigest()}', now(), "
    "'20260101_init', NULL)",
    "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO shop",
    "GRANT UPDATE, DELETE ON customers, orders, users TO shop",
)
# What docs/howto/postgresql.md tells people to grant.
GRANTS = (
    "GRANT SELECT (password_hash) ON users TO golive",
    "GRANT SELECT ON _prisma_migrations TO golive",
)
SERVER_GRANTS = (
    "GRANT pg_monitor TO golive",
    "GRANT SELECT ON pg_authid, pg_hba_file_rules TO golive",
    "GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO golive",
)


def prove(control: str, options: Options) -> list[Verdict]:
    return prove_live(Postgresql, f"postgresql.{control}", options)


def verdict(control: str, options: Options) -> Verdict:
    (one,) = prove(control, options)
    return one


def passes(control: str, options: Options) -> None:
    for each in prove(control, options):
        assert each.status is Status.PASS, each


def fails(control: str, options: Options, because: str) -> None:
    said = verdict(control, options)
    assert said.status is Status.FAIL, said
    assert because in said.message, said.message


def errs(control: str, options: Options, because: str) -> None:
    said = verdict(control, options)
    assert said.status is Status.ERROR, said
    assert because in said.message, said.message


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        (place / "short").write_text("shop1234\n")
        migration = place / "prisma" / "20260101_init"
        migration.mkdir(parents=True)
        (migration / "migration.sql").write_text(MIGRATION)
        yield place


@pytest.fixture(scope="module", params=sorted(BINARIES))
def server(request: pytest.FixtureRequest, work: Path) -> Iterator[Server]:
    """A server as it should be, in each version that is here."""
    running = initialized(request.param, work / f"v{request.param}", {"max_connections": 50})
    running.start()
    running.sql(
        "CREATE ROLE shop_owner",
        f"CREATE ROLE shop LOGIN PASSWORD '{PASSWORD}'",
        f"CREATE ROLE golive LOGIN PASSWORD '{PASSWORD}'",
        f"CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'",
        "CREATE DATABASE shop OWNER shop_owner",
    )
    running.sql(*SERVER_GRANTS)
    running.sql("SET ROLE shop_owner", *SCHEMA, *GRANTS, "RESET ROLE", *SERVER_GRANTS[1:], database="shop")
    yield running
    running.stop()


@pytest.fixture
def declared(server: Server, work: Path) -> Options:
    """What the environment says of the server."""
    return declarations(work) | {"port": server.port}


def declarations(work: Path) -> Options:
    return {
        "database": "shop",
        "owner": "shop_owner",
        "app_roles": ["shop"],
        "append_only_tables": ["audit_events"],
        "foreign_keys": ["orders(customer_id) -> customers(id)"],
        "migrations": {"tool": "prisma", "directory": str(work / "prisma")},
        "password_table": "users",
        "pools": {"api": {"size": 10, "replicas": 4}},
    }


@pytest.fixture(params=["host", "controller"])
def options(request: pytest.FixtureRequest, declared: Options, server: Server, work: Path) -> Options:
    """On the host as postgres by peer authentication, from the controller as the role that may only look."""
    entry: Options = {"host": str(server.place), "os_user": ACCOUNT, "user": "postgres"}
    if request.param == "controller":
        entry = by_password(work, "golive")
    return declared | {"from": request.param} | entry


def by_password(work: Path, role: str) -> Options:
    return {"host": "127.0.0.1", "user": role, "password_file": str(work / "password")}


RIGHT = [
    *("provisioned", "credentials", "least_privilege", "append_only", "foreign_keys", "migrations"),
    *("password_hashing", "pooling", "pool_headroom"),
]


@pytest.mark.parametrize("control", RIGHT)
def test_right(control: str, options: Options) -> None:
    """And that in one round, or two where the first says whether the second may be made."""
    rounds = 0

    def host(requests: Sequence[Request]) -> Sequence[Answer]:
        nonlocal rounds
        rounds += 1
        return engine.on_controller(requests)

    for each in prove_live(Postgresql, f"postgresql.{control}", options, host):
        assert each.status is Status.PASS, each
    assert rounds <= (2 if control == "password_hashing" else 1)


@pytest.mark.parametrize("vantage", ["host", "controller"])
def test_the_application_is_in(server: Server, declared: Options, work: Path, vantage: str) -> None:
    options = declared | by_password(work, "shop") | {"from": vantage}
    fails("connectivity", options, "shop has no session")
    with server.connect("shop", "shop") as session:
        session.execute("SELECT 1")
        passes("connectivity", options)
        fails("connectivity", options | {"max_connect_ms": 0}, "to log in and query took")
    errs("connectivity", options | {"password_file": "/nowhere"}, "not_found")
    errs("connectivity", options | {"database": "nothing"}, "denied")
    errs("connectivity", options | {"client": "/nowhere/psql", "from": "host"}, "missing_tool")
    with pytest.raises(NotAsked):
        prove("connectivity", options | {"user": "golive"})


@pytest.mark.parametrize("vantage", ["host", "controller"])
@pytest.mark.parametrize("control", RIGHT)
def test_down(control: str, work: Path, vantage: str) -> None:
    gone = {"from": vantage, "port": free_port()}
    errs(control, declarations(work) | by_password(work, "golive") | gone, "unreachable")


HIDDEN = {
    "credentials": "GRANT SELECT ON pg_authid TO stranger",
    "migrations": "GRANT SELECT ON _prisma_migrations TO stranger",
    "password_hashing": "GRANT SELECT ON users TO stranger",
    "query_health": "GRANT pg_read_all_settings TO",
}


@pytest.mark.parametrize("control", HIDDEN)
@pytest.mark.parametrize("vantage", ["host", "controller"])
def test_denied(control: str, declared: Options, work: Path, vantage: str) -> None:
    errs(control, declared | by_password(work, "stranger") | {"from": vantage}, HIDDEN[control])


@pytest.mark.parametrize(
    "control", ["provisioned", "least_privilege", "append_only", "foreign_keys", "pooling", "pool_headroom"]
)
def test_what_needs_no_right_but_to_connect(control: str, declared: Options, work: Path) -> None:
    passes(control, declared | by_password(work, "stranger"))


def test_sessions_of_others_are_hidden(server: Server, declared: Options, work: Path) -> None:
    right = (
        "GRANT SELECT ON pg_authid, pg_hba_file_rules TO stranger; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO "
    )
    back = "REVOKE SELECT ON pg_authid, pg_hba_file_rules FROM stranger"
    with server.connect(), server.broken(right + "stranger", mend=[back]):
        errs("credentials", declared | by_password(work, "stranger"), "GRANT pg_read_all_stats TO stranger")


def test_a_row_that_a_policy_hides_is_not_passed_over(server: Server, declared: Options, work: Path) -> None:
    secure, open_again = ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "ALTER TABLE users DISABLE ROW LEVEL SECURITY")
    with server.broken(secure, mend=[open_again], database="shop"):
        errs("password_hashing", declared | by_password(work, "golive"), "ALTER ROLE golive BYPASSRLS")
