# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash chains on a real server: whole, really tampered with, unreadable, absent; and one of a million rows."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.audit_trail import ActionModule as AuditTrail
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
ROWS = 200
DAY = 86400


def chain(rows: int) -> Iterator[tuple[int, str, str, str]]:
    """The rows of a chain as an application writes it: number, actor, hash of the row before, hash."""
    previous = ""
    for number in range(1, rows + 1):
        actor = f"actor {number % 7} \u00fc"
        digest = hashlib.sha256(f"{previous}|{number}|{actor}".encode()).hexdigest()
        yield number, actor, previous, digest
        previous = digest


def fill(server: Server, rows: int) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE audit (id bigint PRIMARY KEY, actor text, prev_hash text, hash text)")
        with cursor.copy("COPY audit FROM STDIN") as copy:
            for row in chain(rows):
                copy.write("\t".join(map(str, row)) + "\n")
        cursor.execute("GRANT SELECT ON audit TO golive")


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        yield place


@pytest.fixture(scope="module")
def server(work: Path) -> Iterator[Server]:
    running = initialized(max(BINARIES), work / "server", {})
    running.start()
    running.sql(
        *(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'" for role in ("golive", "stranger")),
        "CREATE TABLE verifications (at timestamptz)",
        "INSERT INTO verifications VALUES (now() - interval '3 days')",
        "GRANT SELECT ON verifications TO golive, stranger",
    )
    yield running
    running.stop()


@pytest.fixture
def trail(server: Server) -> Iterator[Server]:
    """A chain that a test may spoil."""
    fill(server, ROWS)
    yield server
    server.sql("DROP TABLE IF EXISTS audit")


@pytest.fixture
def options(server: Server, work: Path) -> Options:
    return {
        "from": "controller",
        "host": "127.0.0.1",
        "port": server.port,
        "database": "postgres",
        "user": "golive",
        "password_file": str(work / "password"),
        "table": "audit",
        "previous_hash_column": "prev_hash",
        "content": "concat_ws('|', prev_hash, id, actor)",
        "anchor": head(150),
        "last_verification": "SELECT max(at) FROM public.verifications",
    }


def head(rows: int) -> str:
    """What was noted down when the chain had so many rows."""
    number, _actor, _previous, digest = list(chain(rows))[-1]
    return f"{number} {digest}"


def verdict(options: Options, host: Any = engine.on_controller) -> Verdict:
    (one,) = prove_live(AuditTrail, "audit.chain_valid", options, host)
    return one


def errs(options: Options, because: str) -> None:
    said = verdict(options)
    assert (said.status, because in said.message) == (Status.ERROR, True), said


@pytest.mark.parametrize("vantage", ["host", "controller"])
def test_whole(vantage: str, trail: Server, options: Options) -> None:
    entry = {"from": vantage} | ({"host": str(trail.place), "os_user": ACCOUNT} if vantage == "host" else {})
    entry |= {"user": "postgres"} if vantage == "host" else {}
    said = verdict(options | entry)
    assert said.status is Status.PASS, said
    assert said.actual == {
        "rows": ROWS,
        "last row": str(ROWS),
        "anchor": "row 150",
        "rows after it": 50,
        "columns that are not hashed": "none",
        "last verification": "3 days ago",
    }


# The hashes of all rows from one on, made anew, as somebody does who knows how they are made.
RELINKED = (
    "WITH RECURSIVE anew (id, prev_hash, hash) AS (SELECT id, prev_hash, hash FROM audit WHERE id = {0} - 1 UNION ALL "
    "SELECT a.id, n.hash, encode(sha256(convert_to(concat_ws('|', n.hash, a.id, a.actor), 'UTF8')), 'hex') "
    "FROM anew n JOIN audit a ON a.id = n.id + 1) "
    "UPDATE audit SET prev_hash = anew.prev_hash, hash = anew.hash FROM anew WHERE audit.id = anew.id"
)
TAMPERED = {
    "edited": (["UPDATE audit SET actor = 'nobody' WHERE id = 48"], "the hash of row 48 is not that of its content"),
    "edited and hashed": (
        [
            "UPDATE audit SET actor = 'nobody', hash = encode(sha256(convert_to(concat_ws('|', prev_hash, id, "
            "'nobody'), 'UTF8')), 'hex') WHERE id = 48"
        ],
        "row 49 does not hold the hash of the row before it",
    ),
    "deleted": (["DELETE FROM audit WHERE id = 48"], "rows are missing before row 49"),
    "first deleted": (["DELETE FROM audit WHERE id = 1"], "row 2 does not hold the hash of the row before it"),
    "deleted and relinked": (
        ["DELETE FROM audit WHERE id = 48", "UPDATE audit SET id = id - 1 WHERE id > 48", RELINKED.format(48)],
        "row 150 has not the hash that was anchored",
    ),
    "written anew": (
        ["UPDATE audit SET actor = 'nobody' WHERE id = 48", RELINKED.format(48)],
        "row 150 has not the hash that was anchored",
    ),
    "cut off": (["DELETE FROM audit WHERE id > 140"], "row 150, which was anchored, is gone"),
    "swapped": (
        [
            "UPDATE audit SET id = -1 WHERE id = 48",
            "UPDATE audit SET id = 48 WHERE id = 49",
            "UPDATE audit SET id = 49 WHERE id = -1",
        ],
        "the hash of row 48 is not that of its content, the first of 2",
    ),
    "no hash": (["UPDATE audit SET hash = NULL WHERE id = 48"], "the hash of row 48 is not that of its content"),
    "no content": (["UPDATE audit SET actor = NULL WHERE id = 48"], "the hash of row 48 is not that of its content"),
    "no number": (
        [
            "ALTER TABLE audit DROP CONSTRAINT audit_pkey, ALTER id DROP NOT NULL",
            "UPDATE audit SET id = NULL WHERE id = 48",
        ],
        "is there more than once, or has no number",
    ),
    "twice": (
        ["ALTER TABLE audit DROP CONSTRAINT audit_pkey", "INSERT INTO audit SELECT * FROM audit WHERE id = 48"],
        "row 48 is there more than once",
    ),
    "not verified": (
        ["UPDATE verifications SET at = at - interval '30 days'"],
        "the last verification was 33 days ago",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_with(name: str, trail: Server, options: Options) -> None:
    statements, because = TAMPERED[name]
    with trail.broken(*statements, mend=["UPDATE verifications SET at = now() - interval '3 days'"]):
        said = verdict(options)
    assert (said.status, because in said.message) == (Status.FAIL, True), said
    assert "nobody" not in str(said)


def test_absent(trail: Server, options: Options) -> None:
    trail.sql("TRUNCATE audit")
    said = verdict(options)
    assert (said.status, "is gone" in said.message) == (Status.FAIL, True), said
    errs(options | {"table": "nothing"}, "not_found")
    trail.sql("TRUNCATE verifications")
    said = verdict(options)
    assert (said.status, "never happened" in said.message) == (Status.FAIL, True), said
    trail.sql("INSERT INTO verifications VALUES (now() - interval '3 days')")
    for option in ("table", "content", "anchor", "last_verification", "database"):
        with pytest.raises(NotAsked):
            verdict({name: value for name, value in options.items() if name != option})


def test_nobody_could_look(trail: Server, options: Options) -> None:
    for vantage in ("host", "controller"):
        errs(options | {"from": vantage, "user": "stranger"}, "GRANT SELECT ON audit TO stranger")
        errs(options | {"from": vantage, "port": free_port()}, "unreachable")
        errs(options | {"from": vantage, "content": "prev_hash || pg_sleep(60)", "timeout": 2}, "timeout")
    trail.sql("ALTER TABLE audit ENABLE ROW LEVEL SECURITY")
    errs(options, "ALTER ROLE golive BYPASSRLS")


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"content": "concat_ws('|', id, actor)"}, "such hashes are no chain"),
        ({"content": "prev_hash || nothing"}, "not_found"),
        ({"content": "prev_hash ||"}, "syntax error"),
        ({"hash_column": "nothing"}, "not_found"),
        ({"anchor": "deadbeef"}, "anchor is not the number of a row and its hash"),
        ({"anchor": "one deadbeef"}, "malformed"),
        ({"last_verification": "SELECT 7"}, "not_found"),
    ],
)
def test_chains_that_are_none(wrong: Options, because: str, trail: Server, options: Options) -> None:
    errs(options | {"timeout": 2} | wrong, because)


