#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the drill verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill
short_description: Prove by the dated evidence of a drill what can only be proven by doing it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Reads the evidence that drills left in the environment's directory, and runs none. What was proven expires.
  - A drill that failed, that was not undone, that took longer than agreed or that is too old fails; where there
    is none, nothing was proven.
  - The drills themselves are the modules whose names begin with C(drill_); C(playbooks/drill.yml) runs them, by name.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
  - golive.verify.check.from_controller
options:
  evidence_dir:
    description: Where the evidence is kept, usually C("{{ inventory_dir }}/drills").
    type: path
    required: true
  drills:
    description:
      - Names of the drills that must have been run, by control.
      - For controls that are not named here, every drill in O(evidence_dir) that says it proves them counts, and there
        must be one.
    type: dict
    default: {}
  max_evidence_age:
    description: Days that the evidence may be old.
    type: int
    default: 90
  rto:
    description: Seconds within which a service is to be restored. Evidence of a restore must have measured less.
    type: float
  rpo:
    description: Seconds of data that may be lost. Evidence of a restore must have measured less.
    type: float
  max_interruption:
    description: Seconds that a failover may take.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: We restored the database this quarter, as fast as we promised
  golive.verify.drill:
    evidence_dir: "{{ inventory_dir }}/drills"
    controls: [restore.database, dr.drill]
    drills: {restore.database: [restore-shop]}
    rto: 3600
    rpo: 86400
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = [
    "restore.database",
    "restore.redis",
    "secrets.key_recovery",
    "failover.services",
    "failover.chaos",
    "env.startup_validation",
    "dr.drill",
    "data.migration",
    "scaling.horizontal",
    "postgresql.append_only",
]
