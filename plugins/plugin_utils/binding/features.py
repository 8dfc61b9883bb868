# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks for and against a control being what an item asks for, each as a number of about 0 to 1."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from ansible_collections.golive.verify.plugins.plugin_utils.binding import words
from ansible_collections.golive.verify.plugins.plugin_utils.binding.index import Index, Vector, trigrams
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Question
from ansible_collections.golive.verify.plugins.plugin_utils.binding.vocabulary import vocabulary
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import sections

# How many controls are looked at closely, and how many phrases of each.
CONSIDERED, PHRASES = 18, 3
# How many controls a form speaks for.
_FORMED = 12
# How much of what stands around an item counts beside its own words: headings from the nearest outwards.
HEADINGS, PARENT, DETAIL, INTRODUCTION = (0.5, 0.25, 0.12), 0.8, 0.35, 0.9
# What a rough look is worth: all phrases together, what stands around, and the item's form, beside the best phrase.
BAG, AROUND, FORM = 0.6, 0.4, 0.6
_MOST_HEADINGS, _MOST_DETAILS = 8, 12
# Headings over what users do, with the live system or in a test.
_FLOWS = re.compile(
    r"\bfunctional(?:ity)?\b|\bfeatures?\b(?! (?:flag|toggle))|\b(?:work)?flows?\b|\bjourneys?\b|\bcritical paths?\b",
    re.I,
)
# Words of trying something out.
_TRYING = ("test", "drill", "simulate", "rehearse", "exercise", "practice")

_Likeness = tuple[float, float, float, float, float, float]
# Where an item stands: its headings and its parents. All that stands there has the same surroundings.
_Place = tuple[tuple[str, ...], tuple[str, ...]]


class Features(NamedTuple):
    """phrase, second: how near the control's two nearest phrases are; joint: the same with what stands around the item.
    phrase_share: how much of the phrase the item says, of the phrase that has most in common with it.
    content: words in common of all words, noise left out; letters: the same of trigrams.
    bag, bag_share: how near all the phrases together are, and how much of the item they say.
    around: how near what stands around the item is; section: whether it is the control's own section.
    siblings: how near the items under the same heading are to the control's domain.
    story, variable, credential, address: whether the item's form is the control's.
    only_variable: the same where the item says nothing else.
    flows: whether the control is about what users do, and the item stands below a heading about that.
    drill, no_drill: whether a control proven by a drill is asked for in words of trying something out, or is not.
    foreign: whether the control speaks of a product that the whole checklist never names. extra: see Control.origin.
    """

    phrase: float
    second: float
    joint: float
    phrase_share: float
    content: float
    letters: float
    bag: float
    bag_share: float
    around: float
    section: float
    siblings: float
    story: float
    variable: float
    only_variable: float
    credential: float
    address: float
    flows: float
    drill: float
    no_drill: float
    foreign: float
    extra: float


@dataclass(slots=True)
class Considered:
    """A control that comes into question for an item, with the number of its nearest phrase (-1: none)."""

    control: int
    phrase: int
    features: Features


@dataclass(slots=True)
class _Around:
    """What stands around the items of one place. near: the controls that it speaks of.

    domains: how much of the items there each domain of controls has, by a rough look at each.
    """

    words: Mapping[str, float]
    near: Mapping[int, float]
    items: int
    domains: dict[str, float]


@dataclass(slots=True)
class _Asked:
    """A question taken apart. bare: whether it says nothing beside a variable's name.

    shares: of the controls that come into question, how much a rough look gives to each; they add up to 1.
    """

    said: words.Text
    vector: Vector
    joint: Vector
    content: frozenset[str]
    letters: frozenset[str]
    section: str
    bare: bool
    trying: bool
    marks: Set[str]
    near: Mapping[int, float]
    bags: Mapping[int, float]
    around: _Around
    shares: Mapping[int, float]


