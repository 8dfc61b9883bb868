# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Personal columns: which are kept from readers by a policy tag, and what the values of the others look like.

Values are judged inside BigQuery; what comes back is how many there are of each look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery.declared import walk

# What people can read, as regular expressions of RE2 without quotes.
READABLE = {
    "an e-mail address": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "a date": r"^\s*([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})([T\s]|$)",
    "a card number": r"^\s*([0-9][ -]?){12,18}[0-9]\s*$",
    "a telephone number or a date": r"^\s*(\+[0-9 ()/.-]{7,19}|[0-9(][0-9 ()/.-]{6,11})\s*$",
    "a bank account": r"^[A-Z]{2}[0-9]{2} ?([A-Z]{4} ?)?[0-9 ]{10,34}$",
}
# Ciphertext and digests in text: from a block of AES in base64 upwards, and never words with spaces between them.
OPAQUE = r"^[A-Za-z0-9+/=_:.$-]{20,}$"
# Bytes that are no text, the mark included that BigQuery puts in their place.
_BINARY = r"[\x00-\x08\x0e-\x1f\x7f\x{FFFD}]"
_COUNTS = (*READABLE, "opaque")
_TEXT = {"STRING", "BYTES"}
# How far back a partitioned table is read, in terms of the partition column's type.
_SINCE = {
    "TIMESTAMP": "TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL {days} DAY)",
    "DATETIME": "DATETIME_SUB(CURRENT_DATETIME(), INTERVAL {days} DAY)",
    "DATE": "DATE_SUB(CURRENT_DATE(), INTERVAL {days} DAY)",
}


def taxonomy(tag: str) -> str:
    """The name of the taxonomy that a policy tag belongs to."""
    name, slash, _rest = tag.partition("/policyTags/")
    if not slash or not name.startswith("projects/"):
        raise CannotLook("malformed", f"not a policy tag: {tag[:200]}")
    return name


def chosen(table: Mapping[str, Any], columns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The type and the policy tags of each declared column that the table has, and whether it holds lists."""
    found = {name: (kind, each) for name, kind, _mode, each in walk(table["fields"])}
    modes = {name: mode for name, _kind, mode, _each in walk(table["fields"])}
    return {
        column: {
            "type": found[column.lower()][0],
            "tags": _tags(found[column.lower()][1]),
            "repeated": any(modes[path] == "REPEATED" for path in _prefixes(column.lower())),
        }
        for column in columns
        if column.lower() in found
    }


def _prefixes(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _tags(column: Mapping[str, Any]) -> list[str]:
    """Those of a record are those of all that is in it."""
    if column["tags"] or not column["fields"]:
        return list(column["tags"])
    within = [_tags(each) for each in column["fields"]]
    return [tag for tags in within for tag in tags] if all(within) else []


def unreadable(column: Mapping[str, Any]) -> str:
    """Why a column is in clear text by its type alone; empty when it has a policy tag, or may hold ciphertext."""
    if column["tags"] or column["type"] in _TEXT:
        return ""
    return f"is a {column['type']} without a policy tag, which anybody can read"


def sql(project: str, name: str, table: Mapping[str, Any], columns: Mapping[str, str], days: int) -> str:
    """The query that counts the values of columns, given with their types, by what they look like.

    Of a table in partitions, those of so many days are read.
    """
    selected = ", ".join(f"{_path(column)} AS v{number}" for number, column in enumerate(columns))
    counts = ", ".join(_counting(f"v{number}", kind) for number, kind in enumerate(columns.values()))
    where = _recent(table, days)
    return f"SELECT {counts} FROM (SELECT {selected} FROM `{project}.{name}`{where})"


def _path(column: str) -> str:
    return ".".join(f"`{part}`" for part in column.split("."))


def _counting(value: str, kind: str) -> str:
    text = f"SAFE_CONVERT_BYTES_TO_STRING({value})" if kind == "BYTES" else value
    opaque = f"{OPAQUE}|{_BINARY}" if kind == "BYTES" else OPAQUE
    looks = [f"COUNTIF(REGEXP_CONTAINS({text}, r'{pattern}'))" for pattern in (*READABLE.values(), opaque)]
    return ", ".join([f"COUNT({value})", *looks])


def _recent(table: Mapping[str, Any], days: int) -> str:
    partition = table["partition_field"]
    if not partition:
        return ""
    types = {name: kind for name, kind, _mode, _each in walk(table["fields"])}
    kind = "TIMESTAMP" if partition == "_PARTITIONTIME" else types[partition.lower()]
    return f" WHERE {_path(partition)} >= {_SINCE[kind].format(days=days)}"


def counted(columns: Collection[str], numbers: Sequence[int]) -> dict[str, dict[str, int]]:
    """The numbers that the query gives, by column and look."""
    looks = ("values", *_COUNTS)
    if len(numbers) != len(columns) * len(looks):
        raise CannotLook("malformed", f"{len(numbers)} counts for {len(columns)} columns")
    rows = [numbers[start : start + len(looks)] for start in range(0, len(numbers), len(looks))]
    return {column: dict(zip(looks, row, strict=True)) for column, row in zip(columns, rows, strict=True)}


def value_problems(counts: Mapping[str, int]) -> list[str]:
    """Why values are no ciphertext."""
    values = counts["values"]
    problems = [f"{counts[look]} of {values} values hold {look}" for look in READABLE if counts[look]]
    if not problems and counts["opaque"] < values:
        problems.append(f"{values - counts['opaque']} of {values} values do not look like ciphertext")
    return problems
