# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try to change append-only tables, in transactions that are rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

# Prepares: tbl and col are quoted names, one is the place of a row. A role that may not even read cannot say which row.
_BEGIN = r"""
BEGIN;
SET LOCAL lock_timeout = '2s';
SET LOCAL statement_timeout = '5s';
SELECT :'table'::regclass AS tbl \gset
SELECT quote_ident(attname) AS col FROM pg_attribute
    WHERE attrelid = :'table'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'
    ORDER BY attnum LIMIT 1 \gset
SELECT ctid AS one FROM :tbl LIMIT 1 \gset
SELECT has_table_privilege(:'role', :'table', 'SELECT') AS reads \gset
SET LOCAL ROLE :"role";
"""
_ROW = r"""
SELECT :'table'::regclass AS tbl \gset
SELECT count(*) FROM (SELECT 1 FROM :tbl LIMIT 1) AS one;
"""
_ATTEMPTS = {
    "UPDATE": r"""
\if :reads
UPDATE :tbl SET :col = :col WHERE ctid = :'one';
\else
UPDATE :tbl SET :col = DEFAULT;
\endif
""",
    "DELETE": r"""
\if :reads
DELETE FROM :tbl WHERE ctid = :'one';
\else
DELETE FROM :tbl;
\endif
""",
    "TRUNCATE": "TRUNCATE :tbl;\n",
}
# insufficient_privilege, or what a trigger raises by RAISE EXCEPTION; or row security lets it see no row to change.
_REFUSED = r"ERROR:\s+(42501|P0001)\b|^(UPDATE|DELETE) 0$"


class ActionModule(Drill):
    """Each attempt in a transaction of its own, which never commits."""

    def control(self, want: Wanted) -> str:
        return "postgresql.append_only"

    def expected(self, want: Wanted) -> str:
        return f"{want.role} may neither update nor delete nor truncate {', '.join(want.tables)}"

    def steps(self, want: Wanted) -> Sequence[Step]:
        return [step for table in dict.fromkeys(want.tables) for step in _attempts(table, want)]

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        return Findings({"refused": list(outcome.steps)})


def _attempts(table: str, want: Wanted) -> Iterator[Step]:
    argv = ["psql", "-X", "-d", want.database, "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=sqlstate"]
    argv += ["-v", f"table={table}", "-v", f"role={want.role}", "-f", "-"]
    yield Step(f"{table} has a row", argv, stdin=_ROW, matches=r"(?m)^\s*1$", user=want.user)
    for name, attempt in _ATTEMPTS.items():
        text = f"{_BEGIN}{attempt}ROLLBACK;\n"
        yield Step(f"{name} {table}", argv, stdin=text, ok=(0, 3), matches=f"(?m){_REFUSED}", user=want.user)
