# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What teams assert of their data, on real servers: right, really broken, unreadable, absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.sql import ActionModule as Sql
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
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
SCHEMA = (
    "CREATE TABLE members (id int PRIMARY KEY, email text, tier text, spent int)",
    "INSERT INTO members VALUES (1, 'ann@example.com', 'GOLD', 1000), (2, 'bob@example.com', 'SILVER', 10)",
    "CREATE TABLE sync_runs (finished_at timestamp)",
    "INSERT INTO sync_runs VALUES (now() AT TIME ZONE 'UTC' - interval '8 minutes')",
    "CREATE TABLE sync_rows (error text)",
    "INSERT INTO sync_rows VALUES (NULL)",
    "CREATE TABLE ledger (tenant text, cents int)",
    "CREATE TABLE charges (tenant text, cents int)",
    "INSERT INTO ledger VALUES ('ann', 100), ('ann', 50), ('bob', 70)",
    "INSERT INTO charges VALUES ('ann', 150), ('bob', 70)",
    "CREATE TABLE age_checks (made_at timestamptz)",
    "INSERT INTO age_checks VALUES (now() - interval '8 years'), (now())",
    "CREATE TABLE carts (made_at timestamptz)",
    "INSERT INTO carts VALUES (now() - interval '29 days')",
    "CREATE TABLE jobs (name text, finished_at timestamptz)",
    "INSERT INTO jobs VALUES ('purge', now() - interval '5 hours')",
    "CREATE TABLE audit_events (id int, at timestamptz, actor text, action text, request_id text)",
    "CREATE TABLE role_changes (at timestamptz, request_id text)",
    "INSERT INTO role_changes VALUES (now() - interval '1 hour', 'r1'), (now() - interval '90 days', 'r0')",
    "INSERT INTO audit_events SELECT 1, at + interval '2 s', 'ann', 'role.change', request_id FROM role_changes "
    "WHERE request_id = 'r1'",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO golive",
)
RULE = {
    "name": "GOLD",
    "sql": "SELECT id, email FROM public.members WHERE tier = 'GOLD' AND spent < 1000 -- by the price list",
    "covers": "SELECT count(*) FROM public.members WHERE tier = 'GOLD';",
}
SYNC = {
    "name": "stock",
    "last_success": "SELECT max(finished_at) FROM public.sync_runs",
    "failed_rows": "SELECT count(*) FROM public.sync_rows WHERE error IS NOT NULL",
}
COMPARISON = {
    "name": "ledger with charges",
    "sql": "SELECT tenant, l.cents AS expected, c.cents AS actual FROM "
    "(SELECT tenant, sum(cents) AS cents FROM public.ledger GROUP BY 1) l FULL JOIN public.charges c USING (tenant)",
    "key": "tenant",
}
LEGAL = {"name": "age checks", "oldest": "SELECT min(made_at) FROM public.age_checks", "legal": True}
CARTS = {
    "name": "carts",
    "oldest": "SELECT min(made_at) FROM public.carts",
    "max_days": 30,
    "last_purge": "SELECT max(finished_at) FROM public.jobs WHERE name = 'purge'",
}
ACTION = {
    "name": "role change",
    "sql": "SELECT r.at AS done, a.at AS recorded FROM public.role_changes r LEFT JOIN public.audit_events a "
    "ON a.request_id = r.request_id AND a.action = 'role.change'",
}
DECLARED: dict[str, Options] = {
    "biz.rules": {"rules": [RULE]},
    "biz.sync_fresh": {"syncs": [SYNC]},
    "billing.reconciled": {"comparisons": [COMPARISON]},
    "data.retention_enforced": {"retention": [LEGAL, CARTS]},
    "audit.records_written": {
        "audit_table": "audit_events",
        "audit_time_column": "at",
        "audit_columns": ["actor", "action", "request_id"],
        "audited_actions": [ACTION],
    },
}


@contextmanager
def restored(server: Server, *statements: str) -> Iterator[None]:
    """Break the data for a while; the tables are made anew afterwards."""
    tables = [each.split()[2] for each in SCHEMA if each.startswith("CREATE TABLE")]
    with server.broken(*statements, mend=[f"DROP TABLE IF EXISTS {', '.join(tables)}", *SCHEMA]):
        yield


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        yield place


