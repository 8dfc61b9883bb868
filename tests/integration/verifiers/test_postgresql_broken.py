# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The postgresql verifier against a real server that is really broken in one way after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.verifiers.postgresql_servers import BINARIES, PASSWORD, Server, append
from tests.integration.verifiers.test_postgresql import (
    BCRYPT,
    Options,
    declared,
    errs,
    fails,
    options,
    passes,
    server,
    work,
)
from tests.integration.verifiers.test_postgresql import (
    pytestmark as installed,
)

__all__ = ["declared", "options", "server", "work"]  # fixtures, which tests name as their parameters

# What is seen of a broken server is the same in each version and from both sides, which the tests of right ones show.
pytestmark = [
    installed,
    pytest.mark.parametrize("server", sorted(BINARIES)[:1], indirect=True),
    pytest.mark.parametrize("options", ["controller"], indirect=True),
]

# control, what breaks it, what mends it, and the words that name it.
BROKEN = [
    (
        "provisioned",
        "ALTER ROLE shop SET timezone = 'America/New_York'",
        "ALTER ROLE shop RESET timezone",
        "shop in every database: America/New_York",
    ),
    (
        "provisioned",
        "ALTER DATABASE shop SET timezone = 'Europe/Zurich'",
        "ALTER DATABASE shop RESET timezone",
        "every role in shop: Europe/Zurich",
    ),
    ("provisioned", "ALTER DATABASE shop OWNER TO shop", "ALTER DATABASE shop OWNER TO shop_owner", "belongs to shop"),
    (
        "credentials",
        f"SET password_encryption = 'md5'; CREATE ROLE legacy LOGIN PASSWORD '{PASSWORD}'",
        "DROP ROLE legacy",
        "an MD5 hash is stored for legacy",
    ),
    ("credentials", "CREATE ROLE open LOGIN", "DROP ROLE open", "no password is stored for open"),
    ("credentials", "ALTER ROLE shop PASSWORD 'shop'", f"ALTER ROLE shop PASSWORD '{PASSWORD}'", "shop gets in over"),
    ("least_privilege", "ALTER ROLE shop SUPERUSER", "ALTER ROLE shop NOSUPERUSER", "shop has superuser"),
    ("least_privilege", "ALTER ROLE shop BYPASSRLS", "ALTER ROLE shop NOBYPASSRLS", "shop has bypassrls"),
    (
        "least_privilege",
        "CREATE ROLE helper CREATEDB; GRANT helper TO shop",
        "DROP ROLE helper",
        "shop, as a member of helper, has createdb",
    ),
    (
        "least_privilege",
        "GRANT pg_write_all_data TO shop",
        "REVOKE pg_write_all_data FROM shop",
        "shop is a member of pg_write_all_data",
    ),
    ("least_privilege", "GRANT shop_owner TO shop", "REVOKE shop_owner FROM shop", "shop owns database shop"),
    ("least_privilege", "ALTER TABLE users OWNER TO shop", "ALTER TABLE users OWNER TO shop_owner", "public.users"),
    (
        "least_privilege",
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "PUBLIC may create in schema public",
    ),
    (
        "append_only",
        "GRANT DELETE ON audit_events TO PUBLIC",
        "REVOKE DELETE ON audit_events FROM PUBLIC",
        "may DELETE",
    ),
    (
        "append_only",
        "GRANT UPDATE (what) ON audit_events TO shop",
        "REVOKE UPDATE (what) ON audit_events FROM shop",
        "may UPDATE public.audit_events",
    ),
    ("append_only", "GRANT TRUNCATE ON audit_2026 TO shop", "REVOKE TRUNCATE ON audit_2026 FROM shop", "audit_2026"),
    (
        "append_only",
        "CREATE ROLE janitor; GRANT DELETE ON audit_events TO janitor; ALTER ROLE shop NOINHERIT; "
        "GRANT janitor TO shop",
        "DROP OWNED BY janitor; DROP ROLE janitor; ALTER ROLE shop INHERIT",
        "shop, as janitor, may DELETE",
    ),
    ("append_only", "GRANT shop_owner TO shop", "REVOKE shop_owner FROM shop", "owns public.audit_events"),
    (
        "append_only",
        "ALTER TABLE audit_events ADD FOREIGN KEY (id) REFERENCES customers ON DELETE CASCADE",
        "ALTER TABLE audit_events DROP CONSTRAINT audit_events_id_fkey",
        "may change public.customers",
    ),
    (
        "foreign_keys",
        "ALTER TABLE orders ADD CONSTRAINT late FOREIGN KEY (id) REFERENCES users NOT VALID",
        "ALTER TABLE orders DROP CONSTRAINT late",
        "late of public.orders is NOT VALID",
    ),
    (
        "foreign_keys",
        "ALTER TABLE orders DISABLE TRIGGER ALL",
        "ALTER TABLE orders ENABLE TRIGGER ALL",
        "orders_customer_id_fkey of public.orders has disabled triggers",
    ),
    (
        "foreign_keys",
        "ALTER ROLE shop SET session_replication_role = 'replica'",
        "ALTER ROLE shop RESET session_replication_role",
        "session_replication_role is set for shop",
    ),
    (
        "foreign_keys",
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)",
        "no constraint for public.orders(customer_id)",
    ),
    (
        "migrations",
        "UPDATE _prisma_migrations SET finished_at = NULL",
        "UPDATE _prisma_migrations SET finished_at = now()",
        "failed half-way: 20260101_init",
    ),
    (
        "migrations",
        "INSERT INTO _prisma_migrations VALUES ('2', 'x', now(), '20990101_future')",
        "DELETE FROM _prisma_migrations WHERE id = '2'",
        "not in the release: 20990101_future",
    ),
    (
        "migrations",
        "ALTER TABLE _prisma_migrations RENAME TO aside",
        "ALTER TABLE aside RENAME TO _prisma_migrations",
        "no migration was ever applied",
    ),
    (
        "password_hashing",
        "INSERT INTO users SELECT 100 + n, md5(n::text) FROM generate_series(1, 12) n",
        "DELETE FROM users WHERE id > 100",
        "12 passwords are kept as like MD5",
    ),
    (
        "password_hashing",
        f"INSERT INTO users VALUES (100, '{BCRYPT.replace('$12$', '$08$')}')",
        "DELETE FROM users WHERE id = 100",
        "1 passwords are kept as bcrypt with cost 8",
    ),
]


