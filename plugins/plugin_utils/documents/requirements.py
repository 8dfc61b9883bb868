# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each control demands of a document, from demands.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# What a topic may ask for. Any text; commands to type; a telephone number or an address; a date; or a quantity.
KINDS = ("text", "commands", "contact", "date", "duration", "percent", "count")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a document must speak of: below a heading, in a column or row of a table, or behind a label.

    words: how documents call it. kind: one of KINDS, what must be said. entries: the threshold that says how many rows
    or entries of a list it must have. bound: the threshold that the quantity or the age of the date must meet.
    ahead: whether the date must be one that is still to come.
    """

    name: str
    words: tuple[str, ...]
    kind: str = "text"
    entries: str = ""
    bound: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class KnownFact:
    """How documents call what a fact of the inventory is about.

    at_least: what is stated may be more, as a promised recovery time may be longer than the measured one.
    newest: it is the first version that a heading names.
    """

    words: tuple[str, ...] = ()
    at_least: bool = False
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one control demands. needs: of each group of facts one must be given ("*" is any), or nothing is proven.

    keeps_secrets_out: whether a secret in it is a fault.
    """

    topics: tuple[Topic, ...] = ()
    facts: Mapping[str, KnownFact] = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = ()
    keeps_secrets_out: bool = False


@cache
def requirements() -> Mapping[str, Requirement]:
    """The requirements by control. A malformed file raises ValueError naming the control."""
    path = Path(__file__).with_name("demands.yml")
    entries = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is the safe loader, in C
    return {control: _requirement(control, entry or {}) for control, entry in entries.items()}


def known_facts(control: str) -> Mapping[str, KnownFact]:
    """How documents call each fact: as this control has it, else as another does, since one document may prove both."""
    others = {name: fact for each in requirements().values() for name, fact in each.facts.items() if not fact.newest}
    return {**others, **requirements()[control].facts}


def _requirement(control: str, entry: Mapping[str, Any]) -> Requirement:
    try:
        return Requirement(
            topics=tuple(_topic(name, given) for name, given in entry.get("topics", {}).items()),
            facts={name: _fact(given or {}) for name, given in entry.get("facts", {}).items()},
            needs=tuple(tuple(group) for group in entry.get("needs", ())),
            keeps_secrets_out=bool(entry.get("keeps_secrets_out")),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"demands.yml: {control}: {error}") from error


def _topic(name: str, given: list[str] | Mapping[str, Any]) -> Topic:
    entry = {"words": given} if isinstance(given, list) else given
    topic = Topic(name, **{**entry, "words": (name, *entry.get("words", ()))})
    if topic.kind not in KINDS:
        raise ValueError(f"{name}: {topic.kind!r} is not one of {', '.join(KINDS)}")
    return topic


def _fact(given: Mapping[str, Any]) -> KnownFact:
    return KnownFact(**{**given, "words": tuple(given.get("words", ()))})