WRITTEN = {
    "hex": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "bytea": lambda digest: "\\\\x" + digest.hex(),
}


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("encoding", WRITTEN)
def test_ways_to_write_a_hash(encoding: str, algorithm: str, server: Server, options: Options) -> None:
    """Chains of bytes, without a copy of the hash before, and with gaps."""
    kind = "bytea" if encoding == "bytea" else "text"
    digest = noted = b""
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE ledger (seq int, cents int, digest {kind})")
        with cursor.copy("COPY ledger FROM STDIN") as copy:
            for number in range(1, 100, 3):
                before = digest if kind == "bytea" else WRITTEN[encoding](digest).encode() if digest else b"0"
                digest = hashlib.new(algorithm, before + f"{number}".encode()).digest()
                copy.write(f"{number}\t{number}\t{WRITTEN[encoding](digest)}\n")
                noted = digest
        cursor.execute("GRANT SELECT ON ledger TO golive")
    told = noted.hex() if encoding == "bytea" else WRITTEN[encoding](noted)
    ledger = options | {
        "table": "public.ledger",
        "sequence_column": "seq",
        "hash_column": "digest",
        "previous_hash_column": None,
        "content": "{previous} || convert_to(cents::text, 'UTF8')" if kind == "bytea" else "{previous} || cents",
        "genesis": "" if kind == "bytea" else "0",
        "algorithm": algorithm,
        "encoding": encoding,
        "gapless": False,
        "anchor": f"7 0\n97 {told}\n\n",
    }
    try:
        said = verdict(ledger)
        assert said.status is Status.PASS, said
        assert said.actual["columns that are not hashed"] == "seq"
        with server.broken("UPDATE ledger SET cents = 1 WHERE seq = 52", mend=["UPDATE ledger SET cents = seq"]):
            said = verdict(ledger)
            assert (said.status, "the hash of row 52 is not" in said.message) == (Status.FAIL, True), said
        with server.broken("DELETE FROM ledger WHERE seq IN (1, 52)", mend=[]):
            said = verdict(ledger)
            assert (said.status, "the hash of row 4 is not" in said.message) == (Status.FAIL, True), said
    finally:
        server.sql("DROP TABLE ledger")


