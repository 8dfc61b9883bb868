# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What headings of any checklist mean: which canonical section, and which phase around the launch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

SIGN_OFF = "sign_off"

_HERE = Path(__file__).parent
# The C loader is ten times as fast, and every host of a run knows the names.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRENGTHS = ("headings", "weaker", "weakest")
# Headings end at their subject ("Database Backups"), but for parts that tell more of it ("Backups of the Database").
_PARTS = re.compile(r"[&/,:;()\[\]|\u2013\u2014]|\s[-+]\s|\s(?:and|or|for|of|to|with|in|on|by|before|after|during)\s")
_JOINING = frozenset(("and", "or", "for", "of", "to", "with", "in", "on", "by", "before", "after", "during"))
_NOT_A_WORD = re.compile(r"[\W_]+")
_T_MINUS = re.compile(r"\bt\s?([-\u2212\u2013+=])\s?(\d{1,4})\s?([a-z]*)", re.I)
_HOURS = {"minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "hr": 1.0, "h": 1.0, "day": 24.0, "d": 24.0}
_HOURS |= {"week": 168.0, "w": 168.0, "month": 720.0}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SPAN = re.compile(rf"\b(\d{{1,4}}|{'|'.join(_NUMBERS)}) ?({'|'.join(_HOURS)})\b")
_BEFORE = re.compile(r"\b(?:before|prior|until)\b")
_AFTER = re.compile(r"\b(?:after|post|first|within|following|later|next|hypercare)\b")

# The words of a phrase, and what it means.
Phrases = Mapping[tuple[str, ...], str]
# Where in a heading a phrase begins and ends, and what it means.
Match = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Phase:
    """When an item is due. opens, closes: hours from the launch; None: no bound. title: as people say it."""

    name: str
    title: str
    opens: float | None
    closes: float | None


def _load(name: str) -> Mapping[str, Any]:
    text = (_HERE / name).read_text(encoding="utf-8")
    data: Mapping[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - it is the safe loader, in C
    return data


def _words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case and in the singular."""
    return tuple(map(_singular, _NOT_A_WORD.sub(" ", text.replace("&", " and ").casefold()).split()))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word


def _phrases(meanings: Mapping[str, Any], strength: str, names: Iterable[str]) -> Phrases:
    return {_words(phrase): name for name in names for phrase in meanings[name].get(strength, ())}


_SECTIONS_AS_WRITTEN, _PHASES_AS_WRITTEN = _load("sections.yml"), _load("phases.yml")
SECTIONS: Sequence[str] = tuple(_SECTIONS_AS_WRITTEN)
PHASES: Mapping[str, Phase] = {
    name: Phase(name, entry["title"], entry.get("opens"), entry.get("closes"))
    for name, entry in _PHASES_AS_WRITTEN.items()
}


@cache
def _section_phrases() -> Mapping[str, Phrases]:
    """What headings say of sections, by strength; "joined" are the decisive ones that parts would tear."""
    found = {strength: _phrases(_SECTIONS_AS_WRITTEN, strength, SECTIONS) for strength in _STRENGTHS}
    joined = {words: name for words, name in found["headings"].items() if not _JOINING.isdisjoint(words)}
    return {**found, "joined": joined}


@cache
def _phase_phrases() -> tuple[Phrases, Phrases, Phrases]:
    """What headings say of phases. "Post-launch (first day)": what has an end says more, and is looked for first."""
    ending = [name for name, entry in PHASES.items() if entry.closes is not None]
    return (
        _phrases(_PHASES_AS_WRITTEN, "headings", ending),
        _phrases(_PHASES_AS_WRITTEN, "headings", [name for name in PHASES if name not in ending]),
        _phrases(_PHASES_AS_WRITTEN, "weaker", PHASES),
    )


def canonical(headings: Sequence[str]) -> str:
    """The canonical section of the nearest heading that means one; empty where none does.

    Below a heading for signatures everything is one, whichever team signs.
    """
    found = [section for heading in reversed(headings) if (section := _section(heading))]
    if SIGN_OFF in found:
        return SIGN_OFF
    return next(iter(found), "") or next(filter(None, map(_vague_section, reversed(headings))), "")


def phase(headings: Sequence[str]) -> str:
    """The phase that the nearest heading names; empty where none does: such items are due at any time."""
    return next(filter(None, map(_phase, reversed(headings))), "")


@lru_cache(4096)
def _section(heading: str) -> str:
    known = _section_phrases()
    whole = _words(heading)
    if found := _longest(_matches(whole, known["joined"])):
        return found
    for part in map(_words, _PARTS.split(heading.casefold())):
        weaker = _outside(part, known["weaker"], known["weakest"])
        if found := _subject(_matches(part, known["headings"])) or _subject(weaker):
            return found
    return _longest(_matches(whole, known["headings"]))


def _vague_section(heading: str) -> str:
    return _longest(_matches(_words(heading), _section_phrases()["weakest"]))


@lru_cache(4096)
def _phase(heading: str) -> str:
    words = _words(_T_MINUS.sub(_told, heading))
    ending, others, weaker = _phase_phrases()
    return (
        _by_time(" ".join(words))
        or _longest(_outside(words, ending, others))
        or _longest(_matches(words, others))
        or _longest(_matches(words, weaker))
    )


def _told(sign: re.Match[str]) -> str:
    """T-4h and T+1 in words; without a unit, days are meant."""
    if not int(sign[2]):
        return f" at launch {sign[3]}"
    unit = sign[3] if _singular(sign[3].casefold()) in _HOURS else f"days {sign[3]}"
    return f" {sign[2]} {unit} {'after' if sign[1] == '+' else 'before'} "


def _by_time(words: str) -> str:
    """The smallest window that a time before or after the launch lies in; empty where none is named."""
    spans = [_HOURS[found[2]] * (_NUMBERS.get(found[1]) or int(found[1])) for found in _SPAN.finditer(words)]
    if not spans:
        return ""
    if _BEFORE.search(words):
        known = [(-entry.opens, name) for name, entry in PHASES.items() if entry.opens is not None and entry.opens < 0]
        beyond = "pre_deployment"
    elif _AFTER.search(words):
        known = [(entry.closes, name) for name, entry in PHASES.items() if entry.opens == 0 and entry.closes]
        beyond = "post_deployment"
    else:
        return ""
    return min(((limit, name) for limit, name in known if limit >= max(spans)), default=(0, beyond))[1]


def _matches(words: Sequence[str], phrases: Phrases) -> Iterator[Match]:
    """Where phrases begin and end in a heading, and what they mean."""
    longest = max(map(len, phrases))
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            if name := phrases.get(tuple(words[start:end])):
                yield start, end, name


def _longest(matches: Iterable[Match]) -> str:
    """The longest phrase says most; of equals the one that stands first in the heading."""
    return min(((start - end, start, name) for start, end, name in matches), default=(0, 0, ""))[2]


def _subject(matches: Iterable[Match]) -> str:
    """The last phrase is what the words before it describe; of those that end there, the longest."""
    return max(((end, -start, name) for start, end, name in matches), default=(0, 0, ""))[2]


def _outside(words: Sequence[str], phrases: Phrases, others: Phrases) -> Iterator[Match]:
    """The matches of phrases that are no part of a longer one of others: "deployment" in "Post-Deployment"."""
    longer = [(start, end) for start, end, dummy in _matches(words, others) if end - start > 1]
    for start, end, name in _matches(words, phrases):
        if not any(low <= start and end <= high for low, high in longer):
            yield start, end, name
