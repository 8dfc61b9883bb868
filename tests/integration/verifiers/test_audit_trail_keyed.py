# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash chains made with a key, on a real server: whole, really tampered with, unreadable, absent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.audit_trail import ActionModule as AuditTrail
from ansible_collections.golive.verify.plugins.plugin_utils import engine
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
ROWS, KEY = 200, b"c4nary \xff key of the trail"
WRITTEN = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "bytea": lambda digest: "\\\\x" + digest.hex(),
}


def chain(algorithm: str = "sha256", key: bytes = KEY) -> Iterator[tuple[int, str, bytes]]:
    """The rows of a chain as an application writes it: number, actor, HMAC."""
    previous = ""
    for number in range(1, ROWS + 1):
        actor = f"actor {number % 7} \u00fc"
        digest = hmac.new(key, f"{previous}|{number}|{actor}".encode(), algorithm).digest()
        yield number, actor, digest
        previous = digest.hex()


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        (place / "key").write_text(KEY.hex() + "\n")
        (place / "wrong").write_text(hashlib.sha256(KEY).hexdigest())
        (place / "empty").touch()
        (place / "text").write_text("c4nary, and not in hex")
        yield place


@pytest.fixture(scope="module")
def server(work: Path) -> Iterator[Server]:
    running = initialized(max(BINARIES), work / "server", {})
    running.start()
    running.sql(*(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'" for role in ("golive", "stranger")))
    fill(running, "trail", "hex", "sha256")
    yield running
    running.stop()


def fill(server: Server, table: str, encoding: str, algorithm: str) -> None:
    kind = "bytea" if encoding == "bytea" else "text"
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (id bigint PRIMARY KEY, actor text, prev_hash text, hash {kind})")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            previous = ""
            for number, actor, digest in chain(algorithm):
                copy.write(f"{number}\t{actor}\t{previous}\t{WRITTEN[encoding](digest)}\n")
                previous = digest.hex()
        cursor.execute(f"GRANT SELECT ON {table} TO golive")


@pytest.fixture(params=["host", "controller"])
def options(request: pytest.FixtureRequest, server: Server, work: Path) -> Options:
    """From both places; the host is entered as its administrator, over the socket."""
    entered: dict[str, Options] = {
        "controller": {"host": "127.0.0.1", "user": "golive", "password_file": str(work / "password")},
        "host": {"host": str(server.place), "user": "postgres", "os_user": ACCOUNT},
    }
    return {
        "from": request.param,
        "port": server.port,
        "database": "postgres",
        "table": "trail",
        "content": "concat_ws('|', prev_hash, id, actor)",
        "hmac_key_file": str(work / "key"),
        "hmac_key_encoding": "hex",
        "anchor": f"150 {list(chain())[149][2].hex()}",
        "last_verification": "SELECT now() - interval '1 day'",
        "previous_hash_column": "prev_hash",
        **entered[request.param],
    }


def verdict(options: Options) -> Verdict:
    """The only verdict, of which neither an answer nor a word has the key or a row."""
    left: list[str] = []

    def host(requests: Sequence[Request]) -> Sequence[Answer]:
        answers = engine.on_controller(requests)
        left.append(json.dumps([str(each.params) for each in requests]) + str(list(answers)))
        return answers

    (one,) = prove_live(AuditTrail, "audit.chain_valid", options, host)
    for secret in ("c4nary", KEY.hex(), "actor 3", PASSWORD):
        assert secret not in f"{one}{left}"
    return one


def test_whole(options: Options) -> None:
    said = verdict(options)
    assert said.status is Status.PASS, said
    assert (said.actual["rows"], said.actual["rows hashed with the key"]) == (ROWS, ROWS)


TAMPERED = {
    "edited": ("UPDATE trail SET actor = 'nobody' WHERE id >= 198", "the hash of row 198 is not that of its content"),
    "hashed without the key": (
        "UPDATE trail SET actor = 'nobody', hash = encode(sha256(convert_to(concat_ws('|', prev_hash, id, 'nobody'), "
        "'UTF8')), 'hex') WHERE id = 200",
        "the hash of row 200 is not that of its content",
    ),
    "no hash": ("UPDATE trail SET hash = NULL WHERE id = 200", "the hash of row 200 is not that of its content"),
    "a tab in it": ("UPDATE trail SET hash = E'a\\tb\\\\' WHERE id = 200", "the hash of row 200"),
    "no content": ("UPDATE trail SET actor = NULL WHERE id = 200", "the hash of row 200 is not that of its content"),
    "deleted": ("DELETE FROM trail WHERE id = 48", "rows are missing before row 49"),
    "unlinked": ("UPDATE trail SET prev_hash = 'x' WHERE id = 9", "row 9 does not hold the hash of the row before"),
    "cut off": ("DELETE FROM trail WHERE id > 140", "row 150, which was anchored, is gone"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_with(name: str, server: Server, options: Options) -> None:
    statement, because = TAMPERED[name]
    server.sql("CREATE TABLE kept AS TABLE trail", statement)
    try:
        said = verdict(options)
    finally:
        server.sql("TRUNCATE trail", "INSERT INTO trail TABLE kept", "DROP TABLE kept")
    assert (said.status, because in said.message) == (Status.FAIL, True), said


def test_another_key(work: Path, options: Options) -> None:
    said = verdict(options | {"hmac_key_file": str(work / "wrong")})
    assert (said.status, "row 1 is not that of its content, the first of 200" in said.message) == (Status.FAIL, True)
    said = verdict(options | {"algorithm": "sha512"})
    assert (said.status, "the first of 200" in said.message) == (Status.FAIL, True)


def test_nobody_could_look(server: Server, work: Path, options: Options) -> None:
    wrong: dict[str, Options] = {
        "not_found": {"hmac_key_file": str(work / "nothing")},
        "is empty": {"hmac_key_file": str(work / "empty")},
        "does not hold a key in hex": {"hmac_key_file": str(work / "text")},
        "unreachable": {"port": free_port()},
        "timeout": {"content": "prev_hash || pg_sleep(60)", "timeout": 2},
        "nothing": {"content": "prev_hash || nothing"},
        "syntax error": {"content": "prev_hash ||"},
    }
    for because, change in wrong.items():
        said = verdict(options | change)
        assert (said.status, because in said.message) == (Status.ERROR, True), said
    stranger = {"user": "stranger", "password_file": str(work / "password"), "host": "127.0.0.1", "os_user": None}
    said = verdict(options | stranger)
    assert (said.status, "GRANT SELECT ON trail TO stranger" in said.message) == (Status.ERROR, True), said


def test_an_empty_trail_is_none(server: Server, options: Options) -> None:
    server.sql("CREATE TABLE nobody (LIKE trail)", "GRANT SELECT ON nobody TO golive")
    said = verdict(options | {"table": "nobody"})
    server.sql("DROP TABLE nobody")
    assert said.status is not Status.PASS


@pytest.mark.parametrize(("encoding", "algorithm"), [("hex", "sha384"), ("base64", "sha512"), ("bytea", "sha256")])
def test_ways_to_write_a_hash(encoding: str, algorithm: str, server: Server, options: Options) -> None:
    fill(server, "ledger", encoding, algorithm)
    told = WRITTEN["hex" if encoding == "bytea" else encoding](list(chain(algorithm))[149][2])
    # The column that repeats the hash before holds it in another form here, and is part of the content.
    ledger: Options = {"table": "ledger", "encoding": encoding, "algorithm": algorithm, "anchor": f"150 {told}"}
    ledger |= {"previous_hash_column": None, "content": "concat_ws('|', prev_hash, id, actor) || left({previous}, 0)"}
    ledger["content"] = ledger["content"].replace("{previous}", "{previous}::text")
    try:
        said = verdict(options | ledger)
        assert said.status is Status.PASS, said
        server.sql("UPDATE ledger SET actor = 'nobody' WHERE id = 52")
        said = verdict(options | ledger)
        assert (said.status, "the hash of row 52 is not" in said.message) == (Status.FAIL, True), said
    finally:
        server.sql("DROP TABLE ledger")
