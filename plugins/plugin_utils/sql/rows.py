# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that break a rule, and amounts that should be equal: counted in the database, so that no row travels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import identifier, some
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import count, number, written

Declared = Mapping[str, Any]
# How many rows are named, and by how many characters each, where a check says by which column.
_NAMED, _LONGEST = 5, 40
_KEYS = "coalesce(array_agg(key) FILTER (WHERE key IS NOT NULL), '{}') AS keys"


def rule(declared: Declared) -> str:
    """How many rows a rule speaks of, and how many break it."""
    key = _key(declared, "row_number() OVER ()")
    return (
        f"SELECT {written(declared['covers'])}::bigint AS covered, count(*) AS violating, {_KEYS} "
        f"FROM (SELECT {key} AS key FROM {written(declared['sql'])} v) r"
    )


async def obeyed(asked: Asked, declared: Declared) -> Part:
    """No row breaks the rule, and there are rows that could."""
    row = await asked.row(declared["name"])
    violating, covered = count(row, "violating"), count(row, "covered")
    if not violating and covered < 1:
        raise CannotLook("not_found", "covers counts no row, so the rule was not put to the test")
    problems = [f"{violating} of {covered} rows break the rule{_named(row)}"] if violating else []
    return Part({"rows": covered, "violating": violating}, problems)


def comparison(declared: Declared, most: int) -> str:
    """How many amounts were compared, and how many differ by more than the most. NULL differs from every amount."""
    key = _key(declared, "count(*) FILTER (WHERE differs) OVER (ROWS UNBOUNDED PRECEDING)", "differs")
    return (
        "SELECT count(*) FILTER (WHERE expected <> 0 OR actual <> 0) AS compared, "
        "count(*) FILTER (WHERE differs) AS different, max(abs(expected - actual))::float8 AS largest, "
        f"{_KEYS} FROM (SELECT expected, actual, differs, {key} AS key FROM ("
        f"SELECT v.*, (abs(expected - actual) <= {most:d}) IS NOT TRUE AS differs FROM {written(declared['sql'])} v "
        "WHERE num_nonnulls(expected, actual) > 0) c) r"
    )


async def equal(asked: Asked, declared: Declared, most: int) -> Part:
    """All amounts are equal, and some are not just zero."""
    row = await asked.row(declared["name"])
    compared, different = count(row, "compared"), count(row, "different")
    if not different and compared < 1:
        raise CannotLook("not_found", "there is no amount but zero to compare")
    largest = number(row, "largest")
    difference = "" if largest is None else f"; the largest difference is {largest:g}"
    problems = [f"{different} amounts differ by more than {most} cents{difference}{_named(row)}"] if different else []
    return Part({"amounts": compared, "different": different, "largest difference": largest}, problems)


def _key(declared: Declared, number: str, when: str = "true") -> str:
    """What names a row for people: the column that the check chose for it, else nothing."""
    if not declared["key"]:
        return "NULL::text"
    return f"CASE WHEN {when} AND {number} <= {_NAMED} THEN left({identifier(declared['key'])}::text, {_LONGEST}) END"


def _named(row: Row) -> str:
    return f": {some(row['keys'])}" if row["keys"] else ""
