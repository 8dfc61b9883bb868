# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the application's roles may do beyond what they need, by themselves or by every role that they can become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import few, literals, some
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_ATTRIBUTES = {
    "rolsuper": "superuser",
    "rolcreaterole": "createrole",
    "rolcreatedb": "createdb",
    "rolreplication": "replication",
    "rolbypassrls": "bypassrls",
}
# Predefined roles that reach beyond single tables: files and programs of the server, all data, every table's upkeep.
_POWERFUL = (
    *("pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"),
    *("pg_read_all_data", "pg_write_all_data", "pg_maintain", "pg_create_subscription"),
    *("rds_superuser", "cloudsqlsuperuser", "azure_pg_admin", "neon_superuser", "supabase_admin"),
)
_OWN_SCHEMAS = "nspname <> 'information_schema' AND nspname !~ '^pg_'"


def reach(roles: Sequence[str]) -> str:
    """A table of SQL, reach: each of the roles with every role that it is or can become. A superuser needs none."""
    return (
        "reach AS (SELECT a.rolname AS role, r.* FROM pg_roles a JOIN pg_roles r "
        "ON r.oid = a.oid OR (NOT a.rolsuper AND pg_has_role(a.oid, r.oid, 'MEMBER')) "
        f"WHERE a.rolname = ANY({literals(roles)}))"
    )


def questions(roles: Sequence[str]) -> dict[str, str]:
    """What is asked of the roles, in the application's database."""
    reached = f"WITH {reach(roles)}, mine AS (SELECT * FROM reach WHERE NOT rolsuper) SELECT"
    return {
        "roles": f"WITH {reach(roles)} SELECT role, rolname AS becomes, {', '.join(_ATTRIBUTES)}, "
        f"rolname = ANY({literals(_POWERFUL)}) AS powerful FROM reach ORDER BY 1, 2",
        "owned": f"{reached} role, 'database ' || datname AS what FROM mine JOIN pg_database d ON datdba = mine.oid "
        f"WHERE datname = current_database() UNION ALL SELECT role, 'schema ' || nspname FROM mine "
        f"JOIN pg_namespace ON nspowner = mine.oid WHERE {_OWN_SCHEMAS} UNION ALL "
        "SELECT role, 'relation ' || nspname || '.' || relname FROM mine JOIN pg_class c ON relowner = mine.oid "
        f"JOIN pg_namespace n ON n.oid = relnamespace WHERE {_OWN_SCHEMAS} "
        "AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') "
        "ORDER BY 1, 2",
        "creates": f"{reached} DISTINCT role, 'schema ' || nspname AS what FROM mine CROSS JOIN pg_namespace n "
        f"WHERE {_OWN_SCHEMAS} AND has_schema_privilege(mine.oid, n.oid, 'CREATE') UNION "
        "SELECT role, 'database ' || current_database() FROM mine "
        "WHERE has_database_privilege(mine.oid, current_database(), 'CREATE') ORDER BY 1, 2",
        "public": "SELECT nspname AS schema FROM pg_namespace CROSS JOIN "
        "aclexplode(coalesce(nspacl, acldefault('n', nspowner))) x "
        f"WHERE x.grantee = 0 AND x.privilege_type = 'CREATE' AND {_OWN_SCHEMAS} ORDER BY 1",
    }


async def attributes(asked: Asked, roles: Sequence[str]) -> Part:
    """The roles are there, and neither they nor what they can become is powerful."""
    rows = await asked.rows("roles")
    members = {role: sorted({row["becomes"] for row in rows if row["role"] == role} - {role}) for role in roles}
    return Part({"roles, and what they can become": members}, few(attribute_problems(rows, roles)))


def attribute_problems(rows: Sequence[Row], roles: Sequence[str]) -> Iterator[str]:
    """Which roles do not exist, and which are or can become one with power over more than tables."""
    for role in sorted(set(roles) - {row["role"] for row in rows}):
        yield f"there is no role {role}"
    for row in rows:
        powers = [word for attribute, word in _ATTRIBUTES.items() if row[attribute]]
        who = row["role"] if row["becomes"] == row["role"] else f"{row['role']}, as a member of {row['becomes']},"
        if powers:
            yield f"{shown(who)} has {', '.join(powers)}"
        if row["powerful"]:
            yield f"{row['role']} is a member of {row['becomes']}"


async def ownership(asked: Asked) -> Part:
    """The roles own nothing: an owner may drop, and take every protection away."""
    rows = await asked.rows("owned")
    problems = [f"{role} owns {some(what)}" for role, what in _by_role(rows)]
    return Part({"owned": len(rows)}, problems)


async def creation(asked: Asked) -> Part:
    """The roles may create nothing, and neither may everybody."""
    rows, public = await asked.rows("creates"), await asked.rows("public")
    problems = [f"{role} may create in {some(what)}" for role, what in _by_role(rows)]
    problems += [f"PUBLIC may create in schema {shown(row['schema'])}" for row in public]
    return Part({"may create in": len(rows)}, problems)


def _by_role(rows: Sequence[Row]) -> Iterator[tuple[str, list[str]]]:
    for role in sorted({row["role"] for row in rows}):
        yield shown(role), [row["what"] for row in rows if row["role"] == role]
