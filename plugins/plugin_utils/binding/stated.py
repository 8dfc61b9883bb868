# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a whole checklist demands of controls in its own words: where several items do, the strictest counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.golive.verify.plugins.plugin_utils.asked import Stated
from ansible_collections.golive.verify.plugins.plugin_utils.binding.thresholds import demands, laxer
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control


def stated(items: Iterable[Item], known: Mapping[str, Control]) -> dict[str, dict[str, Stated]]:
    """The thresholds that texts set, by control and name, in the units of the catalogue."""
    found: dict[str, dict[str, Stated]] = {}
    for item in items:
        for control in item.controls:
            thresholds = known[control].thresholds
            for name, setting in demands(control, thresholds, item).settings.items():
                before = found.setdefault(control, {}).get(name)
                if before is None or laxer(thresholds[name], setting.value, before.value):
                    found[control][name] = Stated(setting.value, setting.line, setting.words)
    return found