class Examiner:
    """Looks at all items of a checklist, first roughly, then closely at the controls that come into question."""

    def __init__(self, index: Index) -> None:
        known = vocabulary()
        self._index = index
        self._noise = known.noise
        self._trying = frozenset(map(known.stem, _TRYING))
        self._products = [
            known.products & words.read(control.id.replace(".", " ")).words.keys() for control in index.controls
        ]
        self._forms = {form: self._of_form(said) for form, said in known.forms.items()}

    def _of_form(self, said: Sequence[str]) -> Mapping[int, float]:
        """The controls that a form speaks for: 1 for the nearest, a half for the second, and so on."""
        vector = self._index.vector(dict.fromkeys(said, 1.0))
        _near, nearest = self._index.near_phrases(vector)
        bags = self._index.near_bags(vector)
        best = sorted((-nearness - bags[control], control) for control, nearness in nearest.items())[:_FORMED]
        return {control: 1 / place for place, (_nearness, control) in enumerate(best, 1)}

    def examine(self, questions: Sequence[Question]) -> Iterator[Sequence[Considered]]:
        """For each question the controls that come into question, by a rough look the likeliest first."""
        places: dict[_Place, _Around] = {}
        asked = [self._asked(_bounded(question), places) for question in questions]
        said = {word for each in asked for word in each.joint.weights}
        for each in asked:
            yield [self._closely(control, each, said) for control in each.shares]

    def _asked(self, question: Question, places: dict[_Place, _Around]) -> _Asked:
        index = self._index
        said = words.read(question.text).with_more(map(words.read, question.details), DETAIL)
        if question.parents and question.parents[-1].rstrip().endswith(":"):
            said = said.with_more([words.read(question.parents[-1])], INTRODUCTION)
        around = places.get((question.headings, question.parents))
        if around is None:
            context = _context(question)
            around = _Around(context, index.near_bags(index.vector(context)), 0, defaultdict(float))
            places[question.headings, question.parents] = around
        vector = index.vector(said.words)
        (near, nearest), bags = index.near_phrases(vector), index.near_bags(vector)
        marks = said.marks | ({"flows"} if any(map(_FLOWS.search, question.headings[-2:])) else set())
        shares = self._shares(nearest, bags, around, marks)
        around.items += 1
        for control, share in shares.items():
            around.domains[index.domains[control]] += share
        strong = [word for word, weight in said.words.items() if weight >= words.AFTER and word not in self._noise]
        return _Asked(
            said=said,
            vector=vector,
            joint=index.vector({**around.words, **_greater(said.words, around.words)}),
            content=index.content(said),
            letters=trigrams(said.order),
            section=sections.canonical(question.headings),
            bare=not strong,
            trying=not self._trying.isdisjoint(said.words),
            marks=marks,
            near=near,
            bags=bags,
            around=around,
            shares=shares,
        )

    def _shares(
        self, nearest: Mapping[int, float], bags: Mapping[int, float], around: _Around, marks: Iterable[str]
    ) -> Mapping[int, float]:
        """The controls that come into question, with the share that a rough look gives to each."""
        rough: dict[int, float] = defaultdict(float, nearest)
        for weight, found in ((BAG, bags), (AROUND, around.near), *((FORM, self._forms[mark]) for mark in marks)):
            for control, nearness in found.items():
                rough[control] += weight * nearness
        best = sorted([(-worth, control) for control, worth in rough.items()])[:CONSIDERED]
        # The fourth power leaves little to those far behind.
        total = sum(worth**4 for worth, _control in best) or 1.0
        return {control: worth**4 / total for worth, control in best}

    def _closely(self, number: int, asked: _Asked, everywhere: Set[str]) -> Considered:
        index, control, around = self._index, self._index.controls[number], asked.around
        nearest, likeness = self._likeness(asked, number)
        forms = {mark: self._forms[mark].get(number, 0.0) for mark in asked.marks}
        variable, drill, products = forms.get("variable", 0.0), control.proof == "drill", self._products[number]
        features = Features(
            *likeness,
            bag=asked.bags.get(number, 0.0),
            bag_share=asked.vector.shared(index.bags[number]),
            around=around.near.get(number, 0.0),
            section=float(asked.section != "" and asked.section == control.section),
            siblings=(around.domains[index.domains[number]] - asked.shares[number]) / max(around.items - 1, 1),
            story=forms.get("story", 0.0),
            variable=variable,
            only_variable=variable if asked.bare else 0.0,
            credential=forms.get("credential", 0.0),
            address=forms.get("address", 0.0),
            flows=forms.get("flows", 0.0),
            drill=float(drill and asked.trying),
            no_drill=float(drill and not asked.trying),
            foreign=float(bool(products) and products.isdisjoint(everywhere)),
            extra=float(control.origin == "extra"),
        )
        return Considered(number, nearest, features)

    def _likeness(self, asked: _Asked, number: int) -> tuple[int, _Likeness]:
        """The number of the control's nearest phrase, and the features from phrase to letters."""
        near = sorted([(-asked.near[own], own) for own in self._index.own(number) if own in asked.near])[:PHRASES]
        vector, joint = asked.vector, asked.joint
        words_said, words_around = vector.weights, joint.weights
        nearest, best, second, jointly, phrase_share, item_share = -1, 0.0, 0.0, 0.0, 0.0, 0.0
        content = letters = 0.0
        for _about, own in near:
            phrase = self._index.phrases[own]
            product = joint_product = said = saying = 0.0
            for word, weight in phrase.vector.weights.items():
                if word in words_around:
                    joint_product += weight * words_around[word]
                    if word in words_said:
                        value = words_said[word]
                        product += weight * value
                        said += weight
                        saying += value
            cosine = product / (vector.size * phrase.vector.size)
            if cosine > best:
                nearest, best, second = own, cosine, best
            else:
                second = max(second, cosine)
            jointly = max(jointly, joint_product / (joint.size * phrase.vector.size))
            shares = said / phrase.vector.mass, saying / vector.mass
            if sum(shares) > phrase_share + item_share:
                phrase_share, item_share = shares
            content = max(content, _overlap(asked.content, phrase.content))
            letters = max(letters, _alike(asked.letters, phrase.trigrams))
        return nearest, (best, second, jointly, phrase_share, content, letters)


def _bounded(question: Question) -> Question:
    """As much of the question as is looked at."""
    return Question(
        question.text,
        tuple(heading[: words.MAX_CHARACTERS] for heading in question.headings[-_MOST_HEADINGS:]),
        tuple(parent[: words.MAX_CHARACTERS] for parent in question.parents[-_MOST_HEADINGS:]),
        question.details[:_MOST_DETAILS],
    )


def _context(question: Question) -> Mapping[str, float]:
    """The words around an item, the less the farther away."""
    around = [(parent, PARENT) for parent in question.parents]
    around += zip(reversed(question.headings), HEADINGS, strict=False)
    found: dict[str, float] = {}
    for text, weight in around:
        found.update(_greater({word: value * weight for word, value in words.read(text).words.items()}, found))
    return found


def _greater(some: Mapping[str, float], others: Mapping[str, float]) -> dict[str, float]:
    return {word: max(weight, others.get(word, 0.0)) for word, weight in some.items()}


def _overlap(some: Set[str], others: Set[str]) -> float:
    both = len(some & others)
    return both / (len(some) + len(others) - both or 1)


def _alike(some: Set[str], others: Set[str]) -> float:
    return 2 * len(some & others) / (len(some) + len(others) or 1)
