# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say which environment is meant."""

    DOCUMENTATION = r"""
options:
  checklist:
    description: The environment's checklist. Without it, C(checklist.md) in the inventory's directory.
    type: path
  environment:
    description: The environment's name. Without it, the name of the inventory's directory.
    type: str
  runs_dir:
    description: Where runs are kept, each in C(<environment>/<run>).
    type: path
    default: golive-runs
  collections:
    description: Other collections, as V(acme.controls), whose controls the checklist may name.
    type: list
    elements: str
    default: []
"""

    WRITES = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode), where it tells what it would write.
    support: full
  diff_mode:
    description: Returns the checklist before and after, with secrets masked.
    support: full
"""