@pytest.mark.parametrize(("control", "breaks", "mends", "because"), BROKEN, ids=lambda value: str(value)[:40])
def test_broken(server: Server, options: Options, control: str, breaks: str, mends: str, because: str) -> None:
    with server.broken(breaks, mend=[mends], database="shop"):
        fails(control, options, because)


def test_a_trigger_or_row_security_protects_what_is_granted(server: Server, options: Options) -> None:
    grant, revoke = ("GRANT UPDATE, DELETE ON audit_2026 TO shop", "REVOKE UPDATE, DELETE ON audit_2026 FROM shop")
    reject = "CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$no$$; END'"
    trigger = "CREATE TRIGGER no BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION reject()"
    with server.broken(grant, reject, trigger, mend=[revoke, "DROP FUNCTION reject CASCADE"], database="shop"):
        passes("append_only", options)
        server.sql("ALTER TABLE audit_2026 DISABLE TRIGGER no", database="shop")
        fails("append_only", options, "trigger no of public.audit_2026 is disabled")
        fails("append_only", options, "may UPDATE, DELETE public.audit_2026")
    secure = [
        "ALTER TABLE audit_2026 ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY seen ON audit_2026 FOR SELECT USING (true)",
    ]
    mend = [revoke, "ALTER TABLE audit_2026 DISABLE ROW LEVEL SECURITY", "DROP POLICY seen ON audit_2026"]
    with server.broken(grant, *secure, mend=mend, database="shop"):
        passes("append_only", options)
        server.sql("CREATE POLICY mine ON audit_2026 FOR UPDATE TO shop USING (true)", database="shop")
        fails("append_only", options, "may UPDATE public.audit_2026")
        server.sql("DROP POLICY mine ON audit_2026", database="shop")


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("host all all 127.0.0.1/32 trust", "asks for no password"),
        ("local all all trust", "asks for no password"),
        ("host all all 10.0.0.0/8 md5", "takes MD5 passwords too"),
        ("host all all 10.0.0.0/8 nonsense", "is no rule"),
    ],
)
def test_rules_that_let_in(server: Server, options: Options, line: str, because: str) -> None:
    """The file is judged as it lies there, whether or not it was reloaded."""
    rules = server.data / "pg_hba.conf"
    before = rules.read_text()
    append(rules, f"{line}\n")
    try:
        fails("credentials", options, because)
    finally:
        rules.write_text(before)


def test_short_password(options: Options, work: Path) -> None:
    fails("credentials", options | {"password_files": [str(work / "short")]}, "too short")
    errs("credentials", options | {"password_files": [str(work / "absent")]}, "not_found")


def test_pools_and_headroom(options: Options) -> None:
    fails("pooling", options | {"pools": {"api": {"size": 20, "replicas": 10}}}, "may open 200 connections")
    errs("pooling", options | {"pools": {"api": {"size": 20}}}, "needs size and replicas")
    fails("pool_headroom", options | {"max_used_percent": 0}, "of 50 connections are used")


def test_declarations_that_do_not_fit(options: Options, work: Path) -> None:
    fails("provisioned", options | {"database": "nothing"}, "there is no database nothing")
    fails("provisioned", options | {"database": "postgres", "owner": "postgres"}, "no database of an application")
    fails("provisioned", options | {"min_version": 99}, "no longer supported")
    fails("least_privilege", options | {"app_roles": ["nobody"]}, "there is no role nobody")
    fails("append_only", options | {"append_only_tables": ["nothing"]}, "there is no table public.nothing")
    fails("append_only", options | {"app_roles": ["shop", "nobody"]}, "there is no role nobody")
    fails("password_hashing", options | {"password_column": "nothing"}, "there is no column nothing")
    fails("password_hashing", options | {"password_column": "no'\"\\;--"}, "there is no column")
    errs("password_hashing", options | {"password_column": "id"}, "only text can be judged")
    empty = {"tool": "prisma", "directory": str(work / "empty")}
    errs("migrations", options | {"migrations": empty}, "holds no migration")
