# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server is one for production, and holds the application's database as it was declared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import literal, some
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.settings import Settings, settings
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Names of the one time zone that has no offset and no daylight saving time.
_UTC = {"utc", "uct", "zulu", "universal", "gmt", "gmt0", "greenwich"}
_DURABLE = ("fsync", "full_page_writes", "data_checksums")
# What initdb makes for administrators and as patterns, never for an application.
_NOT_FOR_APPLICATIONS = {"postgres", "template0", "template1"}


def questions(postgresql: Postgresql, database: str) -> Asked:
    """All that is asked of the server. The database is looked up, not entered: it may not exist."""
    name = literal(database)
    return postgresql.changed(database="postgres").ask(
        server="SELECT current_setting('server_version_num')::int AS number, "
        "current_setting('server_version') AS version, pg_is_in_recovery() AS standby",
        identity="SELECT system_identifier::text AS identifier FROM pg_control_system()",
        settings=settings(*_DURABLE, "TimeZone"),
        database="SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, "
        f"datistemplate AS template FROM pg_database WHERE datname = {name}",
        zones="SELECT coalesce(r.rolname, 'every role') AS role, coalesce(d.datname, 'every database') AS database, "
        "split_part(c, '=', 2) AS zone FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c "
        "LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase "
        f"WHERE lower(split_part(c, '=', 1)) = 'timezone' AND (s.setdatabase = 0 OR d.datname = {name}) "
        "ORDER BY 1, 2",
    )


async def release(asked: Asked, min_version: int) -> Part:
    """It is the primary, in a version that is still patched."""
    server = await asked.row("server")
    problems = ["it is a standby: the application could only read there"] if server["standby"] else []
    if server["number"] // 10000 < min_version:
        problems.append(f"version {shown(server['version'])} is no longer supported")
    return Part({"version": shown(server["version"]), "standby": server["standby"]}, problems)


async def identity(asked: Asked, others: Collection[str]) -> Part:
    """It is not the server of another environment."""
    identifier = (await asked.row("identity"))["identifier"]
    problems = ["this is the server of another environment (its system identifier)"] if identifier in others else []
    return Part({"system identifier": shown(identifier)}, problems)


async def durability(asked: Asked) -> Part:
    """What was committed survives a power cut, and what rots on the disk is noticed."""
    found = await Settings.of(asked)
    actual = {name: found[name] for name in _DURABLE}
    return Part(actual, [f"{name} is {shown(value)}" for name, value in actual.items() if value != "on"])


async def database(asked: Asked, name: str, owner: str) -> Part:
    """The application's database is there, is its own, and is as it was declared."""
    rows = await asked.rows("database")
    if not rows:
        return Part({"database": None}, [f"there is no database {name}"])
    return Part(dict(rows[0]), database_problems(name, rows[0], owner))


def database_problems(name: str, found: Mapping[str, Any], owner: str) -> list[str]:
    """Why a database is not the one that the application should have."""
    problems = []
    if name in _NOT_FOR_APPLICATIONS or found["template"]:
        problems.append(f"{name} is no database of an application, but one of PostgreSQL itself or a template")
    if found["owner"] != owner:
        problems.append(f"database {name} belongs to {shown(found['owner'])}, not to {owner}")
    if found["encoding"] != "UTF8":
        problems.append(f"database {name} has the encoding {shown(found['encoding'])}")
    return problems


async def time_zone(asked: Asked) -> Part:
    """Times are in UTC, for the server, the database and every role."""
    zone, rows = (await Settings.of(asked)).of_server("TimeZone"), await asked.rows("zones")
    problems = [] if is_utc(zone) else [f"TimeZone of the server is {shown(zone)}"]
    own = [f"{row['role']} in {row['database']}: {row['zone']}" for row in rows if not is_utc(row["zone"])]
    problems += [f"TimeZone is set otherwise for {some(own)}"] if own else []
    return Part({"TimeZone": shown(zone), "of roles and databases": len(rows)}, problems)


def is_utc(zone: str) -> bool:
    """Whether a name of the time zone database means UTC."""
    return zone.lower().removeprefix("etc/") in _UTC
