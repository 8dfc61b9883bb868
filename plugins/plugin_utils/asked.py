# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a plan the checks of one host need to know. It is little, and quick to load: every host of a run does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
    chosen by the run or not; None where there is no checklist. kept: of the host at hand the results of an earlier run
    that stand, by the question that they answer (questions.py). only_needs: nothing is looked at, and only told what
    looking would have to be allowed."""

    controls: list[str] | None
    stated: dict[str, dict[str, Stated]]
    items: list[str] | None = None
    kept: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    only_needs: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON: what is the same for every host."""
        return {
            "controls": self.controls,
            "stated": {name: {each: asdict(one) for each, one in of.items()} for name, of in self.stated.items()},
            "items": self.items,
            "only_needs": self.only_needs,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Asked:
        """What as_dict described, after its way through JSON."""
        stated = {
            control: {name: Stated(**each) for name, each in thresholds.items()}
            for control, thresholds in data["stated"].items()
        }
        return cls(data["controls"], stated, data["items"], only_needs=data["only_needs"])


EVERYTHING = Asked(None, {})
