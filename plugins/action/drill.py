# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove controls by the evidence that drills left."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.drills.evidence import BadEvidence, DrillEvidence, read
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Prover = Callable[[Verifier, Observer, Wanted], Awaitable[list[Verdict]]]
# By what a drill measured, the option that bounds it.
BOUNDS = {"rto_seconds": "rto", "rpo_seconds": "rpo", "interruption_seconds": "max_interruption"}
# What evidence of a control must have measured, where the option that bounds it is given.
MEASURED = {"restore.database": ("rto", "rpo"), "restore.redis": ("rto",), "failover.services": ("max_interruption",)}
_DAY = 86400


def _proven_by_drills(control: str) -> Prover:
    @proves(control)
    async def prover(self: Verifier, look: Observer, want: Wanted) -> list[Verdict]:
        directory = Path(want.evidence_dir)
        line = f"ls {directory}/*.json  # evidence of {control}"
        found = await look.call(line, partial(_evidence, directory, control))
        named = want.drills.get(control) or sorted(found)
        if not named:
            none = [f"{directory} has no evidence of it"]
            return [judge(expected=_expected(control, want), actual=None, problems=none)]
        return [_verdict(control, name, found.get(name), want, time.time()) for name in named]

    return prover


class ActionModule(Verifier):
    """Every control is proven alike: by the newest evidence of each of its drills."""

    restore_database = _proven_by_drills("restore.database")
    restore_redis = _proven_by_drills("restore.redis")
    key_recovery = _proven_by_drills("secrets.key_recovery")
    failover = _proven_by_drills("failover.services")
    chaos = _proven_by_drills("failover.chaos")
    startup = _proven_by_drills("env.startup_validation")
    disaster = _proven_by_drills("dr.drill")
    migration = _proven_by_drills("data.migration")
    scaling = _proven_by_drills("scaling.horizontal")
    append_only = _proven_by_drills("postgresql.append_only")


def _evidence(directory: Path, control: str) -> dict[str, DrillEvidence]:
    """The evidence of one control by the drill's name. A file that cannot be read might be of this control."""
    if not directory.is_dir():
        return {}
    try:
        found = [read(path) for path in sorted(directory.glob("*.json"))]
    except BadEvidence as bad:
        raise CannotLook("malformed", str(bad)) from None
    return {each.drill: each for each in found if each.control == control}


def _verdict(control: str, name: str, found: DrillEvidence | None, want: Wanted, now: float) -> Verdict:
    if found is None:
        return judge(expected=_expected(control, want), actual=None, problems=["it was never run"], subject=name)
    if found.status == Status.ERROR:
        reason = CannotLook("malformed", f"the drill could not tell: {found.message}")
        return unseen(reason, expected=_expected(control, want), subject=name)
    actual = {
        "ended": datetime.fromtimestamp(found.ended, UTC).isoformat(timespec="seconds"),
        "verdict": found.status,
        "on": found.host,
        "by": found.by,
        **found.measured,
    }
    problems = list(evidence_problems(found, want, now))
    return judge(expected=_expected(control, want), actual=actual, problems=problems, subject=name)


def evidence_problems(found: DrillEvidence, want: Mapping[str, object], now: float) -> Iterator[str]:
    """A sentence for each reason why this evidence does not prove its control."""
    most = want["max_evidence_age"]
    age = (now - found.ended) / _DAY
    if found.status != Status.PASS:
        yield f"the drill did not pass: {found.message}"
    if age > float(str(most)):
        yield f"the drill is {age:.0f} days old, and expires after {most}"
    if age < 0:
        yield "the drill ended in the future"
    for measure, option in BOUNDS.items():
        bound = want[option]
        if bound is None:
            continue
        if measure not in found.measured:
            if option in MEASURED.get(found.control, ()):
                yield f"the drill did not measure {measure}, which {option} bounds"
        elif found.measured[measure] > float(str(bound)):
            yield f"{measure} was {found.measured[measure]:.0f}, above the {option} of {float(str(bound)):.0f}"


def _expected(control: str, want: Wanted) -> str:
    bounds = [f"{option} {want[option]:g} s" for option in MEASURED.get(control, ()) if want[option] is not None]
    return ", ".join([f"a drill passed within {want.max_evidence_age} days", *bounds])
