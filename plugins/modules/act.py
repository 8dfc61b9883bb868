#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only code of this collection that changes a host: the steps of a drill, each with its undoing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: act
short_description: Take the steps of a drill on a host, and undo them
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Runs commands one after another, measures them, and undoes what they did, whatever happens. Drills use it; use
    M(golive.verify.drill_scenario) to run steps of your own.
  - How a step is undone is on the host's disk before the step is taken. A process that stays behind undoes everything
    when the call dies or overstays its limit, and the next call on the host undoes what even that left, as after a
    reboot.
attributes:
  check_mode:
    description: Does nothing in C(check_mode).
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
options:
  name:
    description: The drill's name. On one host, one of a name runs at a time. Without it, only what is left is undone.
    type: str
  steps:
    description:
      - What to do, in this order, until one does not go as wanted.
      - Each is a mapping of C(name), C(argv), and optionally C(undo), C(ok), C(matches), C(within), C(every),
        C(timeout), C(user), C(env), C(env_files) and C(stdin), as M(golive.verify.drill_scenario) describes them.
    type: list
    elements: dict
    default: []
  limit:
    description: Seconds that all steps may take.
    type: float
    default: 600
  abort_when:
    description: Commands, each a list. When one of them ends well, the drill ends at once and is undone.
    type: list
    elements: list
    default: []
"""

EXAMPLES = r"""
- name: Undo what a crashed drill left on this host
  golive.verify.act:
"""

RETURN = r"""
outcome_json:
  description: A JSON object of the C(steps) taken, C(aborted), and what was C(undone) and C(cleaned).
  returned: success
  type: str
  sample: '{"steps": [], "aborted": "", "undone": [], "cleaned": []}'
"""

import json

from ansible_collections.golive.verify.plugins.module_utils.drilling import journal, steps
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.quiet import QuietModule


def main():
    module = QuietModule(
        argument_spec={
            "name": {"type": "str"},
            "steps": {"type": "list", "elements": "dict", "default": []},
            "limit": {"type": "float", "default": 600},
            "abort_when": {"type": "list", "elements": "list", "default": []},
        },
        supports_check_mode=True,
    )
    wanted = module.params
    if module.check_mode:
        module.exit_json(changed=False, outcome_json=json.dumps(None))
    try:
        if wanted["name"]:
            outcome = steps.take(wanted["name"], wanted["steps"], wanted["limit"], wanted["abort_when"])
        else:
            outcome = {"steps": [], "aborted": "", "undone": [], "cleaned": journal.leftovers()}
    except CannotLook as reason:
        module.fail_json(msg=str(reason))
    module.exit_json(changed=bool(outcome["steps"] or outcome["cleaned"]), outcome_json=json.dumps(outcome))


if __name__ == "__main__":
    main()
