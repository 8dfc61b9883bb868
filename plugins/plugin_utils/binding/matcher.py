# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What finds the controls that an item of a checklist asks for: the interface that every matcher follows.

A matcher is made from the catalogue, Matcher(controls), and asked about all items of one checklist at once, since its
items explain each other. A matcher of your own is a class with a confidence and a rank, in any Python package that the
controller can import; matchers.py finds it by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """One item, as its checklist asks. Markdown is kept.

    headings: those above it, the outermost first; parents: the items and bullets that it is nested in, the same way;
    details: the bullets without a box below it.
    """

    text: str
    headings: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A control that an item may ask for.

    score: the matcher's own measure, the higher the better, comparable among the candidates of one item only.
    confidence: how probable it is that the item asks for this control, 0 to 1. reason: one short sentence for people.
    """

    control: str
    score: float
    confidence: float
    reason: str


class Matcher(Protocol):
    """Finds controls for items. The same questions always get the same answers."""

    @property
    def confidence(self) -> float:
        """From which confidence on a candidate may be bound without asking, unless the user says otherwise."""

    def rank(self, questions: Sequence[Question]) -> Sequence[Sequence[Candidate]]:
        """For each question, in order, its candidates: the best first, none where nothing fits."""
