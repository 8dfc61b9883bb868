#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of drift; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drift
short_description: Compare a verification run with the accepted baseline and with the run before it
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Tells in a few words what became of every result, regressed, fixed, new, disappeared, still failing and since when,
    not comparable; what moved although it still passes; and what keeps changing sides.
  - Writes C(drift.json) and C(drift.md) into the run's directory, and C(history.json), from which the reports tell what
    changed.
  - Fails where something is worse than it was, what nothing looks at any more included, where the baseline cannot be
    trusted, and where there is nothing to compare with.
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.history
options:
  run_dir:
    description: The directory of the run.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: See what changed
  golive.verify.drift:
    run_dir: golive-runs/production/20261123T030000Z-4711
    values:
      - {control: backup.retention, key: copies, matters: falls 1}
"""

RETURN = r"""
golive_drift:
  description: How many changes have which word, by what was compared with, C(baseline) or C(last_run).
  returned: always
  type: dict
  sample: {baseline: {regressed: 1, still_failing: 12}}
files:
  description: The drift as JSON and as Markdown.
  returned: always
  type: list
  elements: str
  sample: [golive-runs/production/20261123T030000Z-4711/drift.json]
"""
