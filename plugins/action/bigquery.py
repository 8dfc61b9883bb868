# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove where BigQuery keeps data, who may read it, in which form and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery import access, asking, reading
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery.reading import resource
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import ask
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, whole
from ansible_collections.golive.verify.plugins.plugin_utils.parts import alone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_EACH_DATASET = "bq ls --datasets --max_results=10000 | for each: bq"


class ActionModule(Verifier):
    """Ask BigQuery for what is declared, once for all controls, and for everybody who is let in."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("bigquery.access")
    async def access(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Datasets, tables and routines let in declared principals and nobody else."""
        everywhere = want.need("principals")
        own = {one["name"]: one["principals"] for one in want.datasets}
        asked = ask(look, want)
        entries = await asked.of(f"{_EACH_DATASET} show --dataset_view=ACL", reading.access)
        if not entries:
            raise CannotLook("not_found", "there is no dataset in the project")
        names = sorted(name for name, entry in entries.items() if "value" in entry)
        command = f"{_EACH_DATASET} ls, bq ls --routines | for each: bq get-iam-policy"
        policies = await asked.of(command, reading.policies, names)
        wrong = "let in who they must not"
        return whole(
            "datasets, tables and routines that let in declared principals and nobody else",
            {},
            [
                Kind.of("datasets", wrong, access.verdicts(entries, want.project, own, everywhere)),
                Kind.of(
                    "tables and routines",
                    wrong,
                    access.verdicts(policies, want.project, own, everywhere),
                    optional=True,
                ),
            ],
            subject=resource(want.project),
        )

    @proves("bigquery.datasets")
    async def datasets(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared dataset exists in its place with its labels."""
        wanted, asked = want.need("datasets"), ask(look, want)
        return await together(
            *(
                alone(_dataset(one), asking.dataset(asked, want, one), subject=resource(want.project, one["name"]))
                for one in wanted
            )
        )

    @proves("bigquery.schema")
    async def schema(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared table has the columns, the version and the partitions that the repository says."""
        wanted, asked = want.need("tables"), ask(look, want)
        expected = "the columns, version and partitions that the repository says"
        return await together(
            *(alone(expected, asking.table(asked, want, one), subject=_table(want, one["table"])) for one in wanted)
        )

    @proves("data.pii_protected")
    async def pii_protected(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each personal column has a policy tag that is enforced, or holds ciphertext."""
        wanted, asked = want.need("personal"), ask(look, want)
        expected = "personal columns that a policy tag keeps from readers, or that hold ciphertext"
        ways = (asking.readable, asking.tagged, asking.ciphertext)
        return await together(
            *(
                alone(expected, *(way(asked, want, one) for way in ways), subject=_table(want, one["table"]))
                for one in wanted
            )
        )

    @proves("data.retention_enforced")
    async def retention_enforced(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Nothing expires before law allows it, and nothing stays for longer than was promised."""
        wanted, asked = want.need("retention"), ask(look, want)
        return await together(
            *(
                alone(
                    _retention(one, want),
                    (asking.kept_in_table if one["table"] else asking.kept_in_dataset)(asked, want, one),
                    subject=_table(want, one["table"])
                    if one["table"]
                    else resource(want.project, one["dataset"] or ""),
                )
                for one in wanted
            )
        )


def _table(want: Wanted, name: str) -> str:
    dataset, _dot, table = name.partition(".")
    return resource(want.project, dataset, "tables", table)


def _dataset(one: Mapping[str, Any]) -> str:
    beside = [f"the labels {', '.join(one['labels'])}"] if one["labels"] else []
    beside += ["its key"] if one["kms_key"] else []
    beside += [f"{one['time_travel_hours']} hours of time travel"] if one["time_travel_hours"] is not None else []
    return f"a dataset in {one['location']}{' with ' if beside else ''}{', '.join(beside)}"


def _retention(one: Mapping[str, Any], want: Wanted) -> str:
    bounds = [f"at least {want.min_legal_days} days"] if one["legal"] else []
    bounds += [f"at most {one['max_days']:g} days"] if one["max_days"] is not None else []
    return f"rows are kept {' and '.join(bounds)}"
