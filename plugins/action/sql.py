# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove what a team asserts of its data, in its own SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone, proven
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, target
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.sql import ages, queues, records, rows
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Declared = Mapping[str, Any]


class ActionModule(Verifier):
    """Put the statements of a check to one database, all of a control over one connection."""

    def target(self, want: Wanted) -> str:
        return target(want)

    @proves("biz.rules")
    async def rules(self, look: Observer, want: Wanted) -> list[Verdict]:
        """No stored row breaks a declared rule."""
        declared, asked = _asked(look, want, "rules", rows.rule)
        return await _each("rule", "no row breaks it", declared, lambda one: rows.obeyed(asked, one))

    @proves("biz.sync_fresh")
    async def sync_fresh(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each synchronization succeeded within its cadence, and its rows too."""
        declared, asked = _asked(look, want, "syncs", ages.sync)
        most, failed = want.max_age + want.grace, want.max_failed_rows
        return await _each(
            "sync",
            f"last success <= {most} min ago ({want.max_age} and {want.grace} of grace), <= {failed} failed rows",
            declared,
            lambda one: ages.synchronized(asked, one, most * 60, failed),
        )

    @proves("billing.reconciled")
    async def reconciled(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What was to be charged is what was charged, amount by amount."""
        most = want.max_difference_cents
        declared, asked = _asked(look, want, "comparisons", lambda one: rows.comparison(one, most))
        expected = f"amounts differ by <= {most} cents"
        return await _each("comparison", expected, declared, lambda one: rows.equal(asked, one, most))

    @proves("data.retention_enforced")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Records of each class are as old as law demands, and no older than the policy allows."""
        declared, asked = _asked(look, want, "retention", ages.record_class)
        return await _each(
            "records",
            f"legal ones kept >= {want.min_legal_days} days, others purged in time within {want.purge_max_age} h",
            declared,
            lambda one: ages.retained(asked, one, want.min_legal_days, want.purge_max_age),
        )

    @proves("audit.records_written")
    async def records_written(self, look: Observer, want: Wanted) -> Verdict:
        """The newest record is recent and complete, and declared actions left theirs."""
        want.need("database")
        table, actions, days = Relation.parse(want.need("audit_table")), want.need("audited_actions"), want.action_days
        questions = {f"action {one['name']}": records.action(one, days) for one in actions}
        newest = records.newest(table, want.audit_time_column, want.audit_columns)
        asked = Postgresql.of(look, want).ask(newest=newest, **questions)
        return await proven(
            f"newest record <= {want.max_last_age} h old; {', '.join(one['name'] for one in actions)}: recorded "
            f"within {want.max_delay} s",
            records.recent(asked, table, want.max_last_age),
            *(records.recorded(asked, one, days, want.max_delay) for one in actions),
        )

    @proves("queues.dead_letter")
    async def dead_letter(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Hardly a job of a queue in tables was given up, and none waits for long."""
        most, wait = want.max_messages, want.max_wait
        declared, asked = _asked(look, want, "queues", queues.queue)
        return await _each(
            "queue",
            f"<= {most} dead jobs, the oldest that is due waits <= {wait} s",
            declared,
            lambda one: queues.drained(asked, one, most, wait),
        )


def _asked(
    look: Observer, want: Wanted, option: str, question: Callable[[Declared], str]
) -> tuple[Sequence[Declared], Asked]:
    """The declarations of an option, and the question to each, by its name."""
    want.need("database")
    declared = want.need(option)
    names = [one["name"] for one in declared]
    if len(set(names)) < len(names):
        raise NotAsked(f"option {option} has two entries of one name")
    return declared, Postgresql.of(look, want).ask(**{one["name"]: question(one) for one in declared})


async def _each(
    kind: str, expected: str, declared: Sequence[Declared], part: Callable[[Declared], Awaitable[Part]]
) -> list[Verdict]:
    """A verdict for each declaration, so that one that cannot be looked at costs no other."""
    return await together(*(alone(expected, part(one), subject=f"{kind} {one['name']}") for one in declared))
