# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the gate: what it decides, and how an item may stand beyond the statuses of results."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.plugin_utils.results import Status

GO, NO_GO = "go", "no_go"
UNBOUND, NOT_SELECTED, INFO = "unbound", "not_selected", "info"
PROVEN = {Status.PASS.value, Status.ATTESTED.value}
# How items may stand that nobody has to act on.
GOOD = {*PROVEN, Status.WAIVED.value, Status.NOT_APPLICABLE.value, Status.NOT_DUE.value, INFO}
