# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether connections go through pools that fit the server, and how many are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import few
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.settings import Settings, settings
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Table = Sequence[Mapping[str, str]]
_RESERVED = ("superuser_reserved_connections", "reserved_connections")
QUESTIONS = {
    # The second reserve is new in 16.
    "settings": settings("max_connections", *_RESERVED),
    "used": "SELECT sum(numbackends)::int AS used FROM pg_stat_database",
}


def console(postgresql: Postgresql, want: Wanted) -> Postgresql:
    """The administration console of PgBouncer."""
    entry = {name: want[f"pgbouncer_{name}"] for name in ("host", "port", "user", "password_file")}
    return postgresql.changed(**entry, database="pgbouncer")


async def fit(asked: Asked, declared: Mapping[str, Any], bouncer: Postgresql | None, want: Wanted) -> Part:
    """All pools together, grown to their full size, fit into what the server has for applications."""
    found = await Settings.of(asked)
    free = found.number("max_connections") - sum(found.number(name) for name in _RESERVED if name in found)
    sizes = {shown(name): pool_size(name, pool) for name, pool in declared.items()}
    problems = []
    if bouncer:
        databases, pools = await together(bouncer.table("SHOW DATABASES"), bouncer.table("SHOW POOLS"))
        behind = bouncer_sizes(databases, pools)
        problems += database_problems(databases, want.need("database"))
        sizes |= {f"PgBouncer, {name}": size * want.pgbouncer_replicas for name, size in behind.items()}
    wanted = sum(sizes.values())
    if wanted > free:
        problems.append(f"the pools may open {wanted} connections, and the server has {free} for applications")
    return Part({"pools": sizes, "for applications": free}, problems)


def pool_size(name: str, pool: Any) -> int:
    """The connections that all replicas of a declared pool may open."""
    try:
        size, replicas = int(pool["size"]), int(pool["replicas"])
    except (KeyError, TypeError, ValueError):
        raise CannotLook("malformed", f"pools: {shown(name)} needs size and replicas, both numbers") from None
    if size < 1 or replicas < 1:
        raise CannotLook("malformed", f"pools: {shown(name)} has no connection, so it is no pool")
    return size * replicas


def bouncer_sizes(databases: Table, pools: Table) -> dict[str, int]:
    """By database, the connections that PgBouncer may open: it has a pool for each user."""
    sizes = {}
    for database in databases:
        name = database["name"]
        if name == "pgbouncer":
            continue
        users = {pool["user"] for pool in pools if pool["database"] == name}
        # The column was renamed in 1.24.
        reserve = _number(database, "reserve_pool_size" if "reserve_pool_size" in database else "reserve_pool")
        size = (_number(database, "pool_size") + reserve) * max(1, len(users))
        limit = _number(database, "max_connections")
        sizes[shown(name)] = min(size, limit) if limit else size
    return sizes


def database_problems(databases: Table, wanted: str) -> list[str]:
    """Why PgBouncer does not serve the application's database."""
    found = [each for each in databases if wanted in (each["name"], each["database"]) and each["name"] != "pgbouncer"]
    if not found:
        return [f"PgBouncer has no database {wanted}"]
    stopped = {"paused", "disabled"}
    return [f"PgBouncer has {wanted} {state}" for each in found for state in sorted(stopped) if each.get(state) == "1"]


async def headroom(asked: Asked, max_percent: int) -> Part:
    """The server's connections are not used up."""
    found, used = await Settings.of(asked), (await asked.row("used"))["used"]
    most = found.number("max_connections")
    percent = 100 * used / most
    problems = [f"{used} of {most} connections are used ({percent:.0f} %)"] if percent > max_percent else []
    return Part({"used": used, "max_connections": most, "percent": round(percent)}, problems)


async def waiting(bouncer: Postgresql) -> Part:
    """Nobody waits for a connection of PgBouncer."""
    pools = [pool for pool in await bouncer.table("SHOW POOLS") if pool["database"] != "pgbouncer"]
    if not pools:
        raise CannotLook("not_found", "PgBouncer has no pool yet: nobody has connected through it since it started")
    return Part({"pools of PgBouncer": len(pools)}, few(waiting_problems(pools)))


def waiting_problems(pools: Table) -> list[str]:
    """In which pools clients wait, and for how long."""
    return [
        f"{pool['cl_waiting']} clients of {shown(pool['database'])} wait for {_number(pool, 'maxwait')} s"
        for pool in pools
        if _number(pool, "cl_waiting") or _number(pool, "maxwait")
    ]


def _number(row: Mapping[str, str], column: str) -> int:
    try:
        return int(row[column] or 0)
    except (KeyError, ValueError):
        raise CannotLook("malformed", f"PgBouncer: {column} is {shown(row.get(column))!r}") from None
