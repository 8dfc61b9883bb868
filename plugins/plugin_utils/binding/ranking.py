# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default matcher: words, weighed. It needs nothing but Python, and finds the same on every machine.

weights.json holds what `make eval-train` found for the features (features.py) and for how sure to be (Sureness): a few
dozen numbers, and no word of any checklist.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ansible_collections.golive.verify.plugins.plugin_utils.binding import words
from ansible_collections.golive.verify.plugins.plugin_utils.binding.features import Considered, Examiner, Features
from ansible_collections.golive.verify.plugins.plugin_utils.binding.index import Index
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate, Question
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control

WEIGHTS = Path(__file__).with_name("weights.json")
# How much of a heading or a word a reason shows.
_SHOWN = 80
# How many candidates an item gets.
MOST = 5
# From here on a candidate may be bound unasked: on lists left out of the training, 92 of 100 were right (`make eval`).
CONFIDENCE = 0.86


class Sureness(NamedTuple):
    """What tells how sure to be of the best candidate. share: its part of the likelihood of all; margin: by how much it
    leads; strength: its score; domain, extras: the part of the likelihood that its domain has, and that extras have.
    The others are its features.
    """

    share: float
    log_share: float
    margin: float
    strength: float
    domain: float
    extras: float
    extra: float
    foreign: float
    second: float
    joint: float
    content: float
    letters: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature is worth for a candidate's score, and each sign for being sure of the best one."""

    features: Features
    sureness: Sureness
    threshold: float

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Weights:
        """Raises ValueError for a file that does not fit the features."""
        data = json.loads(path.read_text(encoding="utf-8"))
        try:
            return cls(Features(**data["features"]), Sureness(**data["sureness"]), data["threshold"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name}: {error}: train again") from error


class WordMatcher:
    """Finds controls by their phrases, whatever the words' forms and synonyms, and by where an item stands."""

    def __init__(self, controls: Mapping[str, Control], weights: Weights | None = None) -> None:
        self.confidence = CONFIDENCE
        self._weights = weights or Weights.load()
        self.index = Index(controls.values())
        self._examiner = Examiner(self.index)

    def rank(self, questions: Sequence[Question]) -> Sequence[Sequence[Candidate]]:
        """See Matcher."""
        return [
            list(self._candidates(question, considered))
            for question, considered in zip(questions, self.examined(questions), strict=True)
        ]

    def examined(self, questions: Sequence[Question]) -> Iterator[Sequence[Considered]]:
        """For each question, the controls that come into question with their features: what is trained on."""
        return self._examiner.examine(questions)

    def ranked(self, considered: Sequence[Considered], weights: Features) -> list[tuple[float, Considered]]:
        """The same with their scores, the best first; of equals the one that comes first in the catalogue."""
        scored = [(sum(map(float.__mul__, weights, each.features)), each) for each in considered]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1].control))

    def sureness(self, ranked: Sequence[tuple[float, Considered]]) -> Sureness:
        """The signs of how sure to be of the best of the ranked."""
        likelihoods = _likelihoods(ranked)
        named = self.index.domains
        score, best = ranked[0]
        domains: dict[str, float] = defaultdict(float)
        extras = 0.0
        for likelihood, (_score, each) in zip(likelihoods, ranked, strict=True):
            domains[named[each.control]] += likelihood
            extras += likelihood * each.features.extra
        return Sureness(
            share=likelihoods[0],
            log_share=max(math.log(likelihoods[0]), -4) / 4,
            margin=min(score - ranked[1][0], 6) / 6 if len(ranked) > 1 else 1.0,
            strength=score / 10,
            domain=domains[named[best.control]],
            extras=extras,
            extra=best.features.extra,
            foreign=best.features.foreign,
            second=best.features.second,
            joint=best.features.joint,
            content=best.features.content,
            letters=best.features.letters,
        )

    def _candidates(self, question: Question, considered: Sequence[Considered]) -> Iterator[Candidate]:
        ranked = self.ranked(considered, self._weights.features)
        if not ranked:
            return
        likelihoods = _likelihoods(ranked)
        signs = sum(map(float.__mul__, self._weights.sureness, self.sureness(ranked)))
        sure = 1 / (1 + math.exp(-signs - self._weights.threshold))
        left = (1 - sure) / (1 - likelihoods[0]) if likelihoods[0] < 1 else 0.0
        for place, (score, each) in enumerate(ranked[:MOST]):
            # What is left of the confidence falls to the others as they are likely; never more than the best one has.
            confidence = sure if place == 0 else min(sure, left * likelihoods[place])
            control = self.index.controls[each.control]
            yield Candidate(control.id, score, confidence, self._reason(question, each))

    def _reason(self, question: Question, found: Considered) -> str:
        where = f" under '{question.headings[-1][:_SHOWN]}'" if found.features.section and question.headings else ""
        if found.phrase < 0:
            form = "its form" if found.features.story or found.features.variable else "what stands around it"
            return f"no phrase is like it, but {form} speaks for the control{where}"
        phrase = self.index.phrases[found.phrase]
        said = words.read(question.text)
        shared = [word for word in said.words if word in phrase.vector.weights]
        shared.sort(key=lambda word: -phrase.vector.weights[word])
        shown = list(dict.fromkeys(said.shown[word][:_SHOWN].casefold() for word in shared))[:3]
        shares = f": both say {', '.join(shown)}" if shown else ""
        return f"like '{phrase.text}'{shares}{where}"


def _likelihoods(ranked: Sequence[tuple[float, Considered]]) -> list[float]:
    powers = [math.exp(score - ranked[0][0]) for score, _each in ranked]
    return [power / sum(powers) for power in powers]