@pytest.fixture(scope="module")
def server(work: Path) -> Iterator[Server]:
    """A server far from UTC, as nobody should have it: moments without a zone are still those of UTC."""
    running = initialized(min(BINARIES), work / "server", {"timezone": "America/New_York"})
    running.start()
    running.sql(*(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'" for role in ("golive", "stranger")), *SCHEMA)
    yield running
    running.stop()


@pytest.fixture
def entry(server: Server, work: Path) -> Options:
    """From the controller, as a role that may only read."""
    return {
        "from": "controller",
        "host": "127.0.0.1",
        "port": server.port,
        "database": "postgres",
        "user": "golive",
        "password_file": str(work / "password"),
    }


def told(control: str, options: Options) -> tuple[Status, str]:
    """The worst there is to say, and all that is said."""
    said = prove_live(Sql, control, DECLARED[control] | options)
    status = max((each.status for each in said), key=[Status.PASS, Status.ERROR, Status.FAIL].index)
    return status, " | ".join(f"{each.subject}: {each.message} {each.actual}" for each in said)


@pytest.mark.parametrize("control", DECLARED)
def test_right(control: str, entry: Options, server: Server) -> None:
    on_host = {"from": "host", "host": str(server.place), "user": "postgres", "os_user": ACCOUNT, "password_file": None}
    for options in (entry, entry | on_host):
        status, said = told(control, options)
        assert status is Status.PASS, said


BROKEN = [
    ("biz.rules", "UPDATE members SET spent = 999 WHERE id = 1", "1 of 1 rows break the rule"),
    (
        "biz.sync_fresh",
        "UPDATE sync_runs SET finished_at = finished_at - interval '5 hours'",
        "the last success was 5 h ago",
    ),
    (
        "biz.sync_fresh",
        "UPDATE sync_runs SET finished_at = finished_at + interval '5 hours'",
        "ahead: a clock or a time zone",
    ),
    ("biz.sync_fresh", "TRUNCATE sync_runs", "the last success never happened"),
    ("biz.sync_fresh", "UPDATE sync_rows SET error = 'no such item'", "1 rows failed, more than 0"),
    (
        "billing.reconciled",
        "UPDATE charges SET cents = cents + 1 WHERE tenant = 'bob'",
        "1 amounts differ by more than 0 cents; the largest difference is 1: bob",
    ),
    (
        "billing.reconciled",
        "DELETE FROM charges WHERE tenant = 'ann'",
        "1 amounts differ by more than 0 cents; the largest difference is 0: ann",
    ),
    (
        "data.retention_enforced",
        "DELETE FROM age_checks WHERE made_at < now() - interval '60 days'",
        "days old, not 2557",
    ),
    (
        "data.retention_enforced",
        "UPDATE carts SET made_at = made_at - interval '40 days'",
        "the oldest record is 69.0 days old, more than 30",
    ),
    (
        "data.retention_enforced",
        "UPDATE jobs SET finished_at = finished_at - interval '3 days'",
        "the last purge was 3 days ago",
    ),
    ("data.retention_enforced", "UPDATE jobs SET name = 'other'", "the last purge never happened"),
    (
        "audit.records_written",
        "UPDATE audit_events SET at = at - interval '11 days'",
        "the newest record was 11 days ago",
    ),
    ("audit.records_written", "UPDATE audit_events SET actor = ''", "1 of the 1 newest records have no actor"),
    (
        "audit.records_written",
        "UPDATE audit_events SET action = 'login'",
        "role change: 1 of 1 times no record was written",
    ),
    (
        "audit.records_written",
        "UPDATE audit_events SET at = at + interval '20 min'",
        "its record is up to 20 min apart",
    ),
]


@pytest.mark.parametrize(("control", "statement", "because"), BROKEN)
def test_broken(control: str, statement: str, because: str, entry: Options, server: Server) -> None:
    with restored(server, statement):
        status, said = told(control, entry)
    assert (status, because in said) == (Status.FAIL, True), said
    assert "@example.com" not in said


ABSENT = [
    ("biz.rules", "DELETE FROM members WHERE tier = 'GOLD'", "covers counts no row"),
    ("biz.rules", "DROP TABLE members", 'relation "public.members" does not exist'),
    ("billing.reconciled", "TRUNCATE charges, ledger", "no amount but zero"),
    ("billing.reconciled", "UPDATE charges SET cents = 0; UPDATE ledger SET cents = 0", "no amount but zero"),
    ("data.retention_enforced", "TRUNCATE age_checks", "there is no record of this class"),
    ("data.retention_enforced", "TRUNCATE carts", "there is no record of this class"),
    ("audit.records_written", "TRUNCATE audit_events, role_changes", "holds no record"),
    ("audit.records_written", "TRUNCATE role_changes", "it was not done in the last 30 days"),
    ("audit.records_written", "DROP TABLE audit_events", "not_found"),
]


@pytest.mark.parametrize(("control", "statement", "because"), ABSENT)
def test_nothing_to_prove_it_by(control: str, statement: str, because: str, entry: Options, server: Server) -> None:
    with restored(server, statement):
        status, said = told(control, entry)
    assert (status, because in said) == (Status.ERROR, True), said


@pytest.mark.parametrize("control", DECLARED)
def test_nobody_could_look(control: str, entry: Options) -> None:
    for vantage in ("host", "controller"):
        status, said = told(control, entry | {"from": vantage, "user": "stranger"})
        assert (status, "GRANT SELECT ON" in said) == (Status.ERROR, True), said
    status, said = told(control, entry | {"port": free_port()})
    assert (status, "unreachable" in said) == (Status.ERROR, True), said


@pytest.mark.parametrize(
    ("statement", "because"),
    [
        ("SELECT 1 FROM pg_sleep(9)", "timeout"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1; DROP TABLE public.members", "syntax error"),
        ("DELETE FROM public.members RETURNING id", "syntax error"),
        ("SELECT setval('public.s', 1)", "does not exist"),
        ("SELECT pg_notify('a', 'b') FROM public.members FOR UPDATE", "read-only transaction"),
        ("", "a statement that is empty"),
    ],
)
def test_statements_that_do_not_judge(statement: str, because: str, entry: Options) -> None:
    rules = [RULE | {"name": "odd", "sql": statement}, RULE]
    said = prove_live(Sql, "biz.rules", entry | {"rules": rules, "timeout": 2})
    if statement:
        odd, sound = said
        assert sound.status is Status.PASS
    else:
        (odd,) = said
    assert (odd.status, because in odd.message) == (Status.ERROR, True), odd


def test_what_is_found_is_named_as_the_check_says(entry: Options, server: Server) -> None:
    with restored(server, "INSERT INTO members SELECT n, 'x@example.com', 'GOLD', 1 FROM generate_series(10, 99) n"):
        _status, said = told("biz.rules", entry | {"rules": [RULE | {"key": "id"}]})
        assert "90 of 91 rows break the rule: 10, 11, 12, 13, 14" in said
        assert "15" not in said
        _status, said = told("biz.rules", entry)
        assert "90 of 91 rows break the rule {" in said


def test_records_that_began_later(entry: Options, server: Server) -> None:
    begun = "2026-01-15"
    with restored(server, "DELETE FROM age_checks", f"INSERT INTO age_checks VALUES ('{begun} 09:30Z')"):
        status, said = told("data.retention_enforced", entry | {"retention": [LEGAL | {"since": begun}]})
        assert status is Status.PASS, said
        status, said = told("data.retention_enforced", entry | {"retention": [LEGAL | {"since": "2025-11-01"}]})
        assert (status, "though records began on 2025-11-01" in said) == (Status.FAIL, True), said
        for since in ("then", "2999-01-01"):
            status, said = told("data.retention_enforced", entry | {"retention": [LEGAL | {"since": since}]})
            assert (status, "since: " in said) == (Status.ERROR, True), said


@pytest.mark.parametrize("control", DECLARED)
def test_what_to_prove_must_be_said(control: str, entry: Options) -> None:
    declared = entry | DECLARED[control]
    for option in (next(iter(DECLARED[control])), "database"):
        with pytest.raises(NotAsked):
            prove_live(Sql, control, {name: value for name, value in declared.items() if name != option})


@pytest.mark.parametrize(
    "classes", [[{"name": "x", "oldest": "SELECT now()"}], [CARTS | {"last_purge": None}], [LEGAL, LEGAL]]
)
def test_a_class_must_say_how_long(classes: list[Options], entry: Options) -> None:
    with pytest.raises(NotAsked):
        told("data.retention_enforced", entry | {"retention": classes})
