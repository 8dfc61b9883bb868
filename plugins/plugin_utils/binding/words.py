# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a line of a checklist says, as a bag of weighted word stems that two teams would share.

Markdown is taken off, words are reduced to their stems, and what synonyms.yml knows is applied: other spellings become
one word, and names of products bring along what kind of thing they are. Names of variables and sentences of the form
"users can …" leave a mark of their own, since their form says more than their words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from ansible_collections.golive.verify.plugins.plugin_utils.binding.vocabulary import (
    NUMBER,
    Vocabulary,
    Word,
    vocabulary,
)

MAX_CHARACTERS = 600
MAX_WORDS = 60
# How much a word counts by where it stands. What a team puts into brackets or code specifies; the rest is the subject.
TOPIC, PLAIN, AFTER, CODE, BRACKET, ADDRESS, PART, IMPLIED = 1.3, 1.0, 0.75, 0.7, 0.5, 0.4, 0.35, 0.55

_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.S)
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\(([^)\s]{0,500})[^)\n]{0,100}\)")
_ADDRESS = r"\b(?:https?|wss?|rediss?|postgres(?:ql)?|mongodb)://[^\s)>\]`]+"
_VALUE = r"\s?=\s?[\w.:/-]{1,60}"
_VARIABLE = (
    rf"\b[A-Z][A-Z0-9]{{1,30}}(?:_[A-Z0-9]+){{1,8}}\b(?:{_VALUE})?|\b[A-Z]{{2,12}}_\*"
    rf"|\b[A-Z]{{4,30}}{_VALUE}|(?<=`)[A-Z]{{4,30}}(?=`)"
)
_LETTERS = re.compile(r"[^\W\d_]{3,20}")
_PIECE = re.compile(
    rf"(?P<address>{_ADDRESS})|(?P<variable>{_VARIABLE})"
    r"|(?P<word>\d+[.]\d+|[^\W_]+(?:[.][^\W\d_][^\W_]*)*)"
    r"|(?P<sign>[()`:]|\*\*|[ \t][-\u2013\u2014][ \t]|->|→)"
)
# "CRITICAL:", "(High)": how much it matters says nothing of what it is.
_URGENT = "critical|important|blocking|blocker|required|mandatory|optional|recommended|high|medium|low|p[0-4]"
_URGENCY = re.compile(
    rf"^\W*(?:{_URGENT}|warning|note|todo|must)(?:\s+priority)?\W*[:\]\u2013\u2014-]\W*"
    rf"|[(\[]\s*(?:{_URGENT})(?:\s+priority)?\s*[)\]]",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_STORY = (
    r"^\W*(?:(?:new|existing|all|any|a|an|the|every|each|both|test|verify|check|confirm|ensure|that)\W+)*"
    r"(?:users?|customers?|guests?|visitors?|drivers?|buyers?|sellers?|admins?|administrators?|members?|patients?"
    r"|students?|teachers?|merchants?|clients?|owners?|players?|employees?|managers?|vendors?|shoppers?|providers?)\W+"
    r"(?:can|cannot|sees?|receives?|is able|are able|gets?|views?|creates?)\b"
)
# "Twilio credentials added", "API key": what somebody gave us, and nothing else.
_CREDENTIAL = (
    r"^(?:(?!default|database|db|root|ssh|admin|encrypt\w*|hard\w*|no|rotate\w*|test|strong)[\w.]+\W+){0,4}?"
    r"(?:credentials?|(?:api|access|client|public|secret|service) (?:keys?|tokens?|secrets?|ids?)|api tokens?)\b"
    r"(?:\W+\([^)]*\))?\W*(?:(?:is|are|was|were|has been|have been)\W+)?"
    r"(?:set(?: up)?|configured|added|provided|created|entered|obtained|present|in place|ready|valid)?\W*$"
)
_FORMS = {
    "credential": re.compile(_CREDENTIAL, re.I),
    "story": re.compile(_STORY, re.I),
    "variable": re.compile(f"(?:{_VARIABLE})"),
    "address": re.compile(r"https?://"),
}


@dataclass(frozen=True, slots=True)
class Text:
    """What a text says. words: each stem with its weight, 0 to 1.3; order: those that stand there, in their order.

    marks: what the form tells (story, variable, credential, address). shown: the words as they were written, by stem.
    """

    words: Mapping[str, float]
    order: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    shown: Mapping[str, str] = field(default_factory=dict)

    def with_more(self, others: Iterable[Text], weight: float) -> Text:
        """This text, and what the others say beside it, with that share of its weight."""
        words = dict(self.words)
        for other in others:
            for word, value in other.words.items():
                words[word] = max(words.get(word, 0.0), value * weight)
        return Text(words, self.order, self.marks, self.shown)


@lru_cache(maxsize=20_000)
def read(text: str) -> Text:
    """The words of one line. Anything past MAX_CHARACTERS or MAX_WORDS is not looked at."""
    known = vocabulary()
    plain = _LINK.sub(r" \1 \2 ", _COMMENT.sub(" ", text[: 4 * MAX_CHARACTERS]))[:MAX_CHARACTERS]
    plain = _URGENCY.sub(" ", plain if plain.isascii() else unicodedata.normalize("NFKC", plain))
    plain = plain.strip()
    marks = {mark for mark, form in _FORMS.items() if form.search(plain)}
    words: dict[str, float] = {}
    shown: dict[str, str] = {}
    order: list[str] = []
    for word, weight, written in _settled(list(islice(_weighted(plain, known), MAX_WORDS)), known):
        shown.setdefault(word, written)
        if words.get(word, 0.0) < weight:
            words[word] = weight
        if weight >= IMPLIED or not order:
            order.append(word)
    return Text(words, tuple(order), frozenset(marks), shown)


def _weighted(text: str, known: Vocabulary) -> Iterator[Word]:
    """Each stem in its order, with the weight of its place."""
    depth, code, bold, tail, first = 0, False, False, False, True
    for piece in _PIECE.finditer(text):
        kind, found = piece.lastgroup, piece.group()
        if kind == "sign":
            if found in "()":
                depth = max(0, depth + (1 if found == "(" else -1))
            elif found == "`":
                code = not code
            elif found == "**":
                bold = not bold
            elif not (code or depth or first):
                tail = True
            continue
        first = False
        weight = BRACKET if depth else CODE if code else AFTER if tail else TOPIC if bold else PLAIN
        if kind == "address":
            path = found.partition("//")[2].partition("/")[2]
            yield from ((known.stem(part), ADDRESS, part) for part in _LETTERS.findall(path)[:6])
        elif kind == "variable":
            yield from _variable(found, weight, known)
        else:
            yield from ((part, weight, found) for part in _parts(found, known))


def _variable(found: str, weight: float, known: Vocabulary) -> Iterator[Word]:
    """A variable's name, what variables of such names hold, and the words that it and its value consist of."""
    name, _equals, value = found.partition("=")
    name = name.strip()
    yield name.casefold(), weight, name
    yield from ((word, IMPLIED, name) for word in _held(name.casefold(), known))
    parts = (part for part in (*re.split(r"[_*\s]+", name), *_LETTERS.findall(value)) if part)
    yield from ((known.stem(part), PART, name) for part in parts)


def _held(name: str, known: Vocabulary) -> Iterable[str]:
    """What variables of such a name hold."""
    return dict.fromkeys(word for pattern, said in known.variables if pattern.match(name) for word in said)


def _parts(found: str, known: Vocabulary) -> Iterator[str]:
    if NUMBER.fullmatch(found):
        yield found.casefold()
        return
    whole = found.casefold() in known.whole
    for part in [found] if whole else _CAMEL.sub(" ", found).replace(".", " ").split():
        yield known.stem(part)


def _settled(weighted: Sequence[Word], known: Vocabulary) -> Iterator[Word]:
    """The words after synonyms: replaced by the usual one, followed by what they imply."""
    replaced = [word for word in known.usual(weighted) if known.tells(word[0])]
    yield from replaced
    stems = tuple(word for word, *_rest in replaced)
    for position, (_word, weight, written) in enumerate(replaced):
        for implied in known.implied(stems, position):
            yield implied, IMPLIED * weight, written
