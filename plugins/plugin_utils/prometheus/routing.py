# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Alertmanager would send an alert, by the tree of routes that it runs with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.rules import Rule
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MATCHER = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')
_DEEPEST = 20
# A longer pattern is none that people wrote. One that repeats a group may take Python for ever; it does not the router.
_LONGEST, _REPEATED = 500, re.compile(r"\)\s*[*+{]")


@dataclass(frozen=True, slots=True)
class Routing:
    """The tree of routes, and the names of the receivers that send something."""

    root: Mapping[str, Any]
    sending: frozenset[str]

    def problems(self, rule: Rule) -> list[str]:
        """Whether an alert of this rule reaches nobody. Labels that only its series have are taken as not there."""
        labels = {**rule.labels, "alertname": rule.name}
        names = list(dict.fromkeys(_receivers(self.root, labels, "", 0)))
        if self.sending.intersection(names):
            return []
        ends = ", ".join(map(shown, names)) or "nowhere"
        return [f"{shown(rule.name)} ends at {ends}, which sends nothing to anybody"]


def routing(fact: HttpFact) -> Routing:
    """The routes of an answer of Alertmanager's status."""
    if fact.status != 200 or fact.truncated:
        reason = "denied" if fact.status in (401, 403) else "malformed"
        raise CannotLook(reason, f"Alertmanager answered {fact.status}")
    try:
        text = json.loads(fact.body)["config"]["original"]
        settings = yaml.safe_load(text)
        root = settings["route"]
        sending = frozenset(str(each["name"]) for each in settings["receivers"] if _sends(each))
        if not isinstance(root, Mapping):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, yaml.YAMLError) as error:
        raise CannotLook("malformed", "not the status of an Alertmanager") from error
    return Routing(root, sending)


def _sends(receiver: Mapping[str, Any]) -> bool:
    return any(name.endswith("_configs") and value for name, value in receiver.items())


def _receivers(route: Mapping[str, Any], labels: Mapping[str, str], above: str, depth: int) -> Iterator[str]:
    """The receivers of the deepest routes that take an alert, in order, as Alertmanager walks them."""
    if depth > _DEEPEST:
        raise CannotLook("too_large", "routes within routes without end")
    own, taken = str(route.get("receiver") or above), False
    for child in route.get("routes") or ():
        if _takes(child, labels):
            taken = True
            yield from _receivers(child, labels, own, depth + 1)
            if not child.get("continue"):
                break
    if not taken:
        yield own


def _takes(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    old = [f'{name}="{value}"' for name, value in (route.get("match") or {}).items()]
    old += [f'{name}=~"{value}"' for name, value in (route.get("match_re") or {}).items()]
    return all(_matches(text, labels) for text in [*old, *_split(route.get("matchers") or ())])


def _split(matchers: Sequence[str]) -> list[str]:
    return [part for each in matchers for part in re.split(r",\s*(?=[A-Za-z_]\w*\s*[=!])", str(each).strip("{} "))]


def _matches(text: str, labels: Mapping[str, str]) -> bool:
    found = _MATCHER.fullmatch(text)
    if found is None or len(text) > _LONGEST or _REPEATED.search(text):
        raise CannotLook("malformed", f"a route's matcher that is not understood: {shown(text)}")
    name, sign, wanted = found.groups()
    value = labels.get(name, "")
    try:
        same = re.fullmatch(wanted, value) is not None if "~" in sign else value == wanted
    except re.error as error:
        raise CannotLook("malformed", f"a route's pattern that is none: {shown(text)}") from error
    return same != sign.startswith("!")
