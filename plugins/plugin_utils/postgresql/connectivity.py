# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the application's role gets in, quickly, and is really in."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import hidden
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import APPLICATION, literal
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


async def login(postgresql: Postgresql, role: str, max_ms: int) -> Part:
    """A session is opened and a query answered. max_ms: milliseconds."""
    try:
        ((row,), took) = await postgresql.timed("SELECT session_user AS role, current_database() AS database")
    except CannotLook as refusal:
        if "pg_hba.conf" not in refusal.detail:
            raise
        # The server answered: this is no failure to look, but what the application meets.
        return Part({"role": role}, [f"pg_hba.conf keeps {role} out from here: {shown(refusal.detail, 300)}"])
    problems = [] if row["role"] == role else [f"the session is one of {shown(row['role'])}"]
    if took >= max_ms:
        problems.append(f"to log in and query took {took} ms")
    return Part(
        {"role": shown(row["role"]), "database": shown(row["database"]), "log in and query, ms": took}, problems
    )


async def sessions(postgresql: Postgresql, role: str, within: int) -> Part:
    """The application has a session that was used lately. within: minutes."""
    ((row,)) = await postgresql.rows(
        "SELECT count(*) AS sessions, count(*) FILTER (WHERE backend_start IS NULL) AS hidden, "
        "min(extract(epoch FROM now() - greatest(backend_start, query_start, state_change)))::int AS seconds "
        f"FROM pg_stat_activity WHERE usename = {literal(role)} AND application_name <> {literal(APPLICATION)}"
    )
    if row["hidden"]:
        raise hidden(f"what the sessions of {role} do", "pg_read_all_stats", postgresql.server.user)
    problems = []
    if not row["sessions"]:
        problems.append(f"{role} has no session: the application is not connected")
    elif row["seconds"] > within * 60:
        problems.append(f"no session of {role} did anything for {row['seconds'] // 60} min")
    return Part({"sessions": row["sessions"], "last used, s ago": row["seconds"]}, problems)
