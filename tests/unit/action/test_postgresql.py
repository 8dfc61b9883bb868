# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The postgresql verifier against recorded answers of PostgreSQL 15 (Debian) and 16, and what servers rarely say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.postgresql import ActionModule as Verifier
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, interface
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql import (
    append_only,
    credentials,
    foreign_keys,
    pools,
    privileges,
    provision,
    query_health,
    replication,
)
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.proving import prove

RECORDED = json.loads((Path(__file__).parent / "recorded" / "postgresql" / "answers.json").read_text(encoding="utf-8"))
OPTIONS: dict[str, Any] = {
    "database": "shop",
    "owner": "shop_owner",
    "app_roles": ["shop"],
    "append_only_tables": ["audit_events"],
    "foreign_keys": ["orders(customer_id) -> customers(id)"],
    "pools": {"api": {"size": 10, "replicas": 4}},
}
WANT = interface("golive.verify.postgresql").parse(OPTIONS)
SHOP = Postgresql.of(Observer("host"), WANT)
SERVER = SHOP.changed(database="postgres")
ASKED: dict[str, Callable[[], Asked]] = {
    "provisioned": lambda: provision.questions(SHOP, "shop"),
    "credentials": lambda: SERVER.ask(**credentials.QUESTIONS),
    "least_privilege": lambda: SHOP.ask(**privileges.questions(["shop"])),
    "append_only": lambda: SHOP.ask(**append_only.questions([Relation("public", "audit_events")], ["shop"])),
    "foreign_keys": lambda: SHOP.ask(**foreign_keys.QUESTIONS),
    "pooling": lambda: SERVER.ask(**pools.QUESTIONS),
    "pool_headroom": lambda: SERVER.ask(**pools.QUESTIONS),
    "query_health": lambda: SHOP.ask(**query_health.questions(WANT)),
    "replication": lambda: SERVER.ask(**replication.QUESTIONS),
}
STREAMING = {"name": "standby1", "state": "streaming", "sync": "async", "lag": 0.2, "behind": 0}
STATEMENTS = [{"id": "1", "calls": 900, "mean": 20, "query": "SELECT $1"}]
MEASURED = {
    "extension": [{"schema": "public"}],
    "settings": [
        {"name": "log_min_duration_statement", "setting": "500", "source": "configuration file"},
        {"name": "shared_preload_libraries", "setting": "pg_stat_statements", "source": "configuration file"},
    ],
}
# Recorded alone, no server has a standby, and that one had no pg_stat_statements.
RIGHT: dict[str, dict[str, Any]] = {"replication": {"standbys": [STREAMING]}, "query_health": MEASURED}


def said(asked: Asked, rows: Mapping[str, Any]) -> dict[str, Any]:
    lines = "".join(json.dumps(rows.get(name, [])) + "\n" for name in asked.questions)
    return {asked.answers.request.line: {"exit": 0, "stdout": lines, "stderr": ""}}


def others(control: str, statements: Any = None) -> dict[str, Any]:
    """The looks beside that of all questions: doors that are closed, statements that are fast."""
    if control == "query_health":
        return said(
            SHOP.ask(only=query_health._slowest("public", 100)),
            {"only": STATEMENTS if statements is None else statements},
        )
    if control != "credentials":
        return {}
    refused = {"exit": 2, "stdout": "", "stderr": "FATAL:  password authentication failed"}
    guesses = (
        SERVER.changed(host="127.0.0.1", user=role, guess=role).ask(only="SELECT 1 AS entered")
        for role in ("postgres", "shop")
    )
    return {guess.answers.request.line: refused for guess in guesses}


def judged(control: str, version: str = "15", **rows: Any) -> Verdict:
    answers = RECORDED[version][control] | RIGHT.get(control, {}) | rows
    known = said(ASKED[control](), answers) | others(control)
    (verdict,) = prove(Verifier, f"postgresql.{control}", OPTIONS, known)
    return verdict


@pytest.mark.parametrize("version", RECORDED)
@pytest.mark.parametrize("control", ASKED)
def test_right(control: str, version: str) -> None:
    verdict = judged(control, version)
    assert verdict.status is Status.PASS, verdict


def setting(name: str, value: str, source: str = "configuration file") -> dict[str, Any]:
    return {"name": name, "setting": value, "source": source}


