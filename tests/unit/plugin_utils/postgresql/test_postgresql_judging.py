# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is judged of a PostgreSQL server: pure functions, each against right, wrong and odd rows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql import append_only, credentials, pools
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.foreign_keys import Reference
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.migration_tools import (
    TOOLS,
    Applied,
    flyway_checksum,
)
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.migrations import migration_problems
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.password_hashes import Strength, hash_problems
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.provision import is_utc


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "etc/utc", "GMT", "Zulu", "Etc/Universal"])
def test_utc(zone: str) -> None:
    assert is_utc(zone)


@pytest.mark.parametrize("zone", ["Europe/London", "GMT+1", "Etc/GMT-2", "", "America/New_York"])
def test_not_utc(zone: str) -> None:
    assert not is_utc(zone)


@pytest.mark.parametrize(
    ("addresses", "alone"),
    [("localhost", True), ("127.0.0.1, ::1", True), ("", True), ("*", False), ("127.0.0.1,10.0.0.1", False)],
)
def test_listening_on_loopback_only(addresses: str, alone: bool) -> None:
    assert credentials.only_loopback(addresses) is alone


def rule(kind: str, method: str) -> dict[str, Any]:
    return {"line": 7, "type": kind, "method": method, "error": None}


@pytest.mark.parametrize(
    ("kind", "method", "wrong"),
    [
        ("host", "scram-sha-256", False),
        ("local", "peer", False),
        ("local", "md5", False),
        ("hostssl", "cert", False),
        ("host", "reject", False),
        ("host", "trust", True),
        ("local", "trust", True),
        ("hostssl", "password", True),
        ("hostnossl", "md5", True),
        ("host", "ident", True),
    ],
)
def test_rules_of_pg_hba(kind: str, method: str, wrong: bool) -> None:
    assert bool(credentials.rule_problems([rule(kind, method)])) is wrong


def trigger(body: str, **changes: Any) -> dict[str, Any]:
    row = {"trigger": "no", "type": 16 | 8 | 2, "enabled": "O", "partial": False, "language": "plpgsql", "body": body}
    return row | changes


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN RAISE EXCEPTION 'no'; END",
        "\nbegin\n  raise 'no %', TG_OP;\nend;\n",
        "DECLARE\n  n int := 1;\nBEGIN\n  -- never\n  RAISE EXCEPTION USING MESSAGE = 'no';\n  RETURN NULL;\nEND",
        "/* why */ BEGIN RAISE insufficient_privilege; END",
    ],
)
def test_functions_that_reject(body: str) -> None:
    assert append_only._rejects(trigger(body), "UPDATE")
    assert append_only._rejects(trigger(body, enabled="A"), "DELETE")
    assert not append_only._rejects(trigger(body), "TRUNCATE")
    for changes in ({"enabled": "D"}, {"enabled": "R"}, {"partial": True}, {"language": "sql"}):
        assert not append_only._rejects(trigger(body, **changes), "UPDATE")


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN RETURN NEW; END",
        "BEGIN RAISE NOTICE 'no'; RETURN NEW; END",
        "BEGIN -- RAISE EXCEPTION 'no'\n RETURN NEW; END",
        "BEGIN IF current_user = 'shop' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END",
        "BEGIN RAISE EXCEPTION 'no'; EXCEPTION WHEN OTHERS THEN RETURN NEW; END",
        "RAISE EXCEPTION 'no'",
        "BEGIN RAISE EXCEPTION 'no'; END" + " " * 2000,
        "",
    ],
)
def test_functions_that_may_let_through(body: str) -> None:
    assert not append_only._rejects(trigger(body), "UPDATE")


def test_references() -> None:
    wanted = Reference.parse("billing.lines(order_id, tenant) REFERENCES orders(id,tenant)")
    assert str(wanted) == "billing.lines(order_id, tenant) -> public.orders(id, tenant)"
    swapped = Reference.parse("billing.lines(tenant, order_id) -> orders(tenant, id)")
    assert swapped.pairs() == wanted.pairs()
    for text in ("orders.customer_id", "orders(customer_id)", "", "a(b) c(d)"):
        with pytest.raises(CannotLook, match="is no reference"):
            Reference.parse(text)


OWASP = Strength(bcrypt_cost=10, argon2_memory=19, pbkdf2_iterations=600000)


def group(**values: Any) -> dict[str, Any]:
    return dict.fromkeys(("bcrypt", "memory", "passes", "lanes", "pbkdf2", "other")) | {"hashes": 3} | values


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (group(bcrypt="10"), ""),
        (group(bcrypt="08"), "3 passwords are kept as bcrypt with cost 8"),
        (group(memory="19456", passes="2", lanes="1"), ""),
        (group(memory="65536", passes="1", lanes="4"), ""),
        (group(memory="19456", passes="1", lanes="1"), "3 passwords are kept as Argon2id with m=19456,t=1,p=1"),
        (group(memory="7168", passes="5", lanes="1"), "3 passwords are kept as Argon2id with m=7168,t=5,p=1"),
        (group(pbkdf2="870000"), ""),
        (group(pbkdf2="260000"), "3 passwords are kept as PBKDF2-SHA256 with 260000 iterations"),
        (group(other="like SHA-1"), "3 passwords are kept as like SHA-1"),
        (group(other="empty"), "3 passwords are kept as empty"),
    ],
)
def test_strength_of_hashes(row: dict[str, Any], problem: str) -> None:
    assert hash_problems([row], OWASP) == ([problem] if problem else [])