TIMER = {
    "name": "audit-verify.timer",
    "unit": "audit-verify.service",
    "next": time.time() + DAY,
    "last": time.time() - DAY,
    "enabled": "enabled",
    "active": "active",
    "result": "success",
    "exit": 0,
}


@pytest.mark.parametrize(
    ("timers", "status", "because"),
    [
        ([TIMER], Status.PASS, ""),
        ([TIMER | {"last": time.time() - 9 * DAY}], Status.FAIL, "the last run of audit-verify.service was 9 days ago"),
        ([TIMER | {"enabled": "disabled", "active": "inactive"}], Status.FAIL, "not started at boot"),
        ([TIMER | {"result": "exit-code", "exit": 1}], Status.FAIL, "failed"),
        ([], Status.FAIL, "there is no timer audit-verify.timer"),
        (None, Status.ERROR, "unreachable"),
    ],
)
def test_a_timer_verifies_it(timers: Any, status: Status, because: str, trail: Server, options: Options) -> None:
    """The database is asked for real, in one round; what systemd says is a recording."""
    rounds = 0

    def host(requests: Sequence[Request]) -> Sequence[Answer]:
        nonlocal rounds
        rounds += 1
        assert [request.params["kind"] for request in requests] == ["timers"]
        answer = (
            {"value": {"timers": timers}} if timers is not None else {"reason": "unreachable", "detail": "no systemd"}
        )
        return [{**answer, "at": time.time(), "ms": 1}]

    said = verdict(options | {"last_verification": None, "timer": "audit-verify"}, host)
    assert (said.status, because in said.message, rounds) == (status, True, 1), said


def test_a_million_rows(server: Server, options: Options) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE audit (id int PRIMARY KEY, hash text)")
        with cursor.copy("COPY audit FROM STDIN") as copy:
            digest, lines = "", []
            for number in range(1, 1_000_001):
                digest = hashlib.sha256(f"{digest}{number}".encode()).hexdigest()
                lines.append(f"{number}\t{digest}\n")
            copy.write("".join(lines))
        cursor.execute("GRANT SELECT ON audit TO golive")
    long = options | {"content": "{previous} || id", "previous_hash_column": None, "timeout": 200}
    with server.broken("UPDATE audit SET hash = 'x' WHERE id = 999000", mend=["DROP TABLE audit"]):
        said = verdict(long | {"anchor": f"1000000 {digest}"})
    assert said.message == "the hash of row 999000 is not that of its content, the first of 2"
    assert (said.actual["rows"], said.actual["rows after it"]) == (1_000_000, 0)
