# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say where history is kept, and what a run is held against."""

    DOCUMENTATION = r"""
options:
  store:
    description:
      - Where history is kept, the path of an SQLite file or a URL of PostgreSQL. V(true) is C(history.sqlite) in
        O(runs_dir).
      - A password belongs into C(PGPASSFILE), or the URL comes from a vault.
    type: str
    default: 'true'
  runs_dir:
    description: Where runs are kept, each in C(<environment>/<run>).
    type: path
    default: golive-runs
  baseline:
    description: The baseline. Without it, C(baseline.json) beside the run's checklist; it need not exist.
    type: path
  environment_dir:
    description: The environment's directory, with C(attestations/). Without it, that of the checklist.
    type: path
  values:
    description:
      - Which values matter while a result still passes. Each entry has C(control) and C(key), patterns, and
        C(matters), one of V(never), V(always), or V(falls), V(rises) or V(moves) with a number or a share, as in
        V(falls 10%). The first that fits counts; these come before the rules of the collection.
    type: list
    elements: dict
    default: []
"""
