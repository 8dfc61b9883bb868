# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that every check has."""

    DOCUMENTATION = r"""
options:
  controls:
    description:
      - The controls to prove, of those that this verifier can.
      - Without it, all those that the other options say enough about.
      - A control that is named here and cannot be proven with the options given is an C(error).
    type: list
    elements: str
    default: []
  not_applicable:
    description: Controls that do not apply to this target, each with the declared reason, which the report shows.
    type: dict
    default: {}
  timeout:
    description:
      - Seconds that one look may take. Without it, each kind of observation has its own limit.
      - In a list of checks, no look takes longer than the list's C(deadline).
    type: float
"""

    FROM_HOST = r"""
options:
  from:
    description:
      - Where to look from. V(host) is the machine itself, through Ansible's connection and become.
      - V(controller) is where Ansible runs, the view from outside.
    type: str
    choices: [host, controller]
    default: host
"""

    FROM_CONTROLLER = r"""
options:
  from:
    description:
      - Where to look from. V(controller) is where Ansible runs, the view from outside.
      - V(host) is the machine itself, through Ansible's connection and become.
    type: str
    choices: [host, controller]
    default: controller
"""