DATABASES = [
    {"name": "pgbouncer", "database": "pgbouncer", "pool_size": "2", "reserve_pool": "0", "max_connections": "0"},
    {"name": "shop", "database": "shop", "pool_size": "20", "reserve_pool": "5", "max_connections": "0", "paused": "0"},
]
POOLS = [{"database": "shop", "user": "app"}, {"database": "shop", "user": "worker"}]


def test_sizes_of_pgbouncer() -> None:
    assert pools.bouncer_sizes(DATABASES, POOLS) == {"shop": 50}
    assert pools.bouncer_sizes(DATABASES, []) == {"shop": 25}
    assert pools.bouncer_sizes([DATABASES[1] | {"max_connections": "30"}], POOLS) == {"shop": 30}
    newer = {name: value for name, value in DATABASES[1].items() if name != "reserve_pool"} | {"reserve_pool_size": "1"}
    assert pools.bouncer_sizes([newer], POOLS) == {"shop": 42}
    with pytest.raises(CannotLook, match="pool_size"):
        pools.bouncer_sizes([DATABASES[1] | {"pool_size": "many"}], POOLS)


def test_database_of_pgbouncer() -> None:
    assert pools.database_problems(DATABASES, "shop") == []
    assert pools.database_problems(DATABASES, "pgbouncer") == ["PgBouncer has no database pgbouncer"]
    assert pools.database_problems([DATABASES[1] | {"paused": "1"}], "shop") == ["PgBouncer has shop paused"]


def test_clients_that_wait() -> None:
    quiet = {"database": "shop", "cl_waiting": "0", "maxwait": "0"}
    assert pools.waiting_problems([quiet]) == []
    assert pools.waiting_problems([quiet | {"cl_waiting": "4", "maxwait": "7"}]) == ["4 clients of shop wait for 7 s"]


@pytest.mark.parametrize("pool", [{}, {"size": 5}, {"size": "x", "replicas": 1}, 5, None, {"size": 0, "replicas": 3}])
def test_pools_that_are_none(pool: Any) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        pools.pool_size("api", pool)


def test_differences_of_migrations() -> None:
    released: dict[str, str | None] = {"1": "aa", "2": None, "3": "cc"}
    assert migration_problems(released, Applied({"1": "aa", "2": None, "3": "cc"})) == []
    assert migration_problems(released, Applied({"1": "xx", "2": "bb", "4": None}, ["failed"])) == [
        "failed",
        "not applied: 3",
        "applied, but not in the release: 4",
        "edited after it was applied: 1",
    ]


def file(path: str, content: str = "") -> FileFact:
    return FileFact(path, "file", 1, "0644", 0, 0, "root", "root", 0.0, content=content)


def test_checksums_of_flyway() -> None:
    """Line ends and a byte order mark do not count; the number is one of 32 bits with a sign."""
    assert flyway_checksum("123456789") == "-873187034"
    assert flyway_checksum("\ufeff1234\r\n56789\n") == flyway_checksum("123456789")
    assert flyway_checksum("") == "0"


def test_flyway_starts_at_its_baseline() -> None:
    flyway = TOOLS["flyway"]
    files = [file(f"/m/{name}.sql") for name in ("V1__a", "V1_2__b", "V2__c", "U2__c", "afterMigrate")]
    released = flyway.released(files)
    assert list(released) == ["V1__a.sql", "V1_2__b.sql", "V2__c.sql"]
    row = {"rank": 1, "type": "BASELINE", "version": "1.2", "script": "<< >>", "checksum": None, "success": True}
    assert migration_problems(released, flyway.applied([row], released)) == ["not applied: V2__c.sql"]


@pytest.mark.parametrize("source", ["def (", "revision = make()", "\0"])
def test_revisions_that_cannot_be_read(source: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        TOOLS["alembic"].released([file("/v/a.py", source)])


def test_heads_of_alembic() -> None:
    texts = ["revision = 'a'\ndown_revision = None", "revision: str = 'b'\ndown_revision = 'a'"]
    merge = "revision = 'd'\ndown_revision = ('b', 'c')"
    released = TOOLS["alembic"].released
    branch = "revision = 'c'\ndown_revision = 'a'"
    assert list(released([file("/v/x.py", text) for text in [*texts, branch]])) == ["b", "c"]
    assert list(released([file("/v/x.py", text) for text in [*texts, branch, merge]])) == ["d"]
    assert released([file("/v/helper.py", "x = 1")]) == {}


def test_prisma_counts_what_was_applied_again_after_a_rollback() -> None:
    row = {"name": "1", "checksum": "aa", "finished": True, "rolled_back": False}
    gone = row | {"finished": False, "rolled_back": True}
    applied = TOOLS["prisma"].applied
    assert applied([gone, row], {}).checksums == {"1": "aa"}
    assert applied([gone], {}).checksums == {}
    assert applied([row | {"finished": False}], {}).problems == ["failed half-way: 1"]
