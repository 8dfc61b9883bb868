# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where card numbers could lie in a database: its tables, their columns of text, and names that give a column away."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, few, literal, some
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[^A-Za-z0-9]+")
# Names of columns, as words joined by underscores, that are meant for what must not be kept: the number, the code that
# is printed on the card, what its magnetic stripe or chip holds, and its PIN.
_CARD_DATA = re.compile(
    r"(?:^|_)(?:cvv2?|cvc2?|cav2|pan|(?:credit_?|debit_?|payment_?)?(?:card|cc)_?(?:number|num|no|nr)"
    r"|card_(?:security|verification)_?(?:code|value)|track_?[12](?:_data)?|track_data|pin_?block)(?:_|$)"
)
# What is said of a number without being one.
_ABOUT = re.compile(
    r"(?:^|_)(?:last_?(?:4|four)|last_(?:4|four)_digits|l4|first_?6|bin|token|tokenized|hash|hashed|fingerprint|masked"
    r"|mask|redacted|check|checks|result|results|response|status|match|matched|verified|present|provided|required|valid"
    r"|type|brand|country|ref|id|at|count|length)(?:_|$)"
)


_MOST_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds rows of its own. declared: the table that was named, of which this may be a partition.

    texts: its columns of text. density: rows in a block, where the server knows it.
    """

    relation: Relation
    declared: Relation
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    blocks: int
    density: float | None
    readable: bool


def question(declared: Sequence[Relation]) -> str:
    """All tables with their columns; of declared ones those and their partitions alone.

    A column of text is of a type that is written as text: strings, JSON, XML, and arrays of strings.
    """
    pairs = ", ".join(f"({literal(each.schema)}, {literal(each.name)})" for each in declared)
    wanted = f"(n.nspname, c.relname) IN ({pairs})" if declared else "NOT c.relispartition"
    text = "(t.typcategory = 'S' OR t.typname IN ('json', 'jsonb', 'xml') OR e.typcategory = 'S')"
    return (
        "WITH RECURSIVE tree AS (SELECT n.nspname AS of_schema, c.relname AS of, c.oid FROM pg_class c "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND {wanted} "
        "UNION SELECT of_schema, of, inhrelid FROM tree JOIN pg_inherits ON inhparent = tree.oid) "
        "SELECT n.nspname AS schema, c.relname AS name, min(of_schema) AS of_schema, min(of) AS of, "
        "pg_relation_size(c.oid) / current_setting('block_size')::int AS blocks, "
        "(CASE WHEN c.reltuples > 0 AND c.relpages > 0 THEN c.reltuples / c.relpages END)::float8 AS density, "
        "jsonb_agg(a.attname ORDER BY a.attnum) FILTER (WHERE t.typname <> 'bool') AS columns, "
        f"jsonb_agg(a.attname ORDER BY a.attnum) FILTER (WHERE {text}) AS texts, "
        "has_schema_privilege(n.oid, 'USAGE') AND "
        f"coalesce(bool_and(has_column_privilege(c.oid, a.attnum, 'SELECT')) FILTER (WHERE {text}), true) AS readable "
        "FROM tree JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' "
        "WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.relispopulated "
        "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
        "GROUP BY n.oid, n.nspname, c.oid, c.relname ORDER BY 1, 2"
    )


def tables(rows: Sequence[Row], excluded: Collection[tuple[Relation, str]]) -> list[Table]:
    """The tables of an answer, without columns that are not to be judged, each given by its table and name."""

    def kept(relation: Relation, names: Sequence[str] | None) -> tuple[str, ...]:
        return tuple(name for name in names or () if (relation, name) not in excluded)

    def table(row: Row) -> Table:
        relation, declared = Relation(row["schema"], row["name"]), Relation(row["of_schema"], row["of"])
        columns, texts = kept(declared, row["columns"]), kept(declared, row["texts"])
        return Table(relation, declared, columns, texts, row["blocks"], row["density"], row["readable"])

    return [table(row) for row in rows]


def parse_column(text: str) -> tuple[Relation, str]:
    """Read schema.table.column, or table.column of a table in public."""
    relation, _dot, column = text.rpartition(".")
    if not (relation and column):
        raise CannotLook("malformed", f"{shown(text)!r} names no column: write schema.table.column")
    return Relation.parse(relation), column


def is_card_data(name: str) -> bool:
    """Whether the name of a column says that a card number, its code, its track or its PIN lies in it."""
    words = _WORDS.sub("_", _CAMEL.sub("_", name)).lower().strip("_")
    return bool(_CARD_DATA.search(words)) and not _ABOUT.search(words)


async def named(found: Sequence[Table]) -> Part:
    """No column is meant for card data, whatever it holds now."""
    meant = [f"{each.declared}.{shown(name)}" for each in found for name in each.columns if is_card_data(name)]
    problems = [f"the column {name} is meant for card data" for name in dict.fromkeys(meant)]
    return Part(
        {"tables": len(found), "columns": sum(len(each.columns) for each in found)}, few(problems, _MOST_PROBLEMS)
    )


async def readable(found: Sequence[Table], role: str | None) -> Part:
    """What was not permitted to be read could hold anything."""
    closed = [each.relation for each in found if not each.readable]
    if closed:
        grantee = shown(role or "the role that looks")
        raise CannotLook("denied", f"{some(closed)} cannot be read; to grant it: GRANT pg_read_all_data TO {grantee}")
    return Part({}, [])
