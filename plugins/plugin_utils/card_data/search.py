# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search a sample of a database's texts for card numbers. The database does it: how many there are travels, no text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.sensitive import ISSUERS
from ansible_collections.golive.verify.plugins.plugin_utils.card_data.places import Table
from ansible_collections.golive.verify.plugins.plugin_utils.logs import sources
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import (
    Relation,
    few,
    identifier,
    literal,
    some,
)
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import count

LONGEST = 100_000
"""Characters of one value that are searched, from its beginning."""
# Rows in a block where the server has not counted them yet: so many that the sample rather becomes too small than cut.
_DENSITY = 100.0
_TABLES_A_QUESTION = 10
# A security code that was sent with a card, in the JSON of a request that somebody kept.
CODE = r'"(?:card_?)?(?:cvv2?|cvc2?|cav2|security_?code)"\s*:\s*"?[0-9]{3,4}"?[^0-9]'


def grouped(tables: Sequence[Table]) -> list[Sequence[Table]]:
    """The tables as they are searched together: one question each would repeat itself too often."""
    texts = [table for table in tables if table.texts]
    return [texts[at : at + _TABLES_A_QUESTION] for at in range(0, len(texts), _TABLES_A_QUESTION)]


def search(tables: Sequence[Table], rows: int) -> str:
    """For each column of text: the rows and values that were read, and how many of them hold a number or a code.

    rows: how many of a table are read at most.
    """
    sampled = " UNION ALL ".join(_values(number, table, rows) for number, table in enumerate(tables))
    # OFFSET 0 keeps this a step of its own, so that what is grouped are no texts.
    judged = (
        f"SELECT t, c, length(v) AS length, {_holds_number()} AS number, v ~* {literal(CODE)} AS code "
        f"FROM ({sampled}) sampled OFFSET 0"
    )
    return (
        "SELECT t, c, count(*) AS rows, count(length) AS values, coalesce(sum(length), 0)::bigint AS characters, "
        "count(*) FILTER (WHERE number) AS numbers, count(*) FILTER (WHERE code) AS codes "
        f"FROM ({judged}) judged GROUP BY t, c ORDER BY t, c"
    )


def _values(number: int, table: Table, rows: int) -> str:
    names = ", ".join(map(identifier, table.texts))
    each = ", ".join(f"({place}, s.{identifier(name)}::text)" for place, name in enumerate(table.texts))
    parts = " UNION ALL ".join(f"(SELECT {names} FROM {part})" for part in _parts(table, rows))
    return f"SELECT {number} AS t, e.c, left(e.v, {LONGEST}) AS v FROM ({parts}) s, LATERAL (VALUES {each}) e (c, v)"


def _parts(table: Table, rows: int) -> Iterator[str]:
    """All of a small table; of a large one as many rows that were stored last as from blocks anywhere in it."""
    if table.blocks <= _blocks(table, rows):
        yield f"ONLY {table.relation.sql} ORDER BY ctid DESC LIMIT {rows:d}"
        return
    half = (_blocks(table, rows) + 1) // 2
    yield f"ONLY {table.relation.sql} WHERE ctid >= '({table.blocks - half},0)' ORDER BY ctid DESC LIMIT {rows // 2:d}"
    yield f"ONLY {table.relation.sql} TABLESAMPLE SYSTEM ({100 * half / table.blocks:.6f}) LIMIT {rows // 2:d}"


def _blocks(table: Table, rows: int) -> int:
    return math.ceil(rows / (table.density or _DENSITY))


def _holds_number() -> str:
    """Whether a value holds digits that an issuer could have put on a card, with the right check digit (Luhn)."""
    issuers = ", ".join(
        f"({low}, {high}, {len(str(low))}, '{{{', '.join(map(str, lengths))}}}'::int[])"
        for low, high, lengths in ISSUERS
    )
    issued = (
        f"EXISTS (SELECT FROM (VALUES {issuers}) i (low, high, n, lengths) "
        "WHERE left(d, n)::int BETWEEN low AND high AND length(d) = ANY (lengths))"
    )
    # From the right every second digit counts twice; of what then has two digits, both are added.
    luhn = (
        "(SELECT sum(x * (1 + p % 2) - CASE WHEN p % 2 = 1 AND x > 4 THEN 9 ELSE 0 END) % 10 = 0 FROM ("
        "SELECT p, substr(d, length(d) - p, 1)::int AS x FROM generate_series(0, length(d) - 1) p) digits)"
    )
    return (
        f"EXISTS (SELECT FROM regexp_matches(v, {literal(_pattern())}, 'g') m, "
        f"LATERAL (SELECT regexp_replace(m[1], '[ -]', '', 'g') AS d) bare WHERE {issued} AND {luhn})"
    )


def _pattern() -> str:
    """How card numbers look in logs, for PostgreSQL, which takes digits of other scripts for digits too."""
    return str(sources.card_number()["regex"]).replace(r"\d", "[0-9]")


async def searched(postgresql: Postgresql, tables: Sequence[Table], declared: Sequence[Relation], most: int) -> Part:
    """No text of the sample holds a card number, and there was text to search, of each declared table."""
    groups = grouped([table for table in tables if table.readable])
    asked = postgresql.ask(**{str(number): search(group, most) for number, group in enumerate(groups)})
    answers = [await attempt(asked.rows(str(number))) for number in range(len(groups))]
    seen = [
        (group[row["t"]], row)
        for group, rows in zip(groups, answers, strict=True)
        if not isinstance(rows, CannotLook)
        for row in rows
    ]
    problems = [problem for table, row in seen for problem in found_problems(table, row)]
    hidden = [answer for answer in answers if isinstance(answer, CannotLook)]
    if hidden and not problems:
        raise hidden[0]
    unfilled = set(declared) - {table.declared for table, row in seen if count(row, "values")}
    if not problems and (unfilled or not any(count(row, "values") for _table, row in seen)):
        where = some(sorted(unfilled)) if unfilled else "the database"
        raise CannotLook("not_found", f"there is no text to search in {where}")
    return Part(_sample(seen, most), few(problems))


def found_problems(table: Table, row: Row) -> Iterator[str]:
    """What a column holds that is no text for a database, and in how many values of the sample."""
    column = f"{table.relation}.{shown(table.texts[row['c']])}"
    for kind, what in (("numbers", "a card number"), ("codes", "a security code of a card")):
        if found := count(row, kind):
            yield f"{found} of {count(row, 'values')} values read of {column} hold {what}"


def _sample(seen: Sequence[tuple[Table, Row]], most: int) -> dict[str, Any]:
    """How much was searched, which is what the verdict is worth."""
    read = {table: count(row, "rows") for table, row in seen}
    large = [
        f"{table.relation}: {rows} rows"
        for table, rows in read.items()
        if rows >= most or table.blocks > _blocks(table, most)
    ]
    return {
        "columns of text": len(seen),
        "rows": sum(read.values()),
        "values": sum(count(row, "values") for _table, row in seen),
        "characters": sum(count(row, "characters") for _table, row in seen),
        "at most": f"{most} rows of a table, {LONGEST} characters of a value",
        "read in part": some(large) or "none",
    }
