#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of bind; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bind
short_description: Bind the items of a checklist to the controls that prove them
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proposes controls for every item that nobody has decided on, with a confidence and the reason.
  - Writes those above O(confidence) into the checklist, as golive comments behind the items, and lists the others with
    the best three candidates. No other byte of the file changes.
  - An item with a golive comment of any kind is never touched, so what people decided stands.
extends_documentation_fragment:
  - golive.verify.environment
  - golive.verify.environment.writes
options:
  confidence:
    description:
      - From which confidence on a control is bound without asking, between 0 and 1. V(1.1) only proposes.
      - Without it, the matcher's own, at which at least 92 of 100 bindings were right on checklists that it had not
        seen.
    type: float
  matcher:
    description:
      - What finds the controls, V(words) or V(embeddings), or the Python name of a class of your own, as
        V(acme.matching.Matcher), that follows the interface of a matcher.
      - V(embeddings) needs requirements/matching.txt and a model on this machine.
    type: str
    default: words
  model:
    description: The directory of the model that the matcher V(embeddings) uses.
    type: path
"""

EXAMPLES = r"""
- name: Bind what is certain
  golive.verify.bind:
    checklist: inventories/production/checklist.md
  register: bound

- name: Show what a person has to decide
  ansible.builtin.debug:
    var: bound.lines
"""

RETURN = r"""
checklist:
  description: The checklist.
  returned: success
  type: str
  sample: /srv/inventories/production/checklist.md
bound:
  description: The items that were bound, with their controls and the candidates that there were.
  returned: success
  type: list
  elements: dict
  sample: [{line: 12, text: Redis persistence configured, controls: [redis.persistence]}]
open:
  description: The items that a person has to decide on, with the best candidates.
  returned: success
  type: list
  elements: dict
  sample: [{line: 31, text: Everything is fine, candidates: []}]
lines:
  description: The same for people, a line each.
  returned: success
  type: list
  elements: str
  sample: ["12 bound, 3 to decide"]
patch:
  description: The change as a unified diff, a line each, with secrets masked.
  returned: success
  type: list
  elements: str
  sample: ["-- [ ] Redis persistent", "+- [ ] Redis persistent <!-- golive: redis.persistence -->"]
"""
