# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the text of an item says besides its requirement: conditions, doubts, blanks, who signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = re.compile(r"_{3,}|\.{6,}|…{2,}")
_ROLE = re.compile(r"[*_]{0,3}([A-Za-z][\w /&().'-]{1,60}?)[*_]{0,3}\s{0,3}:[*_]{0,3}\s{0,3}(?:_{3,}|\.{6,}|…{2,})")
# "Engineering Lead", "Sign-off by the Security Team", "Product Owner approval", where signatures stand.
_SIGNS = re.compile(
    r"(?i:(?:sign(?:ed)?[ -]?off|approv(?:ed|al)|signed)\s(?:by|from|of)\s(?:the\s)?)?"
    r"((?:[A-Z][\w&/-]*\s){0,4}(?i:lead|manager|officer|owner|engineer|director|head|architect|team|developer|security"
    r"|operations|legal|compliance|product|qa|devops|sre|dba|administrator|sponsor|c[eitp]so?|cto|stakeholders?))"
    r"(?i:\s(?:sign[ -]?off|approval|approved|approves|signed|signs|review))?",
)
# What is stated where people sign, and no role.
_STATED = re.compile(r"\b(?:resolved|completed?|done|passed|verified|ready|confirmed|tested|met|date|time)$", re.I)
_CONDITION = re.compile(
    r"\(((?:if|when|where)\s[^()]{1,60}|for\s[^()]{0,40}\b(?:apps?|applications?|sites?|users|customers|HA|only))\)"
    r"|\b((?:if|when|where)\s+(?:applicable|needed|necessary|required|relevant|using|used|you\s+use|we\s+use|any"
    r"|enabled|supported)\b[^).;,]{0,40})",
    re.I,
)
_OPTIONAL = re.compile(
    r"\((?:[^()]{0,40}\b)?(optional|nice[ -]to[ -]have)\b[^()]{0,40}\)"
    r"|^\W{0,4}optional(?=[*_]{0,3}\s?[:\u2013\u2014-]|[*_\])])",
    re.I,
)
# Words by which a text itself says that what it asks for is not there, or not yet: some wherever they stand, others
# only where a text tells how it stands: at its end ("CSP pending"), in brackets or behind a dash ("(missing in EU)").
_NEGATED = re.compile(r"\b(?:no|not|none|nothing|never|without|zero|any|all)\W{1,3}\Z", re.I)
_NOT_YET = (
    r"not (?:yet )?(?:implemented|configured|done|available|set up|tested|started|deployed|enabled|ready|completed?"
    r"|verified|working|in place)|to be (?:done|defined|decided|implemented|configured|determined)|tbd|tba|wip"
    r"|work in progress|coming soon"
)
_STANDS = r"pending|in progress|missing|incomplete|partial(?:ly)?|planned|blocked|placeholder|todo"
_OPEN = re.compile(
    rf"\b({_NOT_YET})\b"
    r"|\b(pending|in progress|incomplete|todo)\b(?=[*_`~\s]{0,4}(?:$|[()\[\],;.!|]|\s[-\u2013\u2014]\s))"
    rf"|(?<=[(\[])({_STANDS})\b(?=[^()\[\];:]{{0,60}}[)\]])"
    rf"|(?<=\s[-\u2013\u2014]\s)({_STANDS})\b(?=[^()\[\];:]{{0,60}}$)"
    rf"|(?<=:\s)({_STANDS})\b(?=\W*$)",
    re.I,
)
_CROSSES = "❌🚧⏳⛔"
_STRUCK_OUT = re.compile(r"\W{0,3}~~(?:(?!~~).)+~~\W{0,3}", re.S)
COMPLETION = re.compile(
    r"\b(?:completion|complete|completed|progress|overall|readiness)\b(?:[^%\n\d]|\d{1,4}\s?(?:/|of)\s?\d{1,4}){0,30}?"
    r"(?<![\d/.])(\d{1,3}(?:\.\d{1,2})?)\s?%"
    r"|(?<![\d.])(\d{1,3}(?:\.\d{1,2})?)\s?%\s+(?:complete|completed|done|ready)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Saying:
    """What an item's text says of itself. role: who is to sign; condition: as written; blanks: how many are open."""

    role: str
    optional: bool
    condition: str
    doubts: tuple[str, ...]
    blanks: int


def saying(text: str, signs: bool) -> Saying:
    """Read the text of one item. signs: whether it stands in a section for signatures."""
    condition = _CONDITION.search(text)
    return Saying(
        role=_role(text, signs),
        optional=bool(_OPTIONAL.search(text)),
        condition=" ".join((condition[1] or condition[2]).split()) if condition else "",
        doubts=doubts(text),
        blanks=len(_BLANK.findall(text)),
    )


def doubts(text: str) -> tuple[str, ...]:
    """The words by which a text itself says that it is not fulfilled, each once."""
    if not text:
        return ()
    found = [said[0] for said in _OPEN.finditer(text) if not _is_negated(text, said.start())]
    ends = text.strip()[:1] + text.strip()[-2:]
    crosses = [cross for cross in _CROSSES if cross in ends]
    struck = ["struck out"] if _STRUCK_OUT.fullmatch(text) else []
    return tuple(dict.fromkeys([*(words.lower() for words in found), *crosses, *struck]))


def _is_negated(text: str, at: int) -> bool:
    return bool(_NEGATED.search(text, max(0, at - 12), at))


def completions(line: str) -> Iterator[float]:
    """Every completion in percent that a line of the checklist states of the whole."""
    for found in COMPLETION.finditer(line):
        percent = float(found[1] or found[2])
        if percent <= 100:
            yield percent


def _role(text: str, signs: bool) -> str:
    if found := _ROLE.match(text):
        named = signs or re.search(r"\b(?:date|sign)", text, re.I)
        role = found[1].strip()
        return role if named and not _STATED.search(role) else ""
    found = _SIGNS.fullmatch(text.strip(" *_.")) if signs else None
    return found[1].strip() if found else ""
