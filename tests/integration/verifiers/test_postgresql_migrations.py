# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bookkeeping tables of migration tools in a real database, against the files of a release."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from tests.integration.verifiers.postgresql_servers import BINARIES, Server
from tests.integration.verifiers.test_postgresql import (
    Options,
    declared,
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

pytestmark = [
    installed,
    pytest.mark.parametrize("server", sorted(BINARIES)[:1], indirect=True),
    pytest.mark.parametrize("options", ["controller"], indirect=True),
]


def signed(lines: str) -> str:
    return f"{zlib.crc32(lines.encode())}::bigint::bit(32)::int"


ALEMBIC = "revision = '{0}'\ndown_revision: str | None = {1}\n\n\ndef upgrade() -> None: ...\n"
# Files of a release, the tool's own table (in a schema of its own), its rows, and what breaks each.
TOOLS = {
    "flyway": (
        {
            "V1__init.sql": "SELECT 0;\n-- ä\r\n",
            "sub/V1.1__more.sql": "\ufeffSELECT 1;\n",
            "R__views.sql": "x",
        },
        "flyway_schema_history (installed_rank int, version text, type text, script text, checksum int, success bool)",
        f"(1, '1', 'SQL', 'V1__init.sql', {signed('SELECT 0;-- ä')}, true), "
        f"(2, '1.1', 'SQL', 'sub/V1.1__more.sql', {signed('SELECT 1;')}, true), "
        f"(3, NULL, 'SQL', 'R__views.sql', {signed('x')}, true)",
        {
            "SET success = false WHERE version = '1.1'": "failed: sub/V1.1__more.sql",
            "SET checksum = 7 WHERE version = '1'": "edited after it was applied: V1__init.sql",
            "SET script = 'V9__other.sql' WHERE version = '1.1'": "applied, but not in the release: V9__other.sql",
        },
    ),
    "alembic": (
        {"a_init.py": ALEMBIC.format("a1", None), "b_more.py": ALEMBIC.format("b2", "'a1'")},
        "alembic_version (version_num varchar(32))",
        "('b2')",
        {"SET version_num = 'a1'": "not applied: b2"},
    ),
    "django": (
        {
            "orders/migrations/0001_initial.py": "",
            "orders/migrations/0002_more.py": "",
            "orders/migrations/__init__.py": "",
        },
        "django_migrations (app text, name text)",
        "('orders', '0001_initial'), ('orders', '0002_more'), ('auth', '0001_initial'), ('orders', '0001_squashed')",
        {
            "SET name = 'x' WHERE name = '0002_more'": "not applied: orders.0002_more",
            "SET name = '0003_x' WHERE name = '0001_squashed'": "not in the release: orders.0003_x",
        },
    ),
    "rails": (
        {"20260101000000_create_orders.rb": "", "20260202000000_more.rb": ""},
        "schema_migrations (version text)",
        "('20260101000000'), ('20260202000000')",
        {"SET version = '1' WHERE version LIKE '202602%'": "not applied: 20260202000000"},
    ),
    "golang-migrate": (
        {"000001_init.up.sql": "", "000001_init.down.sql": "", "000002_more.up.sql": ""},
        "schema_migrations (version bigint, dirty boolean)",
        "(2, false)",
        {
            "SET dirty = true": "version 2 is dirty",
            "SET version = 1": "not applied: 000002",
            "SET version = 3": "applied, but not in the release: 3",
        },
    ),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_migrations_of_other_tools(server: Server, options: Options, tmp_path: Path, tool: str) -> None:
    files, table, rows, breaks = TOOLS[tool]
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    schema, books = f'"{tool}"', f'"{tool}".{table.split(" ", 1)[0]}'
    make = f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.{table}; INSERT INTO {books} VALUES {rows}"
    grant = f"GRANT USAGE ON SCHEMA {schema} TO golive; GRANT SELECT ON {books} TO golive"
    wanted = options | {"migrations": {"tool": tool, "directory": str(tmp_path), "schema": tool}}
    with server.broken(make, grant, mend=[f"DROP SCHEMA {schema} CASCADE"], database="shop"):
        passes("migrations", wanted)
        for change, because in breaks.items():
            save = f"CREATE TABLE saved AS TABLE {books}"
            back = f"TRUNCATE {books}; INSERT INTO {books} TABLE saved; DROP TABLE saved"
            with server.broken(save, f"UPDATE {books} {change}", mend=[back], database="shop"):
                fails("migrations", wanted, because)
        server.sql(f"TRUNCATE {books}", database="shop")
        fails("migrations", wanted, "not applied")
