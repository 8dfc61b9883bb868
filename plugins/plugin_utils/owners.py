# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sees to what, as the inventory declares it (golive_owners). It decides nothing; it tells whom to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_KEYS = ("controls", "hosts", "sections")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who sees to what: results whose control, host and section fit these patterns; none given fits all."""

    name: str
    controls: Sequence[str] = ()
    hosts: Sequence[str] = ()
    sections: Sequence[str] = ()

    def has(self, control: str, host: str, section: str) -> bool:
        """Whether it is theirs."""
        pairs = ((self.controls, control), (self.hosts, host), (self.sections, section))
        return all(not patterns or any(fnmatchcase(said, each) for each in patterns) for patterns, said in pairs)


def read(declared: Iterable[Any]) -> tuple[list[Owner], list[str]]:
    """The owners, the first that fits counts; and a sentence for each entry that cannot be understood."""
    found, problems = [], []
    for number, entry in enumerate(declared):
        if not isinstance(entry, Mapping) or not entry.get("owner") or set(entry) - {"owner", *_KEYS}:
            problems.append(f"golive_owners[{number}]: an entry has owner, and any of controls, hosts and sections")
        else:
            found.append(Owner(_line(str(entry["owner"])), *(texts(entry.get(key)) for key in _KEYS)))
    return found, problems


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:120]


def texts(value: Any) -> tuple[str, ...]:
    """One text or several."""
    if value is None:
        return ()
    return tuple(str(each) for each in value) if isinstance(value, (list, tuple)) else (str(value),)


def of_item(owners: Iterable[Owner], section: str, controls: Sequence[str], places: Sequence[tuple[str, str]]) -> str:
    """Who owns an item, by the control and host of each of its results, or by its controls; empty for nobody."""
    pairs = places or [(control, "") for control in controls] or [("", "")]
    return next((owner.name for owner in owners if any(owner.has(*pair, section) for pair in pairs)), "")
