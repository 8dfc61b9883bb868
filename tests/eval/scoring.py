"""How well proposed controls agree with what people labelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate
from tests.eval.lists import Row

# What the default matcher has to reach, each list judged by what was learned from the others.
BARS = {"first": 0.68, "among three": 0.86, "precision": 0.92, "recall": 0.40}


@dataclass(frozen=True)
class Score:
    """Counts of items. labelled: those that ask for a control; gaps: those that ask for none of the common ones.

    first, three: the first, or one of the first three candidates, is a label. bound: the first candidate is sure enough
    to be bound unasked; right: and is a label; gaps_bound: though the item asks for none.
    """

    labelled: int = 0
    gaps: int = 0
    first: int = 0
    three: int = 0
    reciprocal: float = 0.0
    bound: int = 0
    right: int = 0
    gaps_bound: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def rates(self) -> dict[str, float]:
        """Shares of the labelled items; precision: of the bound ones, items that ask for none included."""
        return {
            "first": self.first / (self.labelled or 1),
            "among three": self.three / (self.labelled or 1),
            "MRR": self.reciprocal / (self.labelled or 1),
            "precision": self.right / (self.bound or 1),
            "recall": self.right / (self.labelled or 1),
        }

    def missed(self) -> list[str]:
        """The bars that were not reached, as sentences."""
        rates = self.rates()
        return [f"{name} {rates[name]:.3f} is below {least:.2f}" for name, least in BARS.items() if rates[name] < least]


def score(rows: Iterable[Row], ranked: Iterable[Sequence[Candidate]], confidence: float) -> Score:
    """Any control that is among an item's labels counts as right."""
    total = Score()
    for row, candidates in zip(rows, ranked, strict=True):
        hits = [candidate.control in row.labels for candidate in candidates]
        bound = bool(candidates) and candidates[0].confidence >= confidence
        total += Score(
            labelled=bool(row.labels),
            gaps=not row.labels,
            first=any(hits[:1]),
            three=any(hits[:3]),
            reciprocal=1 / (1 + hits.index(True)) if any(hits) else 0.0,
            bound=bound,
            right=bound and hits[0],
            gaps_bound=bound and not row.labels,
        )
    return total