def changed(control: str, question: str, **values: Any) -> dict[str, Any]:
    """The recorded rows of a question, with other values in each of them."""
    return {question: [row | values for row in (RIGHT.get(control, {}) | RECORDED["15"][control])[question]]}


def server_setting(control: str, name: str, value: str, source: str = "configuration file") -> dict[str, Any]:
    rows = RIGHT.get(control, {}).get("settings") or RECORDED["15"][control]["settings"]
    return {"settings": [*(row for row in rows if row["name"] != name), setting(name, value, source)]}


REMOTE = {"role": "shop", "address": "10.0.0.9", "sessions": 3, "hidden": False}
BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("provisioned", server_setting("provisioned", "fsync", "off"), "fsync is off"),
    ("provisioned", server_setting("provisioned", "data_checksums", "off"), "data_checksums is off"),
    ("provisioned", server_setting("provisioned", "TimeZone", "America/New_York"), "TimeZone of the server is America"),
    ("provisioned", changed("provisioned", "server", number=130010, version="13.10"), "version 13.10 is no longer"),
    ("provisioned", changed("provisioned", "server", standby=True), "it is a standby"),
    ("provisioned", changed("provisioned", "database", encoding="SQL_ASCII"), "has the encoding SQL_ASCII"),
    ("provisioned", changed("provisioned", "database", owner="shop"), "belongs to shop, not to shop_owner"),
    ("provisioned", {"database": []}, "there is no database shop"),
    ("credentials", server_setting("credentials", "password_encryption", "md5"), "password_encryption is md5"),
    ("credentials", {"passwords": [{"role": "old", "stored": "plain"}]}, "not hashed for SCRAM is stored for old"),
    ("credentials", {"clear": [REMOTE]}, "3 sessions of shop from 10.0.0.9 in clear"),
    ("credentials", server_setting("credentials", "listen_addresses", "*"), "ssl is off, although it listens on *"),
    ("foreign_keys", changed("foreign_keys", "constraints", enforced=False), "is NOT ENFORCED"),
    ("foreign_keys", {"constraints": []}, "no constraint for public.orders(customer_id) -> public.customers(id)"),
    ("pooling", server_setting("pooling", "max_connections", "40"), "may open 40 connections, and the server has 37"),
    ("pool_headroom", {"used": [{"used": 41}]}, "41 of 50 connections are used (82 %)"),
    ("query_health", {"extension": []}, "not created in this database"),
    ("query_health", server_setting("query_health", "log_min_duration_statement", "-1"), "no slow statement is logged"),
    ("query_health", {"bare": [{"table": "orders", "name": "fk"}]}, "1 foreign keys have no index: fk of orders"),
    ("replication", {"standbys": []}, "0 standbys stream, not 1"),
    ("replication", {"standbys": [STREAMING | {"lag": 95.0}]}, "standby standby1 is 95 s behind"),
    ("replication", {"standbys": [STREAMING | {"lag": None, "behind": 1 << 30}]}, "standby standby1 is 1024 MB behind"),
    ("replication", {"standbys": [STREAMING, STREAMING | {"state": "catchup"}]}, "is in state catchup"),
    (
        "replication",
        {"slots": [{"name": "old", "active": False, "status": "lost", "retained": None}]},
        "slot old is lost: its standby has to be rebuilt",
    ),
    (
        "replication",
        {"slots": [{"name": "slow", "active": True, "status": "extended", "retained": 20 << 30}]},
        "slot slow retains 20480 MB",
    ),
]


@pytest.mark.parametrize(("control", "rows", "because"), BROKEN, ids=lambda value: str(value)[:40])
def test_broken(control: str, rows: dict[str, Any], because: str) -> None:
    verdict = judged(control, **rows)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


