# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a plan the checks of one host need to know. It is little, and quick to load: every host of a run does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stated:
    """A threshold that the text of an item states: in which line, in which words."""

    value: float
    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """controls: None for all. stated: thresholds by control and name. items: the ids of all that the checklist has,
    chosen by the run or not; None where there is no checklist."""

    controls: list[str] | None
    stated: dict[str, dict[str, Stated]]
    items: list[str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Asked:
        """What as_dict described, after its way through JSON."""
        stated = {
            control: {name: Stated(**each) for name, each in thresholds.items()}
            for control, thresholds in data["stated"].items()
        }
        return cls(data["controls"], stated, data["items"])


EVERYTHING = Asked(None, {})
