# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that every drill has."""

    DOCUMENTATION = r"""
options:
  name:
    description: The drill's name, which is also that of its evidence. Small letters, digits, C(-), C(_) and C(.).
    type: str
    required: true
  limit:
    description: Seconds that all steps may take. After that, everything is undone.
    type: float
    default: 600
  abort_when:
    description:
      - Commands, each a list of the tool and its arguments, asked before each step and each repetition.
      - When one of them ends well, the drill ends at once and everything is undone.
    type: list
    elements: list
    default: []
  evidence_dir:
    description: Where the evidence is kept, on the controller. Without it, C(drills/) in the inventory's directory.
    type: path
attributes:
  check_mode:
    description: Shows the plan in C(check_mode), and does nothing.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: none
"""
