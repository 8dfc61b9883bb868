#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of store; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: store
short_description: Write a verification run to history
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Writes the results of a run to SQLite, or to PostgreSQL. Any number of runs may be written at once.
  - A run that is there already is replaced, so that storing it again does no harm.
  - Compares it with the last run and with the baseline that was accepted, and writes C(history.json) into the run's
    directory, from which the reports tell of it.
  - Needs the libraries of C(requirements/history.in) on the controller.
attributes:
  check_mode:
    description: Can run in C(check_mode), where it does nothing.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
extends_documentation_fragment:
  - golive.verify.history
options:
  run_dir:
    description: The directory of the run.
    type: path
    required: true
  keep_days:
    description: Drop the environment's runs that began so many days before this one, but for the last ten. 0 keeps all.
    type: float
    default: 400
  keep_runs:
    description: Keep so many runs of the environment, the last ones. 0 keeps all.
    type: int
    default: 0
  best_effort:
    description: Tell what went wrong in a warning, and go on.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Keep a run in the file golive-runs/history.sqlite
  golive.verify.store:
    run_dir: golive-runs/production/20261123T030000Z-4711

- name: Keep it in PostgreSQL, whose password libpq finds by itself
  golive.verify.store:
    run_dir: golive-runs/production/20261123T030000Z-4711
    store: postgresql://golive@db.example.com/golive
"""

RETURN = r"""
stored:
  description: Whether the run was stored.
  returned: always
  type: bool
  sample: true
result_count:
  description: How many results were stored.
  returned: when it was stored
  type: int
  sample: 312
dropped_runs:
  description: How many runs were too old to keep.
  returned: when it was stored
  type: int
  sample: 0
"""
