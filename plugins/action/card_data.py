# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that neither a database, as far as a sample of stated size can tell, nor exported files keep card numbers."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.card_data import exports, places
from ansible_collections.golive.verify.plugins.plugin_utils.card_data.search import searched
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import alone, proven
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, some, target
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Search the columns of text of one database, in the database itself, and files where they lie."""

    def target(self, want: Wanted) -> str:
        return "" if want.files else target(want)

    @proves("payments.no_pan_stored")
    async def no_pan_stored(self, look: Observer, want: Wanted) -> list[Verdict]:
        """No column is meant for card data, and neither a value of the sample nor a line of a file holds any."""
        if not want.files:
            want.need("database")
        number = f"no card number in all of it, up to {want.max_scan_megabytes} MB"
        files = (alone(number, exports.searched(look, want, path), subject=path) for path in want.files)
        # Of files and a database, neither is the target of both.
        name = target(want) if want.files else ""
        return await together(*([_database(look, want, name)] if want.database else []), *files)


async def _database(look: Observer, want: Wanted, name: str) -> Verdict:
    """A verdict on the database, which costs none on the files where it cannot be looked at."""
    try:
        return await _columns(look, want, name)
    except CannotLook as reason:
        return unseen(reason, subject=name)


async def _columns(look: Observer, want: Wanted, name: str) -> Verdict:
    postgresql, declared = Postgresql.of(look, want), [Relation.parse(name) for name in want.tables]
    excluded = {places.parse_column(name) for name in want.excluded_columns}
    found = places.tables(await postgresql.rows(places.question(declared)), excluded)
    absent = sorted(set(declared) - {table.declared for table in found})
    if absent:
        raise CannotLook("not_found", f"there is no table {some(absent)}")
    return await proven(
        f"no column for card data; no card number in up to {want.sample_rows} rows of each table",
        places.named(found),
        places.readable(found, postgresql.server.user),
        searched(postgresql, found, declared, want.sample_rows),
        subject=name,
    )
