#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only code of this collection that runs on a host to verify it; drills act by act.py."""

from __future__ import annotations

DOCUMENTATION = r"""
module: observe
short_description: Make many observations of a machine in one call
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Reads facts of the machine it runs on, many at once, and judges nothing. It never changes anything.
  - Verifiers use it through M(golive.verify.checks); use it directly to see what they see.
  - Every observation ends as a value or as the reason why nobody could look.
extends_documentation_fragment:
  - golive.verify.attributes
options:
  observations:
    description:
      - What to look at.
      - Each is a mapping of C(kind), the parameters of that kind, and optionally C(timeout) in seconds.
      - The kinds and their parameters are described in the collection's reference of observations.
    type: list
    elements: dict
    required: true
  deadline:
    description: Seconds after which the call answers with what it has; the rest is reported as C(timeout).
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: See who owns a file and which units run
  golive.verify.observe:
    observations:
      - {kind: file, path: /etc/shadow}
      - {kind: unit, name: ssh.service}
      - {kind: command, argv: [redis-cli, ping], timeout: 2}
  register: seen

- name: Show the answers
  ansible.builtin.debug:
    msg: "{{ seen.answers_json | from_json }}"
"""

RETURN = r"""
answers_json:
  description:
    - A JSON list with one answer per observation, in their order.
    - Each has C(at) (Unix time), C(ms), and either C(value) or C(reason) with C(detail).
  returned: success
  type: str
  sample: '[{"at": 1760000000.0, "ms": 3, "value": {"path": "/etc/shadow", "mode": "0640"}}]'
"""

import json

from ansible_collections.golive.verify.plugins.module_utils.observation import batch
from ansible_collections.golive.verify.plugins.module_utils.quiet import QuietModule


def main():
    module = QuietModule(
        argument_spec={
            "observations": {"type": "list", "elements": "dict", "required": True},
            "deadline": {"type": "float", "default": 60},
        },
        supports_check_mode=True,
    )
    answers = batch.run(module.params["observations"], module.params["deadline"])
    module.exit_json(changed=False, answers_json=json.dumps(answers))


if __name__ == "__main__":
    main()
