# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a run: which items of which checklist it decides over, on which targets, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.asked import Asked, Stated
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import SECTIONS
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.governance import Governance
from ansible_collections.golive.verify.plugins.plugin_utils.owners import Owner
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import Note, Source
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status

SCHEMA = 3


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the user limited the run to; empty where nothing was.

    slice: the name of the part of the inventory that the run was given, where it was not given the whole.
    """

    limit: str = ""
    slice: str = ""
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    section: str = ""
    phase: str = ""

    def __bool__(self) -> bool:
        return any((self.limit, self.slice, self.tags, self.skip_tags, self.section, self.phase))

    def words(self) -> str:
        """The narrowing as a person would say it; empty when there is none."""
        said = asdict(self)
        return ", ".join(
            f"{name.replace('_', '-')} {value if isinstance(value, str) else ','.join(value)}"
            for name, value in said.items()
            if value
        )

    @property
    def hosts(self) -> str:
        """What left hosts out, in words; empty where nothing did."""
        return Narrowing(limit=self.limit, slice=self.slice).words()

    @property
    def sections(self) -> tuple[str, ...]:
        """The canonical sections that the tags name, where they name nothing else: then they choose items."""
        return self.tags if all(tag in SECTIONS for tag in self.tags) else ()

    def wants_item(self, item: Item) -> bool:
        """Whether section (a canonical one, or words of a heading), tags of sections and phase leave the item in."""
        if self.section in SECTIONS:
            in_section = item.canonical == self.section
        else:
            in_section = self.section.casefold() in item.section.casefold()
        tagged = not self.sections or item.canonical in self.sections
        return in_section and tagged and (not self.phase or item.phase == self.phase)

    def wants_control(self, control: Control) -> bool:
        """Whether the tags leave the control in. A control's tags are its id, domain, severity and section."""
        own = {control.id, control.domain, control.severity.value, control.section}
        wanted = not self.tags or bool(self.sections) or bool(own & set(self.tags))
        return wanted and not own & set(self.skip_tags)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided before the first look. Times are Unix seconds.

    targets: the hosts to verify, with their groups. everywhere: every host of the inventory by group, so that what a
    limit left out can be told from what does not exist. selected_controls: None where all are. severities: of every
    control that an item is bound to. unprovable: those of them that no verifier proves yet. stated: the thresholds that
    the checklist's own words demand. owners: who sees to what.
    sources, notes: of what other runs saw, whose results this one took over.
    """

    run: str
    environment: str
    started: float
    checklist: Checklist
    targets: dict[str, list[str]]
    everywhere: dict[str, list[str]]
    narrowing: Narrowing
    selected_controls: list[str] | None
    severities: dict[str, str] = field(default_factory=dict)
    unprovable: list[str] = field(default_factory=list)
    stated: dict[str, dict[str, Stated]] = field(default_factory=dict)
    governance: Governance = field(default_factory=Governance)
    versions: dict[str, str] = field(default_factory=dict)
    owners: tuple[Owner, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    schema: int = SCHEMA

    @property
    def items(self) -> Sequence[Item]:
        """The items of the checklist."""
        return self.checklist.items

    def selected(self, item: Item) -> bool:
        """Whether the run decides over this item: narrowed runs leave some out."""
        if not self.narrowing.wants_item(item):
            return False
        return self.selected_controls is None or all(control in self.selected_controls for control in item.controls)

    def asked(self) -> Asked:
        """What of it the checks of a host need."""
        return Asked(self.selected_controls, self.stated, [item.id for item in self.items])

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that as_dict described, after its way through JSON; ValueError where it is none."""
        import dacite  # what is missing here was missing to whoever wrote the plan

        hooks = {datetime: datetime.fromisoformat}
        from_json = dacite.Config(cast=[tuple, Severity, Status], type_hooks=hooks, check_types=False)
        try:
            return dacite.from_dict(cls, data, from_json)
        except dacite.DaciteError as wrong:
            raise ValueError(str(wrong)) from wrong


def select_controls(items: Sequence[Item], narrowing: Narrowing, catalogue: Mapping[str, Control]) -> list[str] | None:
    """The controls that a narrowed run proves: those of the items left in that the tags want; None for all."""
    if not any((narrowing.section, narrowing.phase, narrowing.tags, narrowing.skip_tags)):
        return None
    by_item = narrowing.section or narrowing.phase or narrowing.sections
    needed = {control for item in items if narrowing.wants_item(item) for control in item.controls}
    return sorted(
        control.id
        for control in catalogue.values()
        if narrowing.wants_control(control) and (not by_item or control.id in needed)
    )
