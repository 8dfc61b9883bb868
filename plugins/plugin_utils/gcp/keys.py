# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of one's own, with which services of Google Cloud encrypt."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


def key_problems(wanted: str | None, found: str) -> list[str]:
    """Why something is not encrypted with the declared key; a version of the key is the key."""
    if not wanted or found.partition("/cryptoKeyVersions/")[0] == wanted:
        return []
    return [f"is encrypted with {shown(found, 200)}, not {wanted}" if found else "is not encrypted with a key of ours"]
