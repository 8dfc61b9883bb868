# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Card numbers in a database, judged from recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.card_data import ActionModule as CardData
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.card_data.places import Table, is_card_data, parse_column
from ansible_collections.golive.verify.plugins.plugin_utils.card_data.search import search
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.psql_recordings import GARBAGE, UNSEEN, Psql, answered
from tests.unit.proving import prove

ORDERS: dict[str, Any] = {
    "schema": "public",
    "name": "orders",
    "of_schema": "public",
    "of": "orders",
    "blocks": 10,
    "density": 20.5,
    "columns": ["id", "note"],
    "texts": ["note"],
    "readable": True,
}
NOTE = {"t": 0, "c": 0, "rows": 100, "values": 90, "characters": 900, "numbers": 0, "codes": 0}


def judged(*looks: Any, **options: Any) -> tuple[Status, str]:
    (verdict,) = prove(CardData, "payments.no_pan_stored", {"database": "shop", **options}, Psql(*looks))
    return verdict.status, verdict.message


@pytest.mark.parametrize(
    ("table", "note", "said", "because"),
    [
        ({}, {}, Status.PASS, ""),
        ({}, {"numbers": 2}, Status.FAIL, "2 of 90 values read of public.orders.note hold a card number"),
        ({}, {"codes": 1}, Status.FAIL, "hold a security code"),
        ({"columns": ["id", "cvv"]}, {}, Status.FAIL, "the column public.orders.cvv is meant for card data"),
        ({}, {"values": 0}, Status.ERROR, "there is no text to search in the database"),
        ({}, {"numbers": None}, Status.ERROR, "numbers: not a count"),
    ],
)
def test_judging(table: dict[str, Any], note: dict[str, Any], said: Status, because: str) -> None:
    found, message = judged(answered([ORDERS | table]), answered([NOTE | note]))
    assert (found, because in message) == (said, True), message


def test_tables_that_cannot_be_read() -> None:
    closed = ORDERS | {"name": "closed", "of": "closed", "readable": False}
    found, message = judged(answered([closed, ORDERS]), answered([NOTE]))
    assert (found, "GRANT pg_read_all_data TO" in message) == (Status.ERROR, True)
    assert judged(answered([closed, ORDERS]), answered([NOTE | {"numbers": 1}]))[0] is Status.FAIL
    assert judged(answered([closed | {"columns": ["pan"]}]))[0] is Status.FAIL


@pytest.mark.parametrize(
    ("tables", "because"), [([], "no text to search"), (["nothing"], "there is no table public.nothing")]
)
def test_absent(tables: list[str], because: str) -> None:
    found, message = judged(answered([]), tables=tables)
    assert (found, because in message) == (Status.ERROR, True), message


@pytest.mark.parametrize("answer", [*UNSEEN, *GARBAGE, answered("42501")])
def test_nobody_could_look(answer: dict[str, Any] | CannotLook) -> None:
    assert judged(answer)[0] is Status.ERROR
    assert judged(answered([ORDERS]), answer)[0] is Status.ERROR


def test_the_bound_is_part_of_the_evidence() -> None:
    (verdict,) = prove(
        CardData,
        "payments.no_pan_stored",
        {"database": "shop", "sample_rows": 100},
        Psql(answered([ORDERS]), answered([NOTE])),
    )
    assert verdict.actual == {
        "tables": 1,
        "columns": 2,
        "columns of text": 1,
        "rows": 100,
        "values": 90,
        "characters": 900,
        "at most": "100 rows of a table, 100000 characters of a value",
        "read in part": "public.orders: 100 rows",
    }


@pytest.mark.parametrize(
    "name",
    [
        *("cvv", "CVV2", "card_cvc", "cvcCode", "pan", "customer_pan", "card_number", "cardNumber", "cardnumber"),
        *("credit_card_number", "cc_num", "ccnumber", "card-no", "track2_data", "track_1", "pin_block"),
        *("card_security_code", "encrypted_card_number", "paymentCardNumber"),
    ],
)  # fmt: skip
def test_names_of_card_data(name: str) -> None:
    assert is_card_data(name)


@pytest.mark.parametrize(
    "name",
    [
        *("company", "panel", "span", "japan", "card_last4", "card_number_last4", "pan_token", "masked_pan", "card_id"),
        *("cvv_result", "cvc_check", "card_brand", "discard_number", "account_number", "tracking_number", "track_id"),
        *("card_number_hash", "cardholder_name", "id", "", "postcard_note"),
    ],
)  # fmt: skip
def test_names_of_other_things(name: str) -> None:
    assert not is_card_data(name)


def test_columns_are_named_with_their_tables() -> None:
    assert parse_column("orders.pan") == (Relation("public", "orders"), "pan")
    assert parse_column("billing.orders.pan") == (Relation("billing", "orders"), "pan")


def test_a_question_holds_names_as_identifiers_only() -> None:
    odd = Relation("a'b", 'c"d')
    sql = search([Table(odd, odd, ("e;",), ("e;",), 1000, 50.0, True)], 500)
    assert 'ONLY "a\'b"."c""d" TABLESAMPLE SYSTEM (0.500000) LIMIT 250' in sql
    assert """ctid >= '(995,0)' ORDER BY ctid DESC LIMIT 250""" in sql
    assert 's."e;"::text' in sql
