# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Card numbers in the tables of a real server: none, really stored, unreadable, absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.card_data import ActionModule as CardData
from ansible_collections.golive.verify.plugins.module_utils.observation.sensitive import is_card_number
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
VISA = "4111111111111111"
SCHEMA = (
    "CREATE TABLE orders (id int, note text, meta jsonb, tags text[], paid_with varchar(30), card_last4 text)",
    "INSERT INTO orders SELECT n, 'ring twice at 4111 Main Street', jsonb_build_object('n', n), '{gift}', NULL, '1111' "
    "FROM generate_series(1, 300) n",
    'CREATE TABLE "Odd ""Table" ("A Note" text)',
    "CREATE TABLE events (at int, payload json) PARTITION BY RANGE (at)",
    "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10)",
    'INSERT INTO events VALUES (1, \'{"path": "/pay"}\')',
    "CREATE TABLE numbers (n bigint)",
)


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    with workplace() as place:
        (place / "password").write_text(PASSWORD + "\n")
        yield place


@pytest.fixture(scope="module", params=sorted(BINARIES))
def server(request: pytest.FixtureRequest, work: Path) -> Iterator[Server]:
    running = initialized(request.param, work / f"v{request.param}", {})
    running.start()
    running.sql(*(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'" for role in ("golive", "stranger")))
    running.sql("GRANT pg_read_all_data TO golive", "CREATE DATABASE shop", "CREATE DATABASE void")
    running.sql(*SCHEMA, database="shop")
    yield running
    running.stop()


@pytest.fixture
def options(server: Server, work: Path) -> Options:
    return {
        "from": "controller",
        "host": "127.0.0.1",
        "port": server.port,
        "database": "shop",
        "user": "golive",
        "password_file": str(work / "password"),
    }


def verdict(options: Options, host: Any = engine.on_controller) -> Verdict:
    (one,) = prove_live(CardData, "payments.no_pan_stored", options, host)
    return one


def fails(options: Options, because: str) -> None:
    said = verdict(options)
    assert (said.status, because in said.message) == (Status.FAIL, True), said
    assert VISA not in str(said)


def errs(options: Options, because: str) -> None:
    said = verdict(options)
    assert (said.status, because in said.message) == (Status.ERROR, True), said


@contextmanager
def changed(server: Server, statement: str, *mend: str) -> Iterator[None]:
    undo = mend or ("UPDATE orders SET note = 'x', meta = '{}', tags = '{}', paid_with = NULL WHERE id = 42",)
    with server.broken(statement, mend=undo, database="shop"):
        yield


@pytest.mark.parametrize("vantage", ["host", "controller"])
def test_none_in_two_rounds(vantage: str, options: Options, server: Server) -> None:
    rounds = 0

    def host(requests: Sequence[Request]) -> Sequence[Answer]:
        nonlocal rounds
        rounds += 1
        return engine.on_controller(requests)

    entry = {"from": vantage, "host": str(server.place), "user": "postgres", "os_user": ACCOUNT, "password_file": None}
    said = verdict(options | (entry if vantage == "host" else {}), host)
    assert said.status is Status.PASS, said
    assert rounds == (2 if vantage == "host" else 0)
    assert said.actual == {
        "tables": 4,
        "columns": 10,
        "columns of text": 6,
        "rows": 301,
        "values": 4 * 300 + 1,
        "characters": said.actual["characters"],
        "at most": "5000 rows of a table, 100000 characters of a value",
        "read in part": "none",
    }


STORED = {
    "note": f"'my card is {VISA}, thanks'",
    "meta": f"""'{{"card": {{"number": "{VISA[:4]} {VISA[4:8]} {VISA[8:12]} {VISA[12:]}"}}}}'""",
    "tags": f"ARRAY['gift', '{VISA[:4]}-{VISA[4:8]}-{VISA[8:12]}-{VISA[12:]}']",
    "paid_with": "'378282246310005'",
}


@pytest.mark.parametrize("column", STORED)
def test_stored(column: str, options: Options, server: Server) -> None:
    with changed(server, f"UPDATE orders SET {column} = {STORED[column]} WHERE id = 42"):
        fails(options, f"values read of public.orders.{column} hold a card number")
        said = verdict(options | {"excluded_columns": [f"orders.{column}"]})
        assert said.status is Status.PASS, said


def test_stored_elsewhere(options: Options, server: Server) -> None:
    with changed(server, f"""INSERT INTO "Odd ""Table" VALUES ('{VISA}')""", 'TRUNCATE "Odd ""Table"'):
        fails(options, '1 of 1 values read of public.Odd "Table.A Note hold a card number')
    with changed(server, """INSERT INTO events VALUES (2, '{"cvv": "123"}')""", "DELETE FROM events WHERE at = 2"):
        fails(options, "1 of 2 values read of public.events_1.payload hold a security code")
        fails(options | {"tables": ["events"]}, "public.events_1.payload")
        assert verdict(options | {"tables": ["orders"]}).status is Status.PASS
    copied = f"CREATE MATERIALIZED VIEW copied AS SELECT '{VISA}'::varchar AS v"
    with changed(server, copied, "DROP MATERIALIZED VIEW copied"):
        fails(options, "public.copied.v")


@pytest.mark.parametrize("name", ["cvv", "card_number", "creditCardNumber", "pan", "track2_data"])
def test_a_column_for_card_data(name: str, options: Options, server: Server) -> None:
    with changed(server, f'ALTER TABLE numbers ADD "{name}" bytea', f'ALTER TABLE numbers DROP "{name}"'):
        fails(options, f"the column public.numbers.{name} is meant for card data")
        assert verdict(options | {"excluded_columns": [f"public.numbers.{name}"]}).status is Status.PASS


def test_the_database_and_python_agree(options: Options, server: Server) -> None:
    """On what a card number is: of every issuer, with the right check digit and with a wrong one."""
    heads = ["4", "51", "55", "2221", "2720", "2721", "34", "37", "300", "36", "38", "6011", "644", "650", "3528", "62"]
    heads += ["5", "50", "30", "39", "60", "9", "1", "35"]
    numbers = [
        f"{head}{'0123456789' * 2}"[: length - 1] + str(last)
        for head in heads
        for length in range(12, 21)
        for last in range(10)
    ]
    rows = ", ".join(f"('{number}')" for number in numbers)
    cards = sum(map(is_card_number, numbers))
    assert cards >= 30
    with changed(server, f"CREATE TABLE tried AS SELECT * FROM (VALUES {rows}) v (n)", "DROP TABLE tried"):
        fails(options, f"{cards} of {len(numbers)} values read of public.tried.n hold a card number")


def test_a_large_table(options: Options, server: Server) -> None:
    """Of which the newest rows are read, and others here and there."""
    made = "CREATE TABLE large AS SELECT n, 'nothing to see here' AS v FROM generate_series(1, 20000) n"
    for vacuumed in ("ANALYZE orders", "ANALYZE large"):
        with changed(server, made, "DROP TABLE large"):
            server.sql(vacuumed, database="shop")
            few = options | {"tables": ["large"], "sample_rows": 2000}
            said = verdict(few)
            assert said.status is Status.PASS, said
            assert 800 < said.actual["rows"] <= 2000
            assert said.actual["read in part"] == f"public.large: {said.actual['rows']} rows"
            server.sql(f"INSERT INTO large SELECT 0, '{VISA}'", database="shop")
            fails(few, "public.large.v hold a card number")


def test_absent(options: Options, server: Server) -> None:
    errs(options | {"database": "void"}, "there is no text to search in the database")
    errs(options | {"tables": ["orders", "nothing"]}, "there is no table public.nothing")
    errs(options | {"tables": ["orders", 'Odd "Table']}, 'there is no text to search in public.Odd "Table')
    errs(options | {"tables": ["numbers"]}, "there is no text to search in public.numbers")
    errs(options | {"database": "nowhere"}, "denied")
    with pytest.raises(NotAsked):
        verdict({name: value for name, value in options.items() if name != "database"})


def test_nobody_could_look(options: Options, server: Server) -> None:
    for vantage in ("host", "controller"):
        errs(options | {"from": vantage, "user": "stranger"}, "GRANT pg_read_all_data TO stranger")
        errs(options | {"from": vantage, "port": free_port()}, "unreachable")
        errs(options | {"from": vantage, "timeout": 0.004}, "timeout")
    errs(options | {"excluded_columns": ["pan"]}, "names no column")
    secure = "ALTER TABLE orders ENABLE ROW LEVEL SECURITY"
    with changed(server, secure, "ALTER TABLE orders DISABLE ROW LEVEL SECURITY"):
        errs(options, "ALTER ROLE golive BYPASSRLS")
        with changed(server, f"""INSERT INTO "Odd ""Table" VALUES ('{VISA}')""", 'TRUNCATE "Odd ""Table"'):
            server.sql('GRANT SELECT ON "Odd ""Table" TO stranger', database="shop")
            fails(options | {"user": "stranger"}, "hold a card number")
