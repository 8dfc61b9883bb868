# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether lookups have the indexes they need, and slow statements are seen and are not there."""

from __future__ import annotations

import re

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import identifier, some
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.settings import Settings, settings
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Statements whose constants pg_stat_statements replaces: others may hold a password.
_NORMALIZED = re.compile(r"\s*(select|insert|update|delete|merge|with)\b", re.IGNORECASE)


def questions(want: Wanted) -> dict[str, str]:
    """What is asked of the database."""
    scans = "seq_scan + coalesce(idx_scan, 0)"
    return {
        "settings": settings("shared_preload_libraries", "log_min_duration_statement"),
        "extension": "SELECT nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace "
        "WHERE extname = 'pg_stat_statements'",
        "tables": "SELECT count(*) AS tables FROM pg_stat_user_tables",
        # An index serves a foreign key when its first columns are those of the key, in any order.
        "bare": "SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint WHERE contype = 'f' "
        "AND conparentid = 0 AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = conrelid AND indisvalid "
        "AND indpred IS NULL AND (indkey::int2[])[0 : cardinality(conkey) - 1] @> conkey) ORDER BY 1, 2",
        "invalid": "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid AND indexrelid NOT IN "
        "(SELECT index_relid FROM pg_stat_progress_create_index WHERE index_relid IS NOT NULL) ORDER BY 1",
        "scanned": f"SELECT relid::regclass::text AS table, (100 * seq_scan / ({scans}))::int AS percent, "
        "greatest(n_live_tup, reltuples)::bigint AS rows FROM pg_stat_user_tables JOIN pg_class c ON c.oid = relid "
        f"WHERE greatest(n_live_tup, reltuples) > {want.large_table_rows:d} AND {scans} >= {max(1, want.min_calls):d} "
        f"AND 100.0 * seq_scan / ({scans}) > {want.max_seq_scan_percent:d} ORDER BY 2 DESC",
    }


async def indexes(asked: Asked) -> Part:
    """Every foreign key has its index, and every index is usable."""
    tables = (await asked.row("tables"))["tables"]
    if not tables:
        raise CannotLook("not_found", "there is no table in this database that anybody could look up")
    bare, invalid = await asked.rows("bare"), [row["name"] for row in await asked.rows("invalid")]
    keys = [f"{row['name']} of {row['table']}" for row in bare]
    problems = [f"{len(keys)} foreign keys have no index: {some(keys)}"] if keys else []
    problems += [f"{len(invalid)} indexes are invalid: {some(invalid)}"] if invalid else []
    return Part({"tables": tables, "foreign keys without index": len(keys), "invalid indexes": len(invalid)}, problems)


async def scans(asked: Asked) -> Part:
    """Large tables are seldom read from end to end."""
    rows = await asked.rows("scanned")
    worst = [f"{row['table']} ({row['percent']} % of its scans, {row['rows']} rows)" for row in rows]
    return Part({"large tables scanned": len(rows)}, [f"read from end to end: {some(worst)}"] if worst else [])


async def statements(postgresql: Postgresql, asked: Asked, max_ms: int, min_calls: int) -> Part:
    """Statements are measured, and none of those that run often is slow. max_ms: milliseconds, as a mean."""
    found, extension = await Settings.of(asked), await asked.rows("extension")
    loaded = "pg_stat_statements" in found["shared_preload_libraries"]
    log = found.number("log_min_duration_statement")
    problems = [] if log >= 0 else ["log_min_duration_statement is off: no slow statement is logged"]
    actual = {"pg_stat_statements": loaded and bool(extension), "log_min_duration_statement": log}
    if not loaded or not extension:
        what = "not created in this database" if loaded else "not loaded (shared_preload_libraries)"
        return Part(actual, [*problems, f"pg_stat_statements is {what}: nobody can name the slow statements"])
    rows = await postgresql.rows(_slowest(extension[0]["schema"], min_calls))
    if not rows and not problems:
        raise CannotLook("not_found", f"no statement ran {min_calls} times since the statistics were reset")
    slow = [row for row in rows if row["mean"] > max_ms]
    problems += [f"{row['mean']} ms in {row['calls']} calls: {_statement(row)}" for row in slow[:5]]
    return Part(actual | {"slowest mean, ms": rows[0]["mean"] if rows else None}, problems)


def _slowest(schema: str, min_calls: int) -> str:
    return (
        "SELECT queryid::text AS id, calls, round(mean_exec_time)::bigint AS mean, left(query, 120) AS query "
        f"FROM {identifier(schema)}.pg_stat_statements WHERE calls > {min_calls:d} "
        "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 3 DESC LIMIT 20"
    )


def _statement(row: Row) -> str:
    text = str(row["query"] or "")
    return shown(" ".join(text.split()), 120) if _NORMALIZED.match(text) else f"queryid {row['id']}"
