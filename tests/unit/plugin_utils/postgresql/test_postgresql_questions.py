# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How PostgreSQL is asked: quoting, connection strings, answers that are none, refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql, parse, script
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import Failed, failed_to_connect
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import (
    Relation,
    Server,
    few,
    identifier,
    literal,
    literals,
    some,
)


@pytest.mark.parametrize(
    ("text", "sql"),
    [("shop", "'shop'"), ("o'brien", "'o''brien'"), ("a\\' --", r"E'a\\'' --'"), ("", "''"), ("a\nb", "'a\nb'")],
)
def test_literals(text: str, sql: str) -> None:
    assert literal(text) == sql
    assert literals([text, "x"]) == f"ARRAY[{sql}, 'x']::text[]"


@given(st.text(st.characters(exclude_characters="\0")))
def test_no_text_ends_its_constant(text: str) -> None:
    """Read back as PostgreSQL does: in E'…' a backslash escapes one character, a doubled quote is one."""
    sql = literal(text)
    body = sql.removeprefix("E")[1:-1]
    if sql.startswith("E"):
        assert "\\" not in body.replace("\\\\", "")
        body = body.replace("\\\\", "\\")
    assert body.replace("''", "") == text.replace("'", "")
    assert body.replace("''", "'") == text
    assert identifier(text)[1:-1].replace('""', '"') == text


def test_no_zero_bytes() -> None:
    for quote in (literal, identifier):
        with pytest.raises(CannotLook, match="zero byte"):
            quote("a\0b")


def test_relations() -> None:
    assert Relation.parse("orders").sql == '"public"."orders"'
    assert Relation.parse('Billing.le"dger').sql == '"Billing"."le""dger"'
    for text in ("", ".", "billing.", ".ledger"):
        with pytest.raises(CannotLook, match="names no table"):
            Relation.parse(text)


def test_connection_strings() -> None:
    server = Server("db 1", 5433, "o'brien", user="a\\b", password_file="/etc/secret")
    assert server.conninfo.startswith(
        r"host='db 1' port=5433 dbname='o\'brien' user='a\\b' sslmode=prefer connect_time"
    )
    assert "secret" not in server.conninfo


def test_what_a_person_repeats_has_the_questions_and_no_password() -> None:
    postgresql = Postgresql(Observer("host"), Server(None, 5432, "shop", os_user="postgres", password_file="/etc/pw"))
    line = postgresql.ask(one="SELECT 1 AS one", two="SELECT 2 AS two").answers.request.line
    assert line.startswith('PGPASSWORD="$(cat /etc/pw)" runuser -u postgres -- psql -X -w -d ')
    assert line.endswith("-c 'SELECT 1 AS one' -c 'SELECT 2 AS two'")


def test_every_question_is_read_only_and_safe() -> None:
    text = script(["SELECT 1", "SELECT 2"], 5000)
    assert text.count("BEGIN READ ONLY\\;") == 2
    assert text.count("row_security = off\\; SET LOCAL search_path = pg_catalog, pg_temp") == 2
    assert "statement_timeout = 5000" in text


def test_answers() -> None:
    failed = '{"sqlstate": "42P01", "message": "relation \\"x\\" does not exist"}'
    rows, failure = parse(['[{"n": 1}]', failed], ["a", "b"], None)
    assert rows == [{"n": 1}]
    assert isinstance(failure, Failed)
    assert failure.reason == "not_found"


@pytest.mark.parametrize("line", ["", "1", "null", "[1]", "{}", '{"sqlstate": "0"}', "[{", "SELECT 1", '[{"a": 1}] x'])
def test_what_is_no_answer(line: str) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        parse([line], ["a"], None)


@pytest.mark.parametrize("lines", [[], ["[]", "[]"]])
def test_as_many_answers_as_questions(lines: list[str]) -> None:
    with pytest.raises(CannotLook, match="answers to 1 questions"):
        parse(lines, ["a"], None)


@pytest.mark.parametrize(
    ("sqlstate", "message", "reason", "advice"),
    [
        ("42501", "permission denied for table users", "denied", "GRANT SELECT ON users TO golive"),
        ("42501", "permission denied for schema x", "denied", "GRANT USAGE ON SCHEMA x TO golive"),
        ("42501", "permission denied for function f", "denied", "GRANT EXECUTE ON FUNCTION f TO golive"),
        ("42501", "keine Berechtigung", "denied", "GRANT pg_monitor TO golive"),
        ("42501", "query would be affected by row-level security policy", "denied", "ALTER ROLE golive BYPASSRLS"),
        ("57014", "canceling statement due to statement timeout", "timeout", ""),
        ("57P01", "terminating connection", "unreachable", ""),
        ("53300", "too many connections", "unreachable", ""),
        ("3D000", "database does not exist", "not_found", ""),
        ("22012", "division by zero", "malformed", ""),
    ],
)
def test_refusals_name_what_to_grant(sqlstate: str, message: str, reason: str, advice: str) -> None:
    failure = Failed(sqlstate, message, "golive")
    assert failure.reason == reason
    assert advice in failure.detail


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('connection to server at "db" (10.0.0.1), port 5432 failed: Connection refused', "unreachable"),
        ('connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory', "unreachable"),
        ('could not translate host name "db" to address: Name or service not known', "unreachable"),
        ("connection to server failed: FATAL:  Peer authentication failed for user x", "denied"),
        ("connection to server failed: FATAL:  Passwort-Authentifizierung fehlgeschlagen", "denied"),
        ("connection to server failed: FATAL:  no pg_hba.conf entry for host", "denied"),
        ("connection to server failed: FATAL:  sorry, too many clients already", "unreachable"),
        ("connection to server failed: FATAL:  the database system is starting up", "unreachable"),
        ("connection to server failed: timeout expired", "timeout"),
        ("connection to server failed: server does not support SSL, but SSL was required", "denied"),
        ("connection to server on socket failed: Permission denied", "denied"),
        ("server closed the connection unexpectedly", "unreachable"),
    ],
)
def test_why_there_is_no_session(said: str, reason: str) -> None:
    assert failed_to_connect(said).reason == reason


def test_long_lists_are_cut_and_counted() -> None:
    assert some(["a", "b\x1b[31m", *"cdefg"]) == "a, b\\x1b[31m, c, d, e and 2 more"
    assert few((str(n) for n in range(30)), 2) == ["0", "1", "and 28 more"]
