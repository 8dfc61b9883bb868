# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a document states what the inventory knows to be so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.binding.units import plain, shown
from ansible_collections.golive.verify.plugins.plugin_utils.documents.amounts import counts, stated
from ansible_collections.golive.verify.plugins.plugin_utils.documents.dates import dates
from ansible_collections.golive.verify.plugins.plugin_utils.documents.model import Document, wording
from ansible_collections.golive.verify.plugins.plugin_utils.documents.requirements import KnownFact
from ansible_collections.golive.verify.plugins.plugin_utils.documents.statements import Statements

UNITS = ("milliseconds", "seconds", "minutes", "hours", "days", "percent")

_VERSION = re.compile(r"(?<![\w.])v?(\d+\.\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?)(?![\w])", re.I)
_UNKNOWN = KnownFact()


def fact_problems(statements: Statements, facts: Mapping[str, Any], known: Mapping[str, KnownFact]) -> list[str]:
    """A sentence for each fact that the document does not state, or states otherwise.

    A number is looked for beside its name, in the unit that the name of the fact ends with; of a list each entry, and
    any other value, must stand somewhere in the text. Every statement of a number must agree, not only one of them.
    """
    problems: list[str] = []
    for name, value in facts.items():
        problems += _problems(statements, name, value, known.get(name, _UNKNOWN))
    return problems


def _problems(statements: Statements, name: str, value: Any, known: KnownFact) -> list[str]:
    if known.newest:
        return _newest_problems(statements.document, str(value))
    values = value if isinstance(value, (list, tuple)) else [value]
    if values and all(_is_number(each) for each in values):
        return _number_problems(statements, name, [Fraction(str(each)) for each in values], known)
    missing = [str(each) for each in values if not _names(statements.document, each)]
    return [f"{name}: it does not name {each}" for each in missing]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number_problems(statements: Statements, name: str, wanted: Sequence[Fraction], known: KnownFact) -> list[str]:
    subject, dummy, unit = name.rpartition("_")
    unit = unit if subject and unit in UNITS else ""
    words = wording(known.words or ((subject if unit else name).replace("_", " "),))
    said = stated(statements, words, unit) if unit else counts(statements, words)
    if not said:
        return [f"{name}: it does not state it; the inventory has {_shown(wanted, unit)}"]
    if known.at_least:
        least = max(wanted)
        return [
            f"{name}: it states {_shown([each], unit)}, and {_shown([least], unit)} is so"
            for each in said
            if each < least
        ]
    others = [each for each in dict.fromkeys(said) if each not in wanted]
    unsaid = [each for each in wanted if each not in said]
    if others or unsaid:
        return [
            f"{name}: it states {_shown(list(dict.fromkeys(said)), unit)}, the inventory has {_shown(wanted, unit)}"
        ]
    return []


def _shown(values: Sequence[Fraction], unit: str) -> str:
    return ", ".join(shown(plain(value), unit) if unit else f"{plain(value)}" for value in values)


def _names(document: Document, value: Any) -> bool:
    """Whether the text holds the value as words of its own; a version is not the beginning of a longer one."""
    if isinstance(value, date):
        value = value.isoformat()
    text = _text(document)
    day = next(dates(str(value)), None)
    if day and day.isoformat() == str(value):
        return day in set(dates(text))
    words = r"\s+".join(re.escape(word) for word in str(value).split())
    return bool(words) and bool(re.search(rf"(?<![\w.-])v?{words}(?![\w-]|\.\w)", text, re.I))


def _text(document: Document) -> str:
    """All of the text, headings and code included."""
    parts = [document.title]
    for section in document.sections:
        parts.append(section.title)
        for block in section.blocks:
            parts += [block.text, *(" | ".join(row) for row in block.rows)]
    return "\n".join(parts).replace("`", "")


def _newest_problems(document: Document, version: str) -> list[str]:
    named = [found[1] for section in document.sections if (found := _VERSION.search(section.title))]
    if not named:
        return [f"no heading names a version; {version} is released"]
    if named[0] == version.removeprefix("v"):
        return []
    return [f"the newest version it tells of is {named[0]}, and {version} is released"]
