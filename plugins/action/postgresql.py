# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of one PostgreSQL server, and of the application's database on it."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import proven
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql import (
    append_only,
    connectivity,
    credentials,
    foreign_keys,
    migrations,
    password_hashes,
    pools,
    privileges,
    provision,
    query_health,
    replication,
)
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, few, target
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask one server, on the host through psql, from the controller through psycopg."""

    def target(self, want: Wanted) -> str:
        return target(want)

    @proves("postgresql.provisioned")
    async def provisioned(self, look: Observer, want: Wanted) -> Verdict:
        """The server is durable, supported, in UTC, and holds the application's database."""
        name, owner = want.need("database"), want.need("owner")
        asked = provision.questions(Postgresql.of(look, want), name)
        others = want.other_system_identifiers
        return await proven(
            f"version >= {want.min_version}, durable, in UTC; database {name} of {owner} in UTF8",
            provision.release(asked, want.min_version),
            provision.durability(asked),
            provision.database(asked, name, owner),
            provision.time_zone(asked),
            *([provision.identity(asked, others)] if others else []),
        )

    @proves("postgresql.connectivity")
    async def connected(self, look: Observer, want: Wanted) -> Verdict:
        """The application's role gets in from here, and the application is in."""
        want.need("database")
        if want.user not in want.need("app_roles"):
            raise NotAsked("option user is none of app_roles: the application itself must get in")
        postgresql = Postgresql.of(look, want)
        return await proven(
            f"logged in as {want.user} within {want.max_connect_ms} ms; used within {want.session_within} min",
            connectivity.login(postgresql, want.user, want.max_connect_ms),
            connectivity.sessions(postgresql, want.user, want.session_within),
        )

    @proves("postgresql.credentials")
    async def credentials(self, look: Observer, want: Wanted) -> Verdict:
        """Passwords are stored for SCRAM and asked for, nobody gets in by guessing, and none travels in clear."""
        postgresql = Postgresql.of(look, want).changed(database="postgres")
        asked = postgresql.ask(**credentials.QUESTIONS)
        files = sorted({*want.password_files, *([want.password_file] if want.password_file else [])})
        return await proven(
            f"SCRAM for every role, no trust, TLS, passwords of >= {want.min_password_length} characters",
            credentials.encryption(asked),
            credentials.passwords(asked, want.passwordless_roles),
            credentials.rules(asked),
            credentials.sessions_encrypted(asked, want.user),
            *(credentials.door(postgresql, role) for role in sorted({"postgres", *want.app_roles})),
            *(credentials.length(look, file, want.min_password_length) for file in files),
        )

    @proves("postgresql.least_privilege")
    async def least_privilege(self, look: Observer, want: Wanted) -> Verdict:
        """The application's roles have no power over the server, own nothing and can create nothing."""
        want.need("database")
        roles = want.need("app_roles")
        asked = Postgresql.of(look, want).ask(**privileges.questions(roles))
        return await proven(
            f"{', '.join(roles)}: no attributes, no powerful roles, nothing owned, no CREATE",
            privileges.attributes(asked, roles),
            privileges.ownership(asked),
            privileges.creation(asked),
        )

    @proves("postgresql.append_only")
    async def append_only(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The application can add rows to each table, and has no way to change, delete or empty them."""
        want.need("database")
        tables = [Relation.parse(name) for name in want.need("append_only_tables")]
        roles = want.need("app_roles")
        asked = Postgresql.of(look, want).ask(**append_only.questions(tables, roles))
        return [await _only_added(asked, table, roles) for table in tables]

    @proves("postgresql.foreign_keys")
    async def foreign_keys(self, look: Observer, want: Wanted) -> Verdict:
        """Every declared reference is a constraint, and every constraint holds for all rows."""
        want.need("database")
        wanted = [foreign_keys.Reference.parse(text) for text in want.need("foreign_keys")]
        asked = Postgresql.of(look, want).ask(**foreign_keys.QUESTIONS)
        return await proven(
            f"{len(wanted)} declared references and all other foreign keys validated and enforced",
            foreign_keys.declared(asked, wanted),
            foreign_keys.enforced(asked),
            foreign_keys.role(asked),
        )

    @proves("postgresql.migrations")
    async def migrations(self, look: Observer, want: Wanted) -> Verdict:
        """The database has exactly the migrations of the release."""
        want.need("database")
        options = want.need("migrations")
        return await proven(
            f"every migration of {options['directory']} applied, none failed, changed or unknown",
            migrations.applied(Postgresql.of(look, want), options),
        )

    @proves("postgresql.password_hashing")
    async def password_hashing(self, look: Observer, want: Wanted) -> Verdict:
        """Every password of the sample is a slow, salted hash."""
        want.need("database")
        table, column = Relation.parse(want.need("password_table")), want.need("password_column")
        strength = password_hashes.Strength(want.min_bcrypt_cost, want.min_argon2_memory, want.min_pbkdf2_iterations)
        return await proven(
            f"bcrypt with cost >= {strength.bcrypt_cost}, Argon2id with >= {strength.argon2_memory} MB, "
            f"or PBKDF2-SHA256 with >= {strength.pbkdf2_iterations} iterations",
            password_hashes.hashes(Postgresql.of(look, want), table, column, want.password_sample, strength),
        )

    @proves("postgresql.pooling")
    async def pooling(self, look: Observer, want: Wanted) -> Verdict:
        """All pools at their full size fit into what the server has."""
        if not (want.pools or want.pgbouncer_port):
            raise NotAsked("option pools or pgbouncer_port is not given")
        postgresql = Postgresql.of(look, want).changed(database="postgres")
        bouncer = pools.console(postgresql, want) if want.pgbouncer_port else None
        return await proven(
            "pool sizes x replicas <= max_connections minus the reserved ones",
            pools.fit(postgresql.ask(**pools.QUESTIONS), want.pools, bouncer, want),
        )

    @proves("postgresql.pool_headroom")
    async def pool_headroom(self, look: Observer, want: Wanted) -> Verdict:
        """Right now, connections are left and nobody waits for one."""
        postgresql = Postgresql.of(look, want).changed(database="postgres")
        bouncer = [pools.waiting(pools.console(postgresql, want))] if want.pgbouncer_port else []
        return await proven(
            f"<= {want.max_used_percent} % of the connections used, nobody waits",
            pools.headroom(postgresql.ask(**pools.QUESTIONS), want.max_used_percent),
            *bouncer,
        )

    @proves("postgresql.query_health")
    async def query_health(self, look: Observer, want: Wanted) -> Verdict:
        """Lookups have indexes, and no statement that runs often is slow."""
        want.need("database")
        postgresql = Postgresql.of(look, want)
        asked = postgresql.ask(**query_health.questions(want))
        return await proven(
            f"foreign keys indexed, <= {want.max_seq_scan_percent} % sequential scans of large tables, "
            f"statements <= {want.max_mean_ms} ms as a mean",
            query_health.indexes(asked),
            query_health.scans(asked),
            query_health.statements(postgresql, asked, want.max_mean_ms, want.min_calls),
        )

    @proves("postgresql.replication")
    async def replication(self, look: Observer, want: Wanted) -> Verdict:
        """Enough standbys follow closely, and nothing holds the log back."""
        asked = Postgresql.of(look, want).changed(database="postgres").ask(**replication.QUESTIONS)
        return await proven(
            f">= {want.min_standbys} standbys stream, lag < {want.max_lag} s, no idle slot, archiving works",
            replication.standbys(asked, want.min_standbys, want.min_sync_standbys, want.max_lag, want.user),
            replication.slots(asked, want.max_retained_wal),
            replication.archiver(asked),
        )


async def _only_added(asked: Asked, table: Relation, roles: list[str]) -> Verdict:
    found = await append_only.Table.all_of(asked, table)
    problems = [problem for name, each in found.items() for problem in each.problems(name)]
    seen = {row["role"] for each in found.values() for row in each.rights}
    absent = sorted(set(roles) - seen)
    if not found:
        problems = [f"there is no table {table}, or none of the roles"]
    elif absent:
        problems += [f"there is no role {', '.join(absent)}"]
    return judge(
        expected=f"{', '.join(roles)} cannot UPDATE, DELETE or TRUNCATE",
        actual={"tables, with partitions": len(found), "roles": sorted(seen)},
        problems=few(problems),
        subject=f"table {table}",
    )
