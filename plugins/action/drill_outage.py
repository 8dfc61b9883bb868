# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop a service, see the others cope, and start it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

BEFORE, WRITE, STOP, COPES = "all is well before", "a mark is written", "it stops", "the others cope"
READ, START, RECOVERED = "the mark is found", "it starts again", "all is well after"


class ActionModule(Drill):
    """What is stopped is started again, whatever the others do."""

    def control(self, want: Wanted) -> str:
        return str(want.control)

    def expected(self, want: Wanted) -> str:
        kept = "no acknowledged write is lost, " if want.read else ""
        return (
            f"the others cope within {want.max_interruption:g} s, {kept}"
            f"and all is well {want.max_recovery:g} s after it starts again"
        )

    def steps(self, want: Wanted) -> Sequence[Step]:
        if bool(want.unit) == bool(want.stop and want.start):
            raise AnsibleActionFail("give either unit, or stop and start")
        if bool(want.write) != bool(want.read):
            raise AnsibleActionFail("give both write and read, or neither")
        stop = want.stop or ["systemctl", "stop", want.unit]
        start = want.start or ["systemctl", "start", want.unit]
        return [
            *_probe(BEFORE, want, "before"),
            *_probe(WRITE, want, "write"),
            Step(STOP, stop, undo=start),
            *_probe(COPES, want, "copes", within=want.max_interruption),
            *_probe(READ, want, "read"),
            Step(START, start),
            *_probe(RECOVERED, want, "recovered", within=want.max_recovery),
        ]

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        took = {name: step.seconds for name, step in outcome.steps.items()}
        stopped, started = took[STOP] + took[COPES], took[START] + took[RECOVERED]
        measured = {"interruption_seconds": round(stopped, 1), "recovery_seconds": round(started, 1)}
        return Findings({"stopped": want.unit or " ".join(want.stop)}, measured=measured)


def _probe(name: str, want: Wanted, option: str, within: float = 0) -> Iterator[Step]:
    probe = want[option]
    if probe:
        yield Step(
            name,
            probe["argv"],
            matches=probe["matches"],
            user=probe["user"],
            env_files=probe["env_files"],
            stdin=probe["stdin"],
            within=within,
            every=0.2,
            timeout=10,
        )
