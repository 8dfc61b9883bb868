# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether audit records are written: the newest are recent and complete, and what was done lately has its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, identifier, literal
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import (
    SKEW,
    age_problems,
    count,
    number,
    old,
    written,
)

Declared = Mapping[str, Any]
# The newest rows are judged, which an index on their time finds at once.
_NEWEST = 1000
_DAY = 86400


def newest(table: Relation, time: str, columns: Sequence[str]) -> str:
    """How old the newest record is, and in how many of the newest ones a column is empty."""
    empty = ", ".join(
        f"{literal(name)}, count(*) FILTER (WHERE coalesce({identifier(name)}::text, '') = '')" for name in columns
    )
    return (
        f"SELECT (extract(epoch FROM clock_timestamp()) - extract(epoch FROM max({identifier(time)})))::float8 AS age, "
        f"count(*) AS judged, jsonb_build_object({empty}) AS empty FROM (SELECT * FROM {table.sql} "
        f"WHERE {identifier(time)} IS NOT NULL ORDER BY {identifier(time)} DESC LIMIT {_NEWEST}) n"
    )


async def recent(asked: Asked, table: Relation, max_hours: float) -> Part:
    """A record was written lately, and none of the newest lacks what it must say."""
    row = await asked.row("newest")
    value, judged = number(row, "age"), count(row, "judged")
    if value is None:
        raise CannotLook("not_found", f"{table} holds no record")
    problems = age_problems("the newest record", value, max_hours * 3600)
    problems += [
        f"{empty} of the {judged} newest records have no {name}" for name, empty in row["empty"].items() if empty
    ]
    return Part({"newest": f"{old(value)} ago", "complete": f"the newest {judged}"}, problems)


def action(declared: Declared, days: int) -> str:
    """How often something was done lately, how often no record of it was written, and how far the two are apart."""
    return (
        "SELECT count(*) AS done, count(*) FILTER (WHERE recorded IS NULL) AS unrecorded, "
        "max(abs(extract(epoch FROM recorded) - extract(epoch FROM done)))::float8 AS delay "
        f"FROM {written(declared['sql'])} a WHERE (extract(epoch FROM clock_timestamp()) - extract(epoch FROM done)) "
        f"BETWEEN -{SKEW} AND {days * _DAY}"
    )


async def recorded(asked: Asked, declared: Declared, days: int, max_delay: int) -> Part:
    """It was done lately, and each time a record was written at once. max_delay: seconds."""
    name = declared["name"]
    row = await asked.row(f"action {name}")
    done, unrecorded, delay = count(row, "done"), count(row, "unrecorded"), number(row, "delay")
    if not done:
        raise CannotLook("not_found", f"{name}: it was not done in the last {days} days, so no record can be expected")
    problems = [f"{name}: {unrecorded} of {done} times no record was written"] if unrecorded else []
    if delay is not None and delay > max_delay:
        problems.append(f"{name}: its record is up to {old(delay)} apart from it, more than {max_delay} s")
    return Part({name: f"done {done} times, recorded {done - unrecorded}"}, problems)
