#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the postgresql verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: postgresql
short_description: Prove the controls of a PostgreSQL server and of the application's database on it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that a PostgreSQL server is one for production, that passwords are strong and asked for, that the application
    gets in and can do no more than it needs, that audit rows can only be added, that references are enforced and that
    the schema is the released one.
  - Proves that passwords of users are hashed slowly, that connections are pooled and left, that lookups have indexes,
    and that standbys keep up.
  - On a host it asks through C(psql), from the controller through the Python library C(psycopg), which must then be
    installed there. Every question runs in a read-only transaction that is rolled back, and nobody's functions run.
  - What the role that it logs in as may not see is an error of the controls that need it, and names the right to grant.
    A member of C(pg_monitor) sees enough for most of them.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_host
  - golive.verify.postgresql
options:
  min_version:
    description: Oldest major version that passes.
    type: int
    default: 15
  owner:
    description: The role that must own the database. It is not one of O(app_roles).
    type: str
  other_system_identifiers:
    description: The C(system_identifier) of servers that this one must not be, such as that of staging.
    type: list
    elements: str
    default: []
  app_roles:
    description: The roles that the application logs in as.
    type: list
    elements: str
    default: []
  max_connect_ms:
    description: Milliseconds within which a session must be opened, a query answered and the client ended.
    type: int
    default: 1000
  session_within:
    description: Minutes within which a session of O(user) must have done something.
    type: int
    default: 5
  passwordless_roles:
    description: Roles that are meant to have no password, since they come in by peer or certificate.
    type: list
    elements: str
    default: [postgres]
  password_files:
    description: Paths, on the machine looked from, of further files that hold the password of a role and nothing else.
    type: list
    elements: path
    default: []
  min_password_length:
    description: Least characters of the passwords in O(password_file) and O(password_files).
    type: int
    default: 16
  append_only_tables:
    description: Tables whose rows may only be added, as V(schema.table) or, in C(public), as V(table).
    type: list
    elements: str
    default: []
  foreign_keys:
    description: The references that must be constraints, as in the example. Tables without a schema are in C(public).
    type: list
    elements: str
    default: []
  migrations:
    description: The migrations of the release, as a checkout of it has them.
    type: dict
    suboptions:
      tool:
        description: The tool that applies them.
        type: str
        required: true
        choices: [prisma, flyway, alembic, django, rails, golang-migrate]
      directory:
        description:
          - Absolute path of the directory with the migrations, such as V(/srv/shop/prisma/migrations), V(db/migrate) of
            Rails or V(versions) of Alembic; with Django, that of the project.
        type: path
        required: true
      from:
        description: Where the checkout is. Without it, where the check looks from.
        type: str
        choices: [host, controller]
      schema:
        description: The schema of the tool's bookkeeping table.
        type: str
        default: public
      table:
        description: The name of that table, where it is not the tool's usual one.
        type: str
  password_table:
    description: The table that holds the passwords of users.
    type: str
  password_column:
    description: The column of O(password_table) that holds them.
    type: str
    default: password_hash
  password_sample:
    description: How many rows are looked at, the first ones as they are stored. What lies beyond is not proven.
    type: int
    default: 1000000
  min_bcrypt_cost:
    description: Least cost of bcrypt, as an exponent of two.
    type: int
    default: 10
  min_argon2_memory:
    description: Least memory of Argon2id in megabytes; with less than 46 it needs more than one pass, as OWASP says.
    type: int
    default: 19
  min_pbkdf2_iterations:
    description: Least iterations of PBKDF2 with SHA-256, as Django stores it.
    type: int
    default: 600000
  pools:
    description:
      - The pools inside the clients, each by its name with C(size), the connections of one replica, and C(replicas), at
        their greatest number.
    type: dict
    default: {}
  pgbouncer_port:
    description: The port of PgBouncer, where connections go through it.
    type: int
  pgbouncer_host:
    description: Its name or address, or the directory of its Unix socket. Without it, the usual socket.
    type: str
  pgbouncer_user:
    description: A user of its C(stats_users) or C(admin_users).
    type: str
  pgbouncer_password_file:
    description: Path of a file that holds the password of O(pgbouncer_user), on the machine looked from.
    type: path
  pgbouncer_replicas:
    description: How many PgBouncers like this one there are.
    type: int
    default: 1
  max_used_percent:
    description: How much of C(max_connections) may be in use right now.
    type: int
    default: 80
  large_table_rows:
    description: Rows from which on a table is large.
    type: int
    default: 10000
  max_seq_scan_percent:
    description: How much of the scans of a large table may be sequential, since the statistics were reset.
    type: int
    default: 10
  max_mean_ms:
    description: Milliseconds that a statement may take as a mean.
    type: int
    default: 500
  min_calls:
    description: Calls of a statement, or scans of a table, below which they are not judged.
    type: int
    default: 100
  min_standbys:
    description: How many standbys must stream.
    type: int
    default: 1
  min_sync_standbys:
    description: How many of them must be synchronous.
    type: int
    default: 0
  max_lag:
    description: Seconds that a standby may be behind.
    type: int
    default: 30
  max_retained_wal:
    description: Megabytes of the write-ahead log that a replication slot may retain.
    type: int
    default: 10240
"""

EXAMPLES = r"""
- name: The database is ready for production
  golive.verify.postgresql:
    database: shop
    owner: shop_owner
    app_roles: [shop]
    append_only_tables: [audit_events, billing.ledger]
    foreign_keys:
      - orders(customer_id) -> customers(id)
    migrations:
      tool: prisma
      directory: /srv/shop/prisma/migrations
      from: controller
    password_table: users
    pgbouncer_port: 6432
    min_standbys: 2

- name: All pools together fit into the server
  golive.verify.postgresql:
    controls: [postgresql.pooling]
    pools:
      api: {size: 10, replicas: 4}
      worker: {size: 5, replicas: 2}

- name: The application gets in from its own host
  golive.verify.postgresql:
    controls: [postgresql.connectivity]
    host: db1.internal
    sslmode: verify-full
    cafile: /etc/ssl/internal-ca.pem
    database: shop
    user: shop
    password_file: /etc/shop/database.password
    app_roles: [shop]
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = [
    "postgresql.provisioned",
    "postgresql.connectivity",
    "postgresql.credentials",
    "postgresql.least_privilege",
    "postgresql.append_only",
    "postgresql.foreign_keys",
    "postgresql.migrations",
    "postgresql.password_hashing",
    "postgresql.pooling",
    "postgresql.pool_headroom",
    "postgresql.query_health",
    "postgresql.replication",
]
# Beyond being let in. Where peer authentication makes the check the server's administrator, nothing of it.
NEEDS = {
    "postgresql.credentials": [
        "GRANT pg_monitor TO {user}",
        "GRANT SELECT ON pg_authid, pg_hba_file_rules TO {user}",
        "GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {user}",
    ],
    "postgresql.migrations": ["GRANT SELECT ON {migrations_table} TO {user}"],
    "postgresql.password_hashing": ["GRANT SELECT ({password_column}) ON {password_table} TO {user}"],
    "postgresql.query_health": ["GRANT pg_monitor TO {user}"],
    "postgresql.replication": ["GRANT pg_monitor TO {user}"],
}