FAILED = {"sqlstate": "42501", "message": "permission denied for function pg_hba_file_rules"}
UNSEEN: list[tuple[str, dict[str, Any], str]] = [
    ("provisioned", {"settings": []}, "GRANT pg_read_all_settings"),
    ("provisioned", server_setting("provisioned", "TimeZone", "UTC", "user"), "overridden for our own sessions (user)"),
    ("provisioned", {"server": []}, "server: 0 rows, not one"),
    ("credentials", {"rules": FAILED}, "GRANT EXECUTE ON FUNCTION pg_hba_file_rules TO"),
    ("credentials", {"rules": []}, "pg_hba_file_rules is empty"),
    ("credentials", {"passwords": []}, "there is no role that may log in"),
    ("credentials", {"clear": [REMOTE | {"hidden": True}]}, "GRANT pg_read_all_stats"),
    ("least_privilege", {"public": {"sqlstate": "57014", "message": "timeout"}}, "could not look (timeout)"),
    ("append_only", {"triggers": {"sqlstate": "57P01", "message": "shutdown"}}, "could not look (unreachable)"),
    ("foreign_keys", {"constraints": [{}] * 5001}, "could not look (too_large)"),
    ("pooling", {"settings": []}, "the parameter max_connections is hidden"),
    ("pool_headroom", {"used": []}, "used: 0 rows"),
    ("query_health", {"tables": [{"tables": 0}]}, "there is no table in this database"),
    ("replication", {"standbys": [STREAMING | {"state": None}]}, "GRANT pg_monitor"),
    ("replication", {"archiver": "garbage"}, "not an answer"),
]


@pytest.mark.parametrize(("control", "rows", "because"), UNSEEN, ids=lambda value: str(value)[:40])
def test_unseen(control: str, rows: dict[str, Any], because: str) -> None:
    verdict = judged(control, **rows)
    assert verdict.status is Status.ERROR, verdict
    assert because in verdict.message


def test_what_is_known_to_be_wrong_fails_though_something_else_is_hidden() -> None:
    verdict = judged("credentials", rules=FAILED, **server_setting("credentials", "password_encryption", "md5"))
    assert verdict.status is Status.FAIL


@pytest.mark.parametrize(
    ("statements", "status", "because"),
    [
        ([], Status.ERROR, "no statement ran 100 times"),
        ([STATEMENTS[0] | {"mean": 900}], Status.FAIL, "900 ms in 900 calls: SELECT $1"),
        (
            [STATEMENTS[0] | {"mean": 900, "query": "ALTER ROLE shop PASSWORD 'secret'"}],
            Status.FAIL,
            "900 ms in 900 calls: queryid 1",
        ),
    ],
)
def test_statements(statements: Any, status: Status, because: str) -> None:
    known = said(ASKED["query_health"](), RECORDED["15"]["query_health"] | MEASURED)
    (verdict,) = prove(Verifier, "postgresql.query_health", OPTIONS, known | others("query_health", statements))
    assert verdict.status is status
    assert because in verdict.message


@pytest.mark.parametrize("reason", ["missing_tool", "denied", "timeout", "malformed", "unreachable"])
@pytest.mark.parametrize("control", ASKED)
def test_nobody_could_look(control: str, reason: str) -> None:
    known = {ASKED[control]().answers.request.line: CannotLook(reason, "no")} | others(control)
    for verdict in prove(Verifier, f"postgresql.{control}", OPTIONS, known):
        assert verdict.status is Status.ERROR
        assert reason in verdict.message


@pytest.mark.parametrize(
    ("control", "option"),
    [
        ("provisioned", "owner"),
        ("provisioned", "database"),
        ("connectivity", "app_roles"),
        ("least_privilege", "app_roles"),
        ("append_only", "append_only_tables"),
        ("foreign_keys", "foreign_keys"),
        ("migrations", "migrations"),
        ("password_hashing", "password_table"),
        ("pooling", "pools"),
        ("query_health", "database"),
    ],
)
def test_what_to_prove_must_be_said(control: str, option: str) -> None:
    options = {name: value for name, value in OPTIONS.items() if name != option}
    with pytest.raises(NotAsked):
        prove(Verifier, f"postgresql.{control}", options, {})


def test_a_guess_that_opens_the_door() -> None:
    known = said(ASKED["credentials"](), RECORDED["15"]["credentials"]) | others("credentials")
    door = next(line for line in known if "PGPASSWORD=postgres" in line)
    entered = {"exit": 0, "stdout": '[{"entered": 1}]\n', "stderr": ""}
    (verdict,) = prove(Verifier, "postgresql.credentials", OPTIONS, known | {door: entered})
    assert (verdict.status, "postgres gets in" in verdict.message) == (Status.FAIL, True)
    refused = {"exit": 2, "stdout": "", "stderr": "could not connect: timeout expired"}
    (verdict,) = prove(Verifier, "postgresql.credentials", OPTIONS, known | {door: refused})
    assert verdict.status is Status.ERROR
