# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the bench's verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: fact
short_description: Prove one fact of a host
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - What the other contenders of the bench check too. One fact, so that 200 of them are 200 checks.
extends_documentation_fragment:
  - golive.verify.check
  - golive.verify.check.from_host
options:
  file:
    description: A file that must be there.
    type: path
  mode:
    description: The mode of O(file).
    type: str
  port:
    description: A TCP port.
    type: int
  listening:
    description: Whether O(port) listens.
    type: bool
  unit:
    description: A systemd unit.
    type: str
  active:
    description: Whether O(unit) runs.
    type: bool
  command:
    description: A command that must end well.
    type: list
    elements: str
"""

PROVES = ["bench.fact"]
