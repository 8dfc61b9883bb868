# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that an audit trail is whole: its hash chain computed anew, its head anchored, its verification on time."""

from __future__ import annotations

import time
from collections.abc import Awaitable

from ansible_collections.golive.verify.plugins.plugin_utils.audit_trail.chain import (
    Chain,
    anchor,
    parse_anchor,
    protected,
    whole,
)
from ansible_collections.golive.verify.plugins.plugin_utils.audit_trail.keyed import unaltered
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import HOST, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import target
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.schedules import timer_problems
from ansible_collections.golive.verify.plugins.plugin_utils.sql.statements import (
    age,
    age_problems,
    number,
    old,
)
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_DAY = 86400


class ActionModule(Verifier):
    """Let the database compute the chain, and compare its head with what the inventory noted down."""

    def target(self, want: Wanted) -> str:
        return target(want)

    @proves("audit.chain_valid")
    async def chain_valid(self, look: Observer, want: Wanted) -> Verdict:
        """Every row is linked to the one before, the head is the anchored one or later, and somebody checks again."""
        want.need("database")
        chain, (row, digest) = Chain.of(want), parse_anchor(want.need("anchor"))
        if not (want.timer or want.last_verification):
            raise NotAsked("option timer or last_verification is not given")
        questions = {"chain": chain.recomputed(), "anchor": chain.anchored(row), "columns": chain.columns()}
        if want.last_verification:
            questions["verification"] = f"SELECT {age(want.last_verification)} AS age"
        asked = Postgresql.of(look, want).ask(**questions)
        more: list[Awaitable[Part]] = []
        if want.timer:
            more.append(_timer(look, want.timer, want.max_verification_age))
        if want.last_verification:
            more.append(_verification(asked, want.max_verification_age))
        if chain.keyed:
            more.append(unaltered(look, want, chain))
        hashed = f"{'HMAC with ' if chain.keyed else ''}{chain.algorithm} of every row of {chain.table}"
        return await proven(
            f"{hashed} linked to the one before, row {row} as anchored, "
            f"verified within {want.max_verification_age} days",
            whole(asked, chain),
            anchor(asked, row, digest),
            protected(asked, chain),
            *more,
        )


async def _verification(asked: Asked, days: int) -> Part:
    value = number(await asked.row("verification"), "age")
    return Part(
        {"last verification": "never" if value is None else f"{old(value)} ago"},
        age_problems("the last verification", value, days * _DAY),
    )


async def _timer(look: Observer, name: str, days: int) -> Part:
    """The timer of this name is a host's, wherever the database is asked from."""
    asked = name if "." in name else f"{name}.timer"
    timers = (await look.at(HOST).timers()).timers
    timer = next((each for each in timers if asked in (each.name, each.unit)), None)
    if timer is None:
        return Part({"timer": None}, [f"there is no timer {asked}"])
    value = None if timer.last is None else time.time() - timer.last
    problems = timer_problems(timer)
    if value is not None:
        problems += age_problems(f"the last run of {timer.unit}", value, days * _DAY)
    return Part({"timer": timer.name, "last run": "never" if value is None else f"{old(value)} ago"}, problems)
