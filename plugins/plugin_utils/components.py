# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment declares to have, or not to have: components.yml beside its checklist.

    components:
      redis: true
      kubernetes: {used: false, reason: one machine is enough until spring, by: Ada Meyer}
    items:
      - item: Cookie policy ready (if applicable)      # its text, or its id
        reason: the shop sets no cookies
        by: Ada Meyer

A condition of an item ("if using S3") follows the declaration. What is not applicable always carries its reason and who
declared it; what was declared to be absent and is seen all the same is a finding.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.marked_yaml import Fields, Problems, parse, read_bytes

FILE = "components.yml"
_SEEN = ("pass", "fail")
# Conditions that name nothing themselves: what they are about stands in the rest of the text.
_VAGUE = re.compile(
    r"(?:(?:if|when|where)\s+(?:applicable|needed|necessary|required|relevant|used|using|any|enabled|configured|desired"
    r"|possible|supported|supporting|you use|we use|you use it|we use it))?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One decision: a component is there or not, or an item does not apply; why, and who says so."""

    used: bool
    reason: str = ""
    by: str = ""

    @property
    def words(self) -> str:
        """The reason as reports show it."""
        return f"{self.reason} (declared by {self.by})"


@dataclass(frozen=True, slots=True)
class Components:
    """All the declarations of an environment. items: by text or id of the item."""

    components: Mapping[str, Declared] = field(default_factory=dict)
    items: Mapping[str, Declared] = field(default_factory=dict)

    def absent(self, control: str) -> Declared | None:
        """The declaration that a control has nothing to speak of; None where it has, for one component or another."""
        if self.required(control):
            return None
        for name, declared in self.components.items():
            if not declared.used and _speaks_of(control, name):
                return declared
        return None

    def required(self, control: str) -> bool:
        """Whether the environment says that it uses what the control speaks of."""
        return any(declared.used and _speaks_of(control, name) for name, declared in self.components.items())

    def excuses(self, item: Item) -> Declared | None:
        """The declaration by which an item does not apply: one on the item itself, or on what its condition names."""
        for named, declared in self.items.items():
            if _names(named, item):
                return declared
        if not item.condition and not item.optional:
            return None
        words = item.text if _VAGUE.fullmatch(item.condition) else item.condition
        named_there = [self.components.get(name) for name in named_in(words)]
        # "If using Redis on AWS" applies as long as one of them may be there.
        absent = [declared for declared in named_there if declared and not declared.used]
        return absent[0] if absent and len(absent) == len(named_there) else None

    def unknown(self, items: Sequence[Item]) -> Iterator[str]:
        """A sentence for each declaration that speaks of no item."""
        for named in self.items:
            if not any(_names(named, item) for item in items):
                yield f"{FILE} says that an item does not apply which the checklist does not have: {named}"

    def contradictions(self, results: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """A sentence for each component that is declared to be absent and answered all the same."""
        for name, declared in self.components.items():
            if declared.used:
                continue
            for result in results:
                if _speaks_of(result["control"], name) and result["status"] in _SEEN:
                    yield f"{FILE} says that there is no {name} ({declared.words}), but {result['target']} has it"
                    break


class BadComponents(Exception):
    """The file cannot be used: all that is wrong with it, one line each."""


def read(path: Path) -> Components:
    """The declarations in a file; none where there is no file. Raises BadComponents or BadYaml."""
    if not os.path.lexists(path):
        return Components()
    problems = Problems(path)
    document = parse(path, read_bytes(path))
    if document.value is None:
        return Components()
    top = Fields(document, ("components", "items"), problems, FILE)
    declared = Components(dict(_components(top, problems)), dict(_items(top, problems)))
    if problems.lines:
        raise BadComponents("\n".join(problems.lines))
    return declared


def _components(top: Fields, problems: Problems) -> Iterator[tuple[str, Declared]]:
    entry = top.entry("components")
    if entry is None or entry.value is None:
        return
    for name, declared in Fields(entry, list(_known()), problems, "components").all():
        if declared.value == "true":
            yield name, Declared(True)
            continue
        if not isinstance(declared.value, dict):
            example = "{used: false, reason: …, by: …}"
            problems.add(declared.line, f"{name} is neither true nor says why it is not there, as in {example}")
            continue
        fields = Fields(declared, ("used", "reason", "by"), problems, name)
        used = fields.text("used", required=True)
        if used not in ("true", "false"):
            fields.bad("used", f"used is neither true nor false but {used[:40]!r}")
        absent = used == "false"
        reason, by = (fields.text(field, required=absent) for field in ("reason", "by"))
        yield name, Declared(not absent, reason, by)


def _items(top: Fields, problems: Problems) -> Iterator[tuple[str, Declared]]:
    entry = top.entry("items")
    if entry is None or entry.value is None:
        return
    if not isinstance(entry.value, list):
        problems.add(entry.line, "items is not a list")
        return
    seen: set[str] = set()
    for each in entry.value:
        fields = Fields(each, ("item", "reason", "by"), problems, "an item that does not apply")
        words = {name: fields.text(name, required=True) for name in ("item", "reason", "by")}
        if words["item"] and words["item"] in seen:
            fields.bad("item", f"{words['item'][:80]!r} is declared twice")
        seen.add(words["item"])
        yield words["item"], Declared(False, words["reason"], words["by"])


def named_in(text: str) -> list[str]:
    """The components that a text names."""
    words = f" {re.sub(r'[^a-z0-9]+', ' ', text.casefold())} "
    return [name for name, entry in _known().items() if any(f" {word} " in words for word in entry["words"])]


def _speaks_of(control: str, component: str) -> bool:
    domains = _known()[component]["domains"]
    return control in domains or control.partition(".")[0] in domains


def _names(named: str, item: Item) -> bool:
    return named == item.id or " ".join(named.split()).casefold() == " ".join(item.text.split()).casefold()


@cache
def _known() -> Mapping[str, Mapping[str, Sequence[str]]]:
    data: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
        Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    )
    return data
