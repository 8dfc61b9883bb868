# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the passwords of users are kept as slow, salted hashes. They are judged in the database: no hash travels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import present
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, few, identifier, literal

# Frameworks put the name of the algorithm before the hash.
_BCRYPT = r"^(bcrypt(_sha256)?\$|\{bcrypt\})?\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$"
_ARGON2 = (
    r"^(argon2|\{argon2[^}]*\})?\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,6}),p=(\d{1,4})"
    r"\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{20,}$"
)
_PBKDF2 = r"^pbkdf2_sha256\$(\d{1,9})\$[^$]{8,}\$[A-Za-z0-9+/]{43}=$"
# What else it looks like, for people.
_OTHER = {
    "empty": "^$",
    "like MD5": "^[0-9A-Fa-f]{32}$",
    "like SHA-1": "^[0-9A-Fa-f]{40}$",
    "like SHA-256": "^[0-9A-Fa-f]{64}$",
    "like SHA-512": "^[0-9A-Fa-f]{128}$",
}
_TEXTS = {"text", "character varying", "character"}
# Memory in KiB and passes, each pair as strong as the others: OWASP Password Storage Cheat Sheet.
_ARGON2_MINIMA = ((47104, 1), (19456, 2), (12288, 3), (9216, 4), (7168, 5))
_MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Strength:
    """What a hash must have cost at least: bcrypt as the exponent, Argon2id in megabytes, PBKDF2 in iterations."""

    bcrypt_cost: int
    argon2_memory: int
    pbkdf2_iterations: int

    def suffices(self, group: Row) -> bool:
        """Whether hashes of one kind are slow and salted enough."""
        if group["bcrypt"]:
            return int(group["bcrypt"]) >= self.bcrypt_cost
        if group["memory"]:
            # A megabyte of the cheat sheet's 19 MiB.
            memory, passes = int(group["memory"]), int(group["passes"])
            known = any(memory >= least and passes >= times for least, times in _ARGON2_MINIMA)
            return known and memory >= self.argon2_memory * 1024
        return bool(group["pbkdf2"]) and int(group["pbkdf2"]) >= self.pbkdf2_iterations


async def hashes(postgresql: Postgresql, table: Relation, column: str, most: int, strength: Strength) -> Part:
    """Every password of a sample is hashed slowly. most: rows that are read, the first ones as they are stored."""
    kind = await present(postgresql.rows(_kind(table, column)))
    if not kind:
        return Part({"column": None}, [f"there is no column {column} of a table {table}"])
    if kind[0]["type"] not in _TEXTS:
        raise CannotLook("malformed", f"{table}.{column} is of type {kind[0]['type']}: only text can be judged")
    groups = await postgresql.rows(_groups(table, column, most))
    sampled = sum(group["hashes"] for group in groups)
    if not sampled or len(groups) == _MOST_GROUPS:
        reason = ("too_large", "too many kinds of hashes") if sampled else ("not_found", "no password is stored yet")
        raise CannotLook(reason[0], f"{table}.{column}: {reason[1]}")
    actual = {"sampled": sampled, "at most": most, "rows, about": kind[0]["rows"], "hashes": dict(_named(groups[:10]))}
    return Part(actual, few(hash_problems(groups, strength)))


def hash_problems(groups: Sequence[Row], strength: Strength) -> list[str]:
    """Which hashes are too weak, and how many there are."""
    weak = [group for group in groups if not strength.suffices(group)]
    return [f"{count} passwords are kept as {name}" for name, count in _named(weak)]


def _named(groups: Sequence[Row]) -> Iterator[tuple[str, int]]:
    for group in groups:
        if group["bcrypt"]:
            name = f"bcrypt with cost {int(group['bcrypt'])}"
        elif group["memory"]:
            name = f"Argon2id with m={group['memory']},t={group['passes']},p={group['lanes']}"
        elif group["pbkdf2"]:
            name = f"PBKDF2-SHA256 with {group['pbkdf2']} iterations"
        else:
            name = group["other"]
        yield name, group["hashes"]


def _kind(table: Relation, column: str) -> str:
    """A view or a type of its own could run somebody's function with our rights: only plain tables are read."""
    return (
        "SELECT format_type(atttypid, NULL) AS type, greatest(reltuples, 0)::bigint AS rows FROM pg_attribute "
        "JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace "
        f"WHERE nspname = {literal(table.schema)} AND relname = {literal(table.name)} AND relkind IN ('r', 'p', 'm') "
        f"AND attname = {literal(column)} AND attnum > 0 AND NOT attisdropped"
    )


def _groups(table: Relation, column: str, most: int) -> str:
    other = " ".join(f"WHEN h ~ {literal(pattern)} THEN {literal(name)}" for name, pattern in _OTHER.items())
    return (
        "SELECT b[3] AS bcrypt, a[2] AS memory, a[3] AS passes, a[4] AS lanes, p[1] AS pbkdf2, "
        f"CASE WHEN b IS NULL AND a IS NULL AND p IS NULL THEN CASE {other} ELSE 'something else' END END AS other, "
        f"count(*) AS hashes FROM (SELECT h, regexp_match(h, {literal(_BCRYPT)}) AS b, "
        f"regexp_match(h, {literal(_ARGON2)}) AS a, regexp_match(h, {literal(_PBKDF2)}) AS p FROM "
        f'(SELECT {identifier(column)}::text COLLATE "C" AS h FROM {table.sql} '
        f"WHERE {identifier(column)} IS NOT NULL LIMIT {most:d}) sample) judged "
        f"GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 7 DESC LIMIT {_MOST_GROUPS}"
    )
