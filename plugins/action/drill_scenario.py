# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill of the user's own steps."""

from __future__ import annotations

from collections.abc import Sequence

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted, interface


class ActionModule(Drill):
    """The steps are the options'."""

    def control(self, want: Wanted) -> str:
        return str(want.control)

    def expected(self, want: Wanted) -> str:
        return str(want.expected)

    def steps(self, want: Wanted) -> Sequence[Step]:
        known = interface("golive.verify.drill").controls
        if want.control not in known:
            raise AnsibleActionFail(f"no drill proves {want.control}, but {', '.join(known)}")
        steps = [Step(**step) for step in want.steps]
        for step in want.measure.values():
            if step not in {each.name for each in steps}:
                raise AnsibleActionFail(f"measure: there is no step {step}")
        return steps

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        return Findings({}, measured={name: outcome.steps[step].seconds for name, step in want.measure.items()})
