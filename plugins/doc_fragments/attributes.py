# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What holds for every module of the collection: it only looks."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and gives the same verdict as without it.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change.
    support: N/A
    details: Nothing is ever changed.
"""
