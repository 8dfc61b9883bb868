# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue's words, turned round: from a word to the phrases of controls that have it.

A word weighs the more the fewer controls have it (inverse document frequency), and little where nearly every item of
every checklist has it (the noise of synonyms.yml).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.plugin_utils.binding import words
from ansible_collections.golive.verify.plugins.plugin_utils.binding.vocabulary import vocabulary
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control

# A word of noise keeps this share of its weight; a word that no control has weighs this share of the rarest.
NOISE, UNKNOWN = 0.3, 0.7
# A word that weighs less than this share of the item's weightiest finds no phrases.
LITTLE = 0.25

_Postings = Mapping[str, Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Vector:
    """Weights of words; size: the Euclidean length; mass: their sum."""

    weights: Mapping[str, float]
    size: float
    mass: float

    def shared(self, other: Vector) -> float:
        """The share of this vector's mass whose words the other has too."""
        theirs = other.weights
        return sum([weight for word, weight in self.weights.items() if word in theirs]) / (self.mass or 1.0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of asking for a control. content: its words without noise; trigrams: its letters in threes."""

    control: int
    text: str
    vector: Vector
    content: frozenset[str]
    trigrams: frozenset[str]


class Index:
    """Every control with its phrases, looked up by word. Controls and phrases are known by their numbers."""

    def __init__(self, controls: Iterable[Control]) -> None:
        self.controls = tuple(controls)
        self.domains = [control.domain for control in self.controls]
        self._noise = vocabulary().noise
        read = [[(text, words.read(text)) for text in (control.title, *control.phrases)] for control in self.controls]
        held: dict[str, int] = defaultdict(int)
        for texts in read:
            for word in {word for _text, said in texts for word in said.words}:
                held[word] += 1
        count = len(self.controls) + 1
        self._rarity = {word: self._damped(word, math.log(count / (number + 0.3))) for word, number in held.items()}
        self._unknown = math.log(count) * UNKNOWN
        self.phrases: list[Phrase] = []
        self.bags: list[Vector] = []
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._first = [0]
        for number, texts in enumerate(read):
            self._take(number, texts, postings)
            self._first.append(len(self.phrases))
        self._owners = [phrase.control for phrase in self.phrases]
        self._postings: _Postings = postings
        self._bag_postings: _Postings = _turned(self.bags)

    def _take(
        self, number: int, texts: Iterable[tuple[str, words.Text]], postings: dict[str, list[tuple[int, float]]]
    ) -> None:
        bag: dict[str, float] = {}
        often: dict[str, int] = defaultdict(int)
        for text, said in texts:
            vector = self.vector(said.words)
            if not vector.mass:
                continue
            for word, weight in vector.weights.items():
                postings[word].append((len(self.phrases), weight / vector.size))
                bag[word] = max(bag.get(word, 0.0), weight)
                often[word] += 1
            self.phrases.append(Phrase(number, text, vector, self.content(said), trigrams(said.order)))
        self.bags.append(_sized({word: weight * (1 + 0.5 * math.log(often[word])) for word, weight in bag.items()}))

    def _damped(self, word: str, rarity: float) -> float:
        return rarity * NOISE if word in self._noise else rarity

    def vector(self, said: Mapping[str, float]) -> Vector:
        """The words weighed by how much they tell."""
        rarity, unknown = self._rarity, self._unknown
        return _sized({word: weight * rarity.get(word, unknown) for word, weight in said.items()})

    def content(self, said: words.Text) -> frozenset[str]:
        """What the text says without noise."""
        return frozenset(word for word in said.order if word not in self._noise)

    def near_phrases(self, said: Vector) -> tuple[Mapping[int, float], Mapping[int, float]]:
        """About the cosine with each phrase that shares a word, and of each control the nearest phrase's.

        Words that tell little beside the others are not looked up: they are those that find nearly everything.
        """
        least = LITTLE * max(said.weights.values(), default=0.0)
        found: dict[int, float] = defaultdict(float)
        for word, weight in said.weights.items():
            if weight >= least:
                share = weight / said.size
                for phrase, theirs in self._postings.get(word, ()):
                    found[phrase] += share * theirs
        nearest: dict[int, float] = {}
        owners = self._owners
        for phrase, cosine in found.items():
            control = owners[phrase]
            if cosine > nearest.get(control, 0.0):
                nearest[control] = cosine
        return found, nearest

    def own(self, control: int) -> range:
        """The numbers of the control's phrases."""
        return range(self._first[control], self._first[control + 1])

    def near_bags(self, said: Vector) -> Mapping[int, float]:
        """For each control that shares a word: the cosine with all its phrases taken together."""
        found: dict[int, float] = defaultdict(float)
        for word, weight in said.weights.items():
            share = weight / said.size
            for control, theirs in self._bag_postings.get(word, ()):
                found[control] += share * theirs
        return found


def trigrams(order: Sequence[str]) -> frozenset[str]:
    """The text's letters in threes: words that are spelled alike share most of them."""
    text = f" {' '.join(order)} "
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


def _sized(weights: Mapping[str, float]) -> Vector:
    return Vector(weights, math.sqrt(sum(weight * weight for weight in weights.values())), sum(weights.values()))


def _turned(bags: Sequence[Vector]) -> _Postings:
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, bag in enumerate(bags):
        for word, weight in bag.weights.items():
            postings[word].append((number, weight / bag.size))
    return postings
