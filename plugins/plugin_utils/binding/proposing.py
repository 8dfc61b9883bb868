# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Propose controls for the items that nobody has decided on, and write what is certain enough into the checklist.

What a person decided stands: an item with any golive comment is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate, Matcher, Question
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.places import Places

# How many candidates a person is offered.
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an item seems to ask for. bind: the controls that are certain enough to be bound without being asked."""

    item: Item
    bind: tuple[str, ...]
    candidates: tuple[Candidate, ...]


def undecided(item: Item) -> bool:
    """Whether nobody has said yet what proves the item. A signature proves itself."""
    return not (item.bindings or item.mark or item.document or item.role)


def proposals(checklist: Checklist, matcher: Matcher, confidence: float) -> list[Proposal]:
    """A proposal for each undecided item. confidence: from which on a candidate is bound (see Candidate)."""
    items = [item for item in checklist.items if undecided(item)]
    ranked = matcher.rank([question(item) for item in items])
    return [_proposal(item, candidates, confidence) for item, candidates in zip(items, ranked, strict=True)]


def question(item: Item) -> Question:
    """The item as a matcher sees it."""
    return Question(item.text, tuple(item.section.split(" > ")), item.parents, item.parameters)


def bound(text: str, checklist: Checklist, chosen: Mapping[str, Sequence[str]]) -> str:
    """The checklist's text with golive comments at the items chosen. chosen: controls by the item's id.

    Nothing else changes. Where an item leaves no room in its line, it stays unbound.
    """
    places = Places(text, checklist.items)
    rooms = [(places.of(item).room, chosen[item.id]) for item in checklist.items if chosen.get(item.id)]
    parts, at = [], 0
    for room, controls in sorted((room, controls) for room, controls in rooms if room):
        place, before, after = room
        parts += [text[at:place], f"{before}<!-- golive: {' '.join(controls)} -->{after}"]
        at = place
    return "".join([*parts, text[at:]])


def _proposal(item: Item, candidates: Sequence[Candidate], confidence: float) -> Proposal:
    certain = tuple(candidate.control for candidate in candidates if candidate.confidence >= confidence)
    return Proposal(item, certain[:OFFERED], tuple(candidates[:OFFERED]))
