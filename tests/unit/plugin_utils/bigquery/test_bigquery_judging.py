# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What BigQuery's tables are held against: definitions, retention, and the look of values in personal columns."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery import declared, personal, retention
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.keys import key_problems

DIGEST = hashlib.sha256(b"ada").digest()


def column(name: str, kind: str, mode: str = "NULLABLE", *fields: Any, tags: Any = ()) -> dict[str, Any]:
    return {"name": name, "type": kind, "mode": mode, "tags": list(tags), "fields": list(fields)}


@pytest.mark.parametrize(
    ("value", "look"),
    [
        ("ada@example.com", "an e-mail address"),
        ("Ada <ada@example.co.uk>", "an e-mail address"),
        ("1990-12-31", "a date"),
        ("1990-12-31T00:00:00Z", "a date"),
        ("31.12.90", "a date"),
        ("19901231", "a telephone number or a date"),
        ("+49 (30) 123 45 67", "a telephone number or a date"),
        ("030/1234567", "a telephone number or a date"),
        ("4242424242424242", "a card number"),
        ("4242-4242-4242-4242", "a card number"),
        ("DE89370400440532013000", "a bank account"),
        ("GB29 NWBK 6016 1331 9268 19", "a bank account"),
    ],
)
def test_what_people_can_read_is_known(value: str, look: str) -> None:
    assert next(name for name, pattern in personal.READABLE.items() if re.search(pattern, value)) == look


@pytest.mark.parametrize(
    "value",
    [
        DIGEST.hex(),
        DIGEST.hex().upper(),
        base64.b64encode(DIGEST).decode(),
        base64.b32encode(DIGEST).decode(),
        f"vault:v1:{base64.b64encode(DIGEST).decode()}",
        "123e4567-e89b-12d3-a456-426614174000",
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
    ],
)
def test_ciphertext_is_known(value: str) -> None:
    assert not [name for name, pattern in personal.READABLE.items() if re.search(pattern, value)]
    assert re.search(personal.OPAQUE, value)


@pytest.mark.parametrize("value", ["Ada Lovelace", "Lovelace", "12 Main Street, Springfield", "", "x" * 19])
def test_words_are_no_ciphertext(value: str) -> None:
    assert not re.search(personal.OPAQUE, value)


def test_the_query_counts_and_shows_nothing() -> None:
    table = {"partition_field": "Day", "fields": [column("Day", "DATE"), column("email", "STRING")]}
    sql = personal.sql("shop", "commerce.orders", table, {"email": "STRING", "a.b": "BYTES"}, 7)
    assert sql.startswith("SELECT COUNT(v0), COUNTIF(REGEXP_CONTAINS(v0, ")
    assert "SAFE_CONVERT_BYTES_TO_STRING(v1)" in sql
    assert sql.endswith(
        "FROM (SELECT `email` AS v0, `a`.`b` AS v1 FROM `shop.commerce.orders` "
        "WHERE `Day` >= DATE_SUB(CURRENT_DATE(), INTERVAL 7 DAY))"
    )
    assert sql.count("COUNT") == 2 * (2 + len(personal.READABLE))
    ingested = {"partition_field": "_PARTITIONTIME", "fields": []}
    assert "`_PARTITIONTIME` >= TIMESTAMP_SUB(" in personal.sql("shop", "d.t", ingested, {"a": "STRING"}, 7)
    assert "WHERE" not in personal.sql("shop", "d.t", {"partition_field": "", "fields": []}, {"a": "STRING"}, 7)


def test_a_record_is_tagged_when_all_in_it_is() -> None:
    tag = "projects/p/locations/eu/taxonomies/1/policyTags/2"
    inside = [column("street", "STRING", tags=[tag]), column("city", "STRING")]
    table = {"fields": [column("address", "RECORD", "NULLABLE", *inside), column("Email", "STRING", "REPEATED")]}
    found = personal.chosen(table, ["address", "address.street", "email", "phone"])
    assert {name: (each["tags"], each["repeated"]) for name, each in found.items()} == {
        "address": ([], False),
        "address.street": ([tag], False),
        "email": ([], True),
    }
    assert personal.taxonomy(tag) == "projects/p/locations/eu/taxonomies/1"
    with pytest.raises(CannotLook):
        personal.taxonomy("x")


@pytest.mark.parametrize(
    ("lifetime", "least", "most", "wrong"),
    [
        ((None, None), 2557, None, []),
        ((2557, None), 2557, None, []),
        ((2556.9, None), 2557, None, ["the table expires after 2556.9 days, but its rows must be kept 2557"]),
        ((None, 60), 2557, None, ["its partitions expire after 60 days, but its rows must be kept 2557"]),
        ((None, None), None, 30, ["nothing in it ever expires, but it must be gone after 30 days"]),
        ((90, 30), None, 30, []),
        ((90, None), None, 30, ["its rows are kept 90 days, but must be gone after 30"]),
        ((None, 50), 60, 40, ["its partitions expire after 50 days, but its rows must be kept 60"]),
    ],
)
def test_rows_are_kept_neither_too_short_nor_too_long(
    lifetime: tuple[float | None, float | None], least: float | None, most: float | None, wrong: list[str]
) -> None:
    kept = dict(zip(("table", "partitions"), lifetime, strict=True))
    assert retention.table_problems(kept, least, most)[: len(wrong) or None] == wrong


def test_columns_are_the_same_by_any_name_of_their_type() -> None:
    wanted = declared.flat(
        declared.definition('{"fields": [{"name": "N", "type": "int64"}, {"name": "b", "type": "BOOL"}]}')
    )
    assert declared.column_problems(wanted, declared.flat([column("n", "INTEGER"), column("B", "BOOLEAN")])) == []
    found = {f"c{number:02}": "STRING NULLABLE" for number in range(25)}
    assert declared.column_problems({}, found)[-1] == "and 5 more columns differ"


def test_a_version_of_the_key_is_the_key() -> None:
    assert key_problems("k", "k/cryptoKeyVersions/1") == []
    assert key_problems(None, "") == []
    assert key_problems("k", "kk/cryptoKeyVersions/1") == ["is encrypted with kk/cryptoKeyVersions/1, not k"]
