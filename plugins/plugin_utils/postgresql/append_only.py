# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether rows of a table can only be added: nobody but its owner has a way to change, delete or empty them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.privileges import reach
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, literal
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_ACTIONS = ("UPDATE", "DELETE", "TRUNCATE")
# The bits of pg_trigger.tgtype, and the letters of pg_policy.polcmd, which knows no TRUNCATE.
_TRIGGER_BITS = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}
_POLICY_LETTERS = {"UPDATE": "w", "DELETE": "d"}
_RAISES = re.compile(r"\s+raise\s+(?!(debug|log|info|notice|warning)\b)\S", re.IGNORECASE)
_BEGIN = re.compile(r"\bbegin\b", re.IGNORECASE)
_CATCHES = re.compile(r"\bexception\s+when\b", re.IGNORECASE)
_LONGEST = 2000
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def questions(tables: Collection[Relation], roles: Sequence[str]) -> dict[str, str]:
    """What is asked of the tables and of every partition and child of theirs."""
    named = ", ".join(f"({literal(table.schema)}, {literal(table.name)})" for table in tables)
    tree = (
        "WITH RECURSIVE tree AS (SELECT nspname AS schema, relname AS declared, c.oid FROM pg_class c "
        f"JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND (nspname, relname) IN ({named}) "
        "UNION SELECT schema, declared, inhrelid FROM tree JOIN pg_inherits ON inhparent = tree.oid)"
    )
    name = "schema, declared, tree.oid::regclass::text AS name"
    may = "has_table_privilege(r.oid, c.oid, '{0}')".format
    keys = "FROM tree JOIN pg_constraint ON conrelid = tree.oid AND contype = 'f' CROSS JOIN reach r WHERE"
    key = f"{name}, conname AS constraint, role, confrelid::regclass::text AS parent"
    return {
        "rights": f"{tree}, {reach(roles)} SELECT {name}, role, r.rolname AS through, relrowsecurity AS row_security, "
        "r.rolsuper OR r.rolbypassrls AS bypasses, r.rolsuper OR r.oid = relowner AS owns, "
        f'has_any_column_privilege(r.oid, c.oid, \'UPDATE\') AS "UPDATE", {may("DELETE")} AS "DELETE", '
        f'{may("TRUNCATE")} AS "TRUNCATE" FROM tree JOIN pg_class c USING (oid) CROSS JOIN reach r '
        "ORDER BY 1, 2, 3, 4, 5",
        "triggers": f"{tree} SELECT {name}, tgname AS trigger, tgtype::int AS type, tgenabled AS enabled, "
        f"tgqual IS NOT NULL OR tgattr::text <> '' AS partial, lanname AS language, left(prosrc, {_LONGEST}) AS body "
        "FROM tree JOIN pg_trigger ON tgrelid = tree.oid AND NOT tgisinternal JOIN pg_proc p ON p.oid = tgfoid "
        "JOIN pg_language l ON l.oid = prolang ORDER BY 1, 2, 3, 4",
        "policies": f"{tree} SELECT {name}, polcmd AS command, ARRAY(SELECT CASE member WHEN 0 THEN 'public' "
        "ELSE pg_get_userbyid(member) END FROM unnest(polroles) member) AS roles, "
        "pg_get_expr(polqual, polrelid) AS using FROM tree JOIN pg_policy ON polrelid = tree.oid "
        "WHERE polpermissive ORDER BY 1, 2, 3, 4",
        # What a reference does to rows of the table, it does with the rights of their owner.
        "cascades": f"{tree}, {reach(roles)} SELECT {key}, CASE confdeltype WHEN 'c' THEN 'DELETE' ELSE 'UPDATE' END "
        f"AS action {keys} confdeltype IN ('c', 'n', 'd') AND has_table_privilege(r.oid, confrelid, 'DELETE') "
        f"UNION SELECT {key}, 'UPDATE' {keys} confupdtype IN ('c', 'n', 'd') "
        "AND has_any_column_privilege(r.oid, confrelid, 'UPDATE') ORDER BY 1, 2, 3, 4, 5, 6",
    }


@dataclass(frozen=True, slots=True)
class Table:
    """One table as the application meets it, with the rows of the questions that speak of it."""

    rights: Sequence[Row]
    triggers: Sequence[Row]
    policies: Sequence[Row]
    cascades: Sequence[Row]

    @classmethod
    async def all_of(cls, asked: Asked, table: Relation) -> dict[str, Table]:
        """A declared table and its partitions, by their names; empty where there is no such table."""
        found = {}
        for name in ("rights", "triggers", "policies", "cascades"):
            rows = await asked.rows(name)
            found[name] = [row for row in rows if (row["schema"], row["declared"]) == (table.schema, table.name)]
        names = dict.fromkeys(row["name"] for row in found["rights"])
        return {
            name: cls(**{kind: [row for row in rows if row["name"] == name] for kind, rows in found.items()})
            for name in names
        }

    def problems(self, name: str) -> Iterator[str]:
        """Every way that a role of the application has to change, delete or empty the table's rows."""
        rejected = {action for action in _ACTIONS if any(_rejects(trigger, action) for trigger in self.triggers)}
        for right in self.rights:
            who = right["role"] if right["through"] == right["role"] else f"{right['role']}, as {right['through']},"
            if right["owns"]:
                yield f"{shown(who)} owns {shown(name)}, and can take every protection away"
                continue
            open_to = [a for a in _ACTIONS if right[a] and a not in rejected and not self._filtered(right, a)]
            if open_to:
                yield f"{shown(who)} may {', '.join(open_to)} {shown(name)}"
        for cascade in self.cascades:
            if cascade["action"] not in rejected:
                yield (
                    f"{shown(cascade['role'])} may change {shown(cascade['parent'])}, and constraint "
                    f"{shown(cascade['constraint'])} then does {cascade['action']} {shown(name)}"
                )
        for trigger in self.triggers:
            if trigger["enabled"] not in ("O", "A") and _always_raises(trigger):
                yield f"trigger {shown(trigger['trigger'])} of {shown(name)} is disabled"

    def _filtered(self, right: Row, action: str) -> bool:
        """Whether row security leaves the role no row for an action."""
        letter = _POLICY_LETTERS.get(action)
        if letter is None or not right["row_security"] or right["bypasses"]:
            return False
        mine = {"public", right["role"], right["through"]} | {other["through"] for other in self.rights}
        return not any(
            policy["command"] in (letter, "*") and mine & set(policy["roles"]) and policy["using"] != "false"
            for policy in self.policies
        )


def _rejects(trigger: Row, action: str) -> bool:
    enabled = trigger["enabled"] in ("O", "A") and not trigger["partial"]
    return enabled and bool(trigger["type"] & _TRIGGER_BITS[action]) and _always_raises(trigger)


def _always_raises(trigger: Row) -> bool:
    """Whether a trigger's function does nothing but raise an exception, as far as its text shows.

    One that first asks a condition does not count: what it lets through is not known.
    """
    body = _COMMENT.sub(" ", trigger["body"])
    before, *rest = _BEGIN.split(body, maxsplit=1)
    starts = re.match(r"\s*(<<|declare\b|$)", before, re.IGNORECASE)
    whole = len(trigger["body"]) < _LONGEST and not _CATCHES.search(body)
    return trigger["language"] == "plpgsql" and whole and bool(starts and rest and _RAISES.match(rest[0]))
