# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues that lie in tables of a real server: drained, with dead jobs, with late ones, closed, absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.sql import ActionModule as Sql
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.sql.queues import systems
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
from tests.integration.verifiers.queue_tables import KNOWN, SCHEMAS

pytestmark = pytest.mark.skipif(
    not BINARIES or not ACCOUNT, reason="needs PostgreSQL (apt-get install postgresql-15, or pip install pgserver)"
)
Options = dict[str, Any]
OUTBOX = {
    "name": "outbox",
    "dead": "SELECT count(*) FROM public.outbox WHERE attempts >= 10",
    "waiting": "SELECT min(created_at) FROM public.outbox WHERE attempts < 10",
}


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        yield place


@pytest.fixture(scope="module")
def server(work: Path) -> Iterator[Server]:
    """Far from UTC, which must not make jobs late, nor early."""
    running = initialized(max(BINARIES), work / "server", {"timezone": "America/New_York"})
    running.start()
    running.sql(*(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'" for role in ("golive", "stranger")))
    running.sql("CREATE SCHEMA pgboss", *(statement for tables in KNOWN.values() for statement in tables.made))
    running.sql("CREATE TABLE outbox (attempts int, created_at timestamptz)")
    for schema in SCHEMAS:
        running.sql(
            f"GRANT USAGE ON SCHEMA {schema} TO golive", f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO golive"
        )
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
        "queues": [{"name": system, "system": system} for system in KNOWN],
    }


def told(options: Options) -> dict[str, Verdict]:
    return {each.subject.removeprefix("queue "): each for each in prove_live(Sql, "queues.dead_letter", options)}


@contextmanager
def added(server: Server, statement: str) -> Iterator[None]:
    """For a while, in a table that is put back as it was."""
    table = statement.split()[1 if statement.startswith("UPDATE") else 2]
    kept = f"kept_{table.replace('.', '_')}"
    mend = (f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM public.{kept}", f"DROP TABLE public.{kept}")
    with server.broken(f"CREATE TABLE public.{kept} AS SELECT * FROM {table}", statement, mend=mend):
        yield


def test_every_known_system_is_here() -> None:
    assert KNOWN.keys() == systems().keys()
    assert {name for name, tables in KNOWN.items() if tables.late} == {
        name for name, known in systems().items() if "waiting" in known
    }


def test_drained(entry: Options, server: Server) -> None:
    on_host = {"from": "host", "host": str(server.place), "user": "postgres", "os_user": ACCOUNT, "password_file": None}
    for options in (entry, entry | on_host):
        said = told(options)
        assert said.keys() == KNOWN.keys()
        assert [each for each in said.values() if each.status is not Status.PASS] == []
        assert said["oban"].actual.keys() == {"dead", "oldest waits"}
        assert said["laravel"].actual == {"dead": 0}


@pytest.mark.parametrize("system", KNOWN)
def test_dead(system: str, entry: Options, server: Server) -> None:
    with added(server, KNOWN[system].dead):
        said = told(entry)
        bad = {name for name, each in said.items() if each.status is Status.FAIL}
        # Two of them have one table for what failed.
        assert bad == ({"laravel", "laravel-database"} if "laravel" in system else {system})
        assert said[system].message == "1 jobs are dead, more than 0: they failed for good"
        assert told(entry | {"max_messages": 1})[system].status is Status.PASS


@pytest.mark.parametrize("system", [name for name, tables in KNOWN.items() if tables.late])
def test_late(system: str, entry: Options, server: Server) -> None:
    with added(server, str(KNOWN[system].late)):
        said = told(entry)
        assert {name for name, each in said.items() if each.status is Status.FAIL} == {system}
        assert said[system].message == "the oldest job that is due waits for 60 min, more than 5 min"
        assert told(entry | {"max_wait": 4000})[system].status is Status.PASS


def test_an_outbox_of_ones_own(entry: Options, server: Server) -> None:
    options = entry | {"queues": [OUTBOX]}
    assert told(options)["outbox"].actual == {"dead": 0, "oldest waits": "none does"}
    with added(server, "INSERT INTO outbox VALUES (10, now() - interval '1 hour'), (9, now() - interval '20 min')"):
        said = told(options)["outbox"]
        assert said.status is Status.FAIL
        assert said.message.startswith("1 jobs are dead, more than 0: they failed for good; the oldest job")


def test_what_is_not_there_is_an_error(entry: Options) -> None:
    queues = [
        {"name": "elsewhere", "system": "pg-boss", "schema": "public"},
        {"name": "no schema", "system": "oban", "schema": 'private"; SELECT 1'},
        {"name": "own", "dead": "SELECT count(*) FROM public.letters"},
        {"name": "oban", "system": "oban"},
    ]
    said = told(entry | {"queues": queues})
    assert [said[name].status for name in said] == [Status.ERROR, Status.ERROR, Status.ERROR, Status.PASS]
    assert 'relation "public.job" does not exist' in said["elsewhere"].message


def test_nobody_could_look(entry: Options) -> None:
    for vantage in ("host", "controller"):
        said = told(entry | {"from": vantage, "user": "stranger"})
        assert {each.status for each in said.values()} == {Status.ERROR}
        assert "GRANT SELECT ON" in said["oban"].message
        assert "GRANT USAGE ON SCHEMA" in said["pg-boss"].message
    said = told(entry | {"port": free_port()})
    assert {(each.status, "unreachable" in each.message) for each in said.values()} == {(Status.ERROR, True)}
