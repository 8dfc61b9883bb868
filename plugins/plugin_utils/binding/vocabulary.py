# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What synonyms.yml knows of words, ready to be looked up, and what the forms of an English word have in common."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

SYNONYMS = Path(__file__).with_name("synonyms.yml")
# A usual name of several words is one word as well; this much of its weight is left to each of them.
PIECE = 0.5

# A stem, its weight, and how it was written.
Word = tuple[str, float, str]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NUMBER = re.compile(r"v?\d[\d.,]*(?:[a-z]{1,3}|%)?", re.I)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """synonyms.yml by stems. longest: how many words the keys of same and of means that begin with a word have."""

    silent: frozenset[str]
    whole: frozenset[str]
    noise: frozenset[str]
    same: Mapping[tuple[str, ...], tuple[str, ...]]
    means: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: tuple[Mapping[str, int], Mapping[str, int]]
    forms: Mapping[str, tuple[str, ...]]
    variables: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    products: frozenset[str]

    def stem(self, word: str) -> str:
        """The part that the forms of a word share: encrypt, encrypted, encryption. Silent words stay as they are."""
        word = word.casefold()
        return word if word in self.silent else _stem(word, self.whole)

    def tells(self, word: str) -> bool:
        """Whether a stem says anything: neither silent, nor a single letter, nor a number."""
        return word not in self.silent and (len(word) > 1 or not word.isascii()) and not NUMBER.fullmatch(word)

    def usual(self, words: Sequence[Word]) -> Iterator[Word]:
        """The words with those replaced that others use more."""
        return _replaced(words, self.same, self.longest[0])

    def implied(self, stems: tuple[str, ...], at: int) -> Iterator[str]:
        """What the words that begin there bring to mind."""
        for length in range(1, self.longest[1].get(stems[at], 0) + 1):
            yield from self.means.get(stems[at : at + length], ())


@lru_cache(maxsize=50_000)
def _stem(word: str, whole: frozenset[str]) -> str:
    if len(word) < 4 or word in whole:
        return word
    return _without_ending(_singular(word), whole)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


_ENDINGS = (
    *("ization", "isation", "izing", "ising", "ized", "ised", "izer", "ize", "ise"),
    *("ations", "ation", "ating", "ative", "ated", "ator", "ate"),
    *("ments", "ment", "ingly", "ing", "ion", "edly", "ed", "ly", "ance", "ence", "e"),
)
# How many letters must be left.
_LEAST = {"ion": 4, "ly": 4, "ance": 5, "ence": 5, "ment": 4, "ments": 4, "ise": 5, "ised": 4}
_KEEP = {ending: "iz" for ending in _ENDINGS if ending[:2] in ("iz", "is")}
_VOWEL = re.compile("[aeiouy]")


def _without_ending(word: str, whole: frozenset[str]) -> str:
    if word in whole:
        return word
    for ending in _ENDINGS:
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= _LEAST.get(ending, 3) and _VOWEL.search(rest):
            if ending in ("ing", "ed") and len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz":
                rest = rest[:-1]
            rest += _KEEP.get(ending, "")
            return _without_ending(rest, whole) if ending in ("ing", "ed", "ion", "ly", "ments") else rest
    return word


@cache
def vocabulary(path: Path = SYNONYMS) -> Vocabulary:
    """The synonyms, read once. A malformed file raises ValueError naming it."""
    data = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - the safe one, in C
    try:
        return _vocabulary(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def _vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    silent, whole = frozenset(data["silent"]), frozenset(data["whole"])
    bare = Vocabulary(silent, whole, frozenset(), {}, {}, ({}, {}), {}, (), frozenset())

    def stems(phrase: object) -> tuple[str, ...]:
        return tuple(map(bare.stem, str(phrase).replace("-", " ").split()))

    same = {stems(other): stems(one) for one, others in data["same"].items() for other in (one, *others)}
    same = {key: value for key, value in same.items() if len(value) > 1 or key != value}
    longest = _longest(same)

    def usual(phrase: object) -> tuple[str, ...]:
        words = _replaced([(word, 1.0, word) for word in stems(phrase)], same, longest)
        return tuple(word for word, *_rest in words if bare.tells(word))

    means: dict[tuple[str, ...], tuple[str, ...]] = {}
    for kind, names in data["means"].items():
        for key in map(usual, names):
            means[key] = tuple(dict.fromkeys(means.get(key, ()) + usual(kind)))
    return Vocabulary(
        silent=silent,
        whole=whole,
        noise=frozenset(map(bare.stem, data["noise"])),
        same=same,
        means=means,
        longest=(longest, _longest(means)),
        forms={form: usual(said) for form, said in data["forms"].items()},
        variables=tuple(
            (re.compile(fnmatch.translate(name)), usual(said))
            for said, names in data["variables"].items()
            for name in names
        ),
        products=frozenset(usual(name)[0] for name in data["products"]),
    )


def _longest(keys: Iterable[tuple[str, ...]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for key in keys:
        found[key[0]] = max(len(key), found.get(key[0], 0))
    return found


def _replaced(
    words: Sequence[Word], same: Mapping[tuple[str, ...], tuple[str, ...]], longest: Mapping[str, int]
) -> Iterator[Word]:
    stems = tuple(word for word, *_rest in words)
    position = 0
    while position < len(stems):
        for length in range(longest.get(stems[position], 0), 0, -1):
            usual = same.get(stems[position : position + length])
            if usual is not None:
                yield from _together(words[position : position + length], usual)
                position += length
                break
        else:
            yield words[position]
            position += 1


def _together(words: Sequence[Word], usual: tuple[str, ...]) -> Iterator[Word]:
    weight = max(weight for _word, weight, _written in words)
    written = " ".join(dict.fromkeys(written for *_rest, written in words))
    if len(usual) > 1:
        yield "_".join(usual), weight, written
        weight *= PIECE
    yield from ((word, weight, written) for word in usual)
