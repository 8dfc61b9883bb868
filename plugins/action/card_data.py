# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a database keeps no card numbers, as far as a sample of stated size can."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.card_data import places
from ansible_collections.golive.verify.plugins.plugin_utils.card_data.search import searched
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import proven
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, some, target
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Search the columns of text of one database, in the database itself."""

    def target(self, want: Wanted) -> str:
        return target(want)

    @proves("payments.no_pan_stored")
    async def no_pan_stored(self, look: Observer, want: Wanted) -> Verdict:
        """No column is meant for card data, and no value of the sample holds any."""
        want.need("database")
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
        )
