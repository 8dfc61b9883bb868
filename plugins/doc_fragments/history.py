# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that say where history is kept."""

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
"""
