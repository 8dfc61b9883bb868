# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether standbys stream and keep up, and nothing keeps the write-ahead log from being removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import hidden
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import few
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.settings import Settings, settings
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MB = 1 << 20
# A standby that has replayed everything has no lag to tell. One without lag and this far behind does not replay at all.
_ONE_SEGMENT = 16 * _MB
_WRITTEN = "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"

QUESTIONS = {
    "settings": settings("archive_mode"),
    "server": "SELECT pg_is_in_recovery() AS standby",
    # Subscribers of logical replication come here too, and those that only receive the log (pg_receivewal): they
    # replay nothing.
    "standbys": "SELECT application_name AS name, state, sync_state AS sync, extract(epoch FROM replay_lag)::float8 "
    f"AS lag, pg_wal_lsn_diff({_WRITTEN}, replay_lsn)::bigint AS behind FROM pg_stat_replication r "
    "LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_type IS DISTINCT FROM 'logical' "
    "AND (replay_lsn IS NOT NULL OR state IS DISTINCT FROM 'streaming') ORDER BY 1",
    "slots": "SELECT slot_name AS name, active, wal_status AS status, "
    f"pg_wal_lsn_diff({_WRITTEN}, restart_lsn)::bigint AS retained FROM pg_replication_slots "
    "WHERE NOT temporary ORDER BY 1",
    "archiver": "SELECT archived_count AS archived, failed_count AS failed, last_failed_wal AS wal, "
    "coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) AS failing FROM pg_stat_archiver",
}


async def standbys(asked: Asked, least: int, synchronous: int, max_lag: int, role: str | None) -> Part:
    """As many standbys as declared stream, and none is far behind. max_lag: seconds."""
    server, rows = await asked.row("server"), await asked.rows("standbys")
    if server["standby"]:
        return Part({"standby": True}, ["it is a standby itself: ask the primary"])
    if any(row["state"] is None for row in rows):
        raise hidden("the state of standbys", "pg_monitor", role)
    actual = [f"{shown(row['name'])}: {row['state']}, {row['sync']}, lag {row['lag'] or 0:.1f} s" for row in rows[:10]]
    return Part({"standbys": actual}, few(standby_problems(rows, least, synchronous, max_lag)))


def standby_problems(rows: Sequence[Row], least: int, synchronous: int, max_lag: int) -> Iterator[str]:
    """Why the standbys could not take over without loss."""
    streaming = [row for row in rows if row["state"] == "streaming"]
    in_step = [row for row in streaming if row["sync"] in ("sync", "quorum")]
    if len(streaming) < least:
        yield f"{len(streaming)} standbys stream, not {least}"
    if len(in_step) < synchronous:
        yield f"{len(in_step)} standbys are synchronous, not {synchronous}"
    for row in rows:
        if row["state"] != "streaming":
            yield f"standby {shown(row['name'])} is in state {shown(row['state'])}"
        elif (row["lag"] or 0) >= max_lag:
            yield f"standby {shown(row['name'])} is {row['lag']:.0f} s behind"
        elif row["lag"] is None and row["behind"] > _ONE_SEGMENT:
            yield f"standby {shown(row['name'])} is {row['behind'] // _MB} MB behind"


async def slots(asked: Asked, max_retained: int) -> Part:
    """Every replication slot is read, so that the log does not fill the disk. max_retained: megabytes."""
    rows = await asked.rows("slots")
    return Part({"slots": len(rows)}, few(slot_problems(rows, max_retained)))


def slot_problems(rows: Sequence[Row], max_retained: int) -> Iterator[str]:
    """Which slots nobody reads, and which keep too much of the log."""
    for row in rows:
        name, retained = shown(row["name"]), (row["retained"] or 0) // _MB
        if not row["active"]:
            yield f"slot {name} is inactive and retains {retained} MB of the log"
        elif retained > max_retained:
            yield f"slot {name} retains {retained} MB of the log"
        if row["status"] in ("unreserved", "lost"):
            yield f"slot {name} is {row['status']}: its standby has to be rebuilt"


async def archiver(asked: Asked) -> Part:
    """Where the log is archived, the last attempt did not fail."""
    mode, row = (await Settings.of(asked))["archive_mode"], await asked.row("archiver")
    problems = [f"archiving fails at {shown(row['wal'])}"] if mode != "off" and row["failing"] else []
    return Part({"archive_mode": mode, "archived": row["archived"], "failed": row["failed"]}, problems)
