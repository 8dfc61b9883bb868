# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether references between tables are there and enforced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, few, some
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.settings import Settings, settings
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DECLARED = re.compile(r"\s*(\S+?)\s*\(([^)]+)\)\s*(?:->|references)\s*(\S+?)\s*\(([^)]+)\)\s*", re.IGNORECASE)

_COLUMNS = (
    "ARRAY(SELECT attname::text FROM unnest({0}) WITH ORDINALITY k(number, place) "
    "JOIN pg_attribute ON attrelid = {1} AND attnum = number ORDER BY place)"
).format
QUESTIONS = {
    "settings": settings("session_replication_role"),
    # Constraints of partitions repeat those of their table. conenforced is new in 18.
    "constraints": "SELECT cn.nspname AS schema, c.relname AS table, conname AS name, fn.nspname AS to_schema, "
    f"f.relname AS to_table, {_COLUMNS('conkey', 'conrelid')} AS columns, {_COLUMNS('confkey', 'confrelid')} "
    "AS to_columns, convalidated AS validated, coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true' AS enforced, "
    "ARRAY(SELECT t.tgname::text FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A')) "
    "AS off FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace "
    "JOIN pg_class f ON f.oid = confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace "
    "WHERE contype = 'f' AND conparentid = 0 ORDER BY 1, 2, 3",
    "overrides": "SELECT coalesce(r.rolname, 'every role') AS role FROM pg_db_role_setting s "
    "CROSS JOIN unnest(setconfig) c LEFT JOIN pg_roles r ON r.oid = setrole LEFT JOIN pg_database d "
    "ON d.oid = setdatabase WHERE lower(c) LIKE 'session_replication_role=%' AND lower(c) NOT LIKE '%=origin' "
    "AND (setdatabase = 0 OR datname = current_database())",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of a table that must refer to columns of another."""

    table: Relation
    columns: tuple[str, ...]
    to: Relation
    to_columns: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read table(column, ...) -> table(column, ...)."""
        found = _DECLARED.fullmatch(text)
        if found is None:
            raise CannotLook(
                "malformed", f"{shown(text)!r} is no reference: write orders(customer_id) -> customers(id)"
            )
        return cls(Relation.parse(found[1]), _names(found[2]), Relation.parse(found[3]), _names(found[4]))

    @classmethod
    def of(cls, row: Row) -> Reference:
        """That of a constraint."""
        table, to = Relation(row["schema"], row["table"]), Relation(row["to_schema"], row["to_table"])
        return cls(table, tuple(row["columns"]), to, tuple(row["to_columns"]))

    def pairs(self) -> tuple[Relation, Relation, frozenset[tuple[str, str]]]:
        """What makes two references the same, whatever order their columns are in."""
        return self.table, self.to, frozenset(zip(self.columns, self.to_columns, strict=False))

    def __str__(self) -> str:
        return f"{self.table}({', '.join(self.columns)}) -> {self.to}({', '.join(self.to_columns)})"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


async def declared(asked: Asked, wanted: Sequence[Reference]) -> Part:
    """Every declared reference is a constraint."""
    rows = await asked.rows("constraints")
    known = {Reference.of(row).pairs() for row in rows}
    missing = [each for each in wanted if each.pairs() not in known]
    return Part(
        {"declared": len(wanted), "constraints": len(rows)}, few(f"no constraint for {each}" for each in missing)
    )


async def enforced(asked: Asked) -> Part:
    """Every constraint holds for all rows, old and new."""
    rows = await asked.rows("constraints")
    return Part({}, few(constraint_problems(rows)))


def constraint_problems(rows: Sequence[Row]) -> Iterator[str]:
    """Which constraints let rows through."""
    for row in rows:
        name = f"{shown(row['name'])} of {shown(row['schema'])}.{shown(row['table'])}"
        if not row["enforced"]:
            yield f"{name} is NOT ENFORCED"
        elif not row["validated"]:
            yield f"{name} is NOT VALID: rows from before were never checked"
        if row["off"]:
            yield f"{name} has disabled triggers ({some(row['off'])})"


async def role(asked: Asked) -> Part:
    """No session runs as a replica, for which constraints are not checked."""
    found, rows = await Settings.of(asked), await asked.rows("overrides")
    value = found["session_replication_role"]
    problems = [] if value == "origin" else [f"session_replication_role is {shown(value)}"]
    problems += [f"session_replication_role is set for {some([row['role'] for row in rows])}"] if rows else []
    return Part({"session_replication_role": value}, problems)
