# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute a hash chain anew. The database does it, row after row in bounded memory, and only the verdict travels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import (
    Relation,
    identifier,
    literal,
    some,
)
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import count, written

PREVIOUS = "{previous}"
"""What stands for the hash of the row before in the content of a row."""
# What hash functions give is bytes. How they are written in a column, and a column as it can be compared and shown.
_WRITTEN = {"hex": "encode({}, 'hex')", "base64": "replace(encode({}, 'base64'), chr(10), '')", "bytea": "{}"}
_STORED = {"hex": "lower({}::text)", "base64": "{}::text", "bytea": "{}"}
_SHOWN = {"hex": "lower({}::text)", "base64": "{}::text", "bytea": "encode({}, 'hex')"}
_OCTETS = (
    "CASE pg_typeof(golive_content) WHEN 'bytea'::regtype THEN golive_content::text::bytea "
    "ELSE convert_to(golive_content::text, 'UTF8') END"
)
# The kinds of faults, and how each is told of the first row that has it.
_FAULTS = {
    "altered": "the hash of row {first} is not that of its content",
    "unlinked": "row {first} does not hold the hash of the row before it",
    "gaps": "rows are missing before row {first}",
    "doubled": "row {first} is there more than once, or has no number",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """A table whose rows each hold a hash over their content and the hash of the row before.

    content: what is hashed, an SQL expression of text or bytea. genesis: what stands for the hash before the first row.
    link: the column that repeats the hash of the row before, if any. gapless: whether numbers follow each other.
    keyed: hashes are made with a key, so that the database cannot tell which row was altered.
    """

    table: Relation
    sequence: str
    hash: str
    content: str
    algorithm: str
    encoding: str
    genesis: str
    link: str | None
    gapless: bool
    keyed: bool = False

    @classmethod
    def of(cls, want: Wanted) -> Chain:
        """The chain that the options of a check describe."""
        chain = cls(
            Relation.parse(want.need("table")),
            want.sequence_column,
            want.hash_column,
            want.need("content"),
            want.algorithm,
            want.encoding,
            want.genesis,
            want.previous_hash_column,
            want.gapless,
            bool(want.hmac_key_file),
        )
        if PREVIOUS not in chain.content and not (chain.link and chain.mentions(chain.link)):
            detail = f"content has neither {PREVIOUS} nor previous_hash_column in it: such hashes are no chain"
            raise CannotLook("malformed", detail)
        return chain

    def recomputed(self) -> str:
        """The question how many rows have which fault, and which row is the first of them."""
        number = identifier(self.sequence)
        faults = {"doubled": f"{number} IS NULL OR {number} = golive_number"}
        if not self.keyed:
            stored = _STORED[self.encoding].format(identifier(self.hash))
            faults["altered"] = f"({stored} = {self._expected()}) IS NOT TRUE"
        if self.link:
            before = f"coalesce(golive_hash::text, {literal(self.genesis)})"
            faults["unlinked"] = f"coalesce({identifier(self.link)}::text, '') <> {before}"
        if self.gapless:
            faults["gaps"] = f"{number} <> golive_number + 1"
        counted = "".join(
            f", count(*) FILTER (WHERE {name}) AS {name}, min(n) FILTER (WHERE {name})::text AS first_{name}"
            for name in faults
        )
        judged = "".join(f", {condition} AS {name}" for name, condition in faults.items())
        return (
            f"SELECT count(*) AS rows, max(n)::text AS last{counted} FROM "
            f"(SELECT {number} AS n{judged} FROM ({self._spelled()}) spelled OFFSET 0) judged"
        )

    def anchored(self, number: str) -> str:
        """The question what hash the row of a number has, and how many rows came after it."""
        column, wanted = identifier(self.sequence), literal(number)
        return (
            f"SELECT {_SHOWN[self.encoding].format(identifier(self.hash))} AS hash, "
            f"(SELECT count(*) FROM {self.table.sql} WHERE {column} > {wanted}) AS after "
            f"FROM {self.table.sql} WHERE {column} = {wanted} LIMIT 2"
        )

    def streamed(self) -> str:
        """The question for each row's number, content in hexadecimal digits and hash, in the order of the chain."""
        number, stored = identifier(self.sequence), _SHOWN[self.encoding].format(identifier(self.hash))
        return (
            f"SELECT {number}::text, encode({_OCTETS}, 'hex'), {stored} "
            f"FROM ({self._spelled()}) spelled ORDER BY {number}"
        )

    def _expected(self) -> str:
        return _WRITTEN[self.encoding].format(f"{self.algorithm}({_OCTETS})")

    def _spelled(self) -> str:
        """The rows with what of them is hashed, and with hash and number of the row before."""
        number = identifier(self.sequence)
        content = written(self.content.replace(PREVIOUS, f"coalesce(golive_hash, {literal(self.genesis)})"))
        # OFFSET 0 keeps each step apart, so that nothing is computed more than once for a row.
        linked = (
            f"SELECT *, lag({identifier(self.hash)}) OVER w AS golive_hash, lag({number}) OVER w AS golive_number "
            f"FROM {self.table.sql} WINDOW w AS (ORDER BY {number})"
        )
        return f"SELECT *, {content} AS golive_content FROM ({linked}) linked OFFSET 0"

    def columns(self) -> str:
        """The question what columns the table has."""
        return (
            "SELECT attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid "
            "JOIN pg_namespace n ON n.oid = relnamespace WHERE attnum > 0 AND NOT attisdropped "
            f"AND nspname = {literal(self.table.schema)} AND relname = {literal(self.table.name)} ORDER BY attnum"
        )

    def mentions(self, column: str) -> bool:
        """Whether the content of a row is made of a column."""
        return bool(re.search(rf"(?<!\w){re.escape(column)}(?!\w)", self.content))


async def protected(asked: Asked, chain: Chain) -> Part:
    """For people: which columns anybody can change without the chain telling."""
    names = [str(row["name"]) for row in await asked.rows("columns")]
    rest = [name for name in names if name not in (chain.hash, chain.link) and not chain.mentions(name)]
    return Part({"columns that are not hashed": some(rest) or "none"}, [])


async def whole(asked: Asked, chain: Chain) -> Part:
    """Every row has the hash of its content, and none is missing."""
    row = await asked.row("chain")
    rows = count(row, "rows")
    if not rows:
        raise CannotLook("not_found", f"{chain.table} is empty: there is no chain")
    return Part({"rows": rows, "last row": row["last"]}, list(fault_problems(row)))


def fault_problems(row: Row) -> Iterator[str]:
    """Where the chain is broken, by the first row of each kind of fault."""
    for name, words in _FAULTS.items():
        if name in row and (faulty := count(row, name)):
            more = f", the first of {faulty}" if faulty > 1 else ""
            yield words.format(first=shown(row[f"first_{name}"])) + more


async def anchor(asked: Asked, number: str, digest: str) -> Part:
    """The row that was noted down elsewhere is still there with the hash that it had then."""
    rows = await asked.rows("anchor")
    if not rows:
        return Part({"anchor": "gone"}, [f"row {number}, which was anchored, is gone: the chain was cut off before it"])
    found: dict[str, Any] = dict(rows[0])
    same = len(rows) == 1 and str(found["hash"]) in (digest, digest.lower())
    problems = [] if same else [f"row {number} has not the hash that was anchored: the chain was written anew"]
    return Part({"anchor": f"row {number}", "rows after it": count(found, "after")}, problems)


def parse_anchor(text: str) -> tuple[str, str]:
    """The number and the hash of the head that was noted down last, in the last line that says something."""
    lines = [line for line in text.splitlines() if line.strip()]
    words = lines[-1].rsplit(None, 1) if lines else []
    if len(words) != 2:
        raise CannotLook("malformed", "anchor is not the number of a row and its hash")
    return words[0].strip(), words[1]
