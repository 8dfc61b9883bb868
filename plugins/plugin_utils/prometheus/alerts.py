# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared alerts against the rules that are loaded, what these read, and where they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen, verdict
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus import promql
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.routing import Routing, routing
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.rules import Rule, alerting
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Sample, Server
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_BIGGEST = 1 << 20
_HEALTHY = "loaded, evaluated without error, with a severity and with series to read"

# What else is judged of a rule, by the kind of alert that it was declared as.
Judged = Callable[[str, Rule], Seen]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that are loaded, and the routes where somebody asked for them."""

    server: Server
    rules: Sequence[Rule]
    routes: Routing | CannotLook | None

    def like(self, patterns: Sequence[str]) -> list[Rule]:
        """The rules of these names."""
        return [rule for rule in self.rules if like(rule.name, patterns)]


async def loaded(look: Observer, want: Wanted) -> Loaded:
    """Ask for the rules, and where it is told, Alertmanager for its routes."""
    server = Server.of(look, want)
    asked = [attempt(_routes(look, want))] if want.alertmanager_url else []
    data, *routes = await together(server.data("rules?type=alert"), *asked)
    return Loaded(server, alerting(data), routes[0] if routes else None)


async def _routes(look: Observer, want: Wanted) -> Routing:
    url = f"{want.alertmanager_url.rstrip('/')}/api/v2/status"
    return routing(await look.http(url, cafile=want.cafile, limit=_BIGGEST))


async def proven(
    known: Loaded,
    want: Wanted,
    meant: Mapping[str, Sequence[str]],
    judged: Judged,
    severities: Sequence[str] = (),
    instances: Sequence[str] = (),
) -> list[Verdict]:
    """A verdict on each rule that was declared, and on each name without one. meant: patterns by the kind of alert.

    severities: which one may have, where not all do. instances: patterns for those of which all that is read must be.
    """
    pairs = [(kind, rule) for kind, patterns in meant.items() for rule in known.like(patterns)]
    read = await _read(known.server, [rule for dummy, rule in pairs], want.outcome_labels)
    found = [
        verdict(
            f"{kind} {rule.name}".strip(),
            _HEALTHY,
            partial(_healthy, rule, severities or want.severities),
            partial(_reading, rule, read, want.outcome_labels, instances),
            partial(judged, kind, rule),
            partial(_routed, rule, known.routes),
        )
        for kind, rule in pairs
    ]
    names = [rule.name for rule in known.rules]
    for kind, patterns in meant.items():
        for pattern in unmet(patterns, names):
            absent = partial(_absent, pattern, len(names))
            found.append(verdict(f"{kind} {pattern}".strip(), "an alerting rule of this name", absent))
    return found


async def _read(
    server: Server, rules: Sequence[Rule], outcomes: Sequence[str]
) -> Mapping[str, Sequence[Sample] | CannotLook]:
    """How many series there are of each selector, by instance."""
    selectors = sorted({selector for rule in rules for selector in _selectors(rule, outcomes)})
    found = await together(*(attempt(server.vector(f"count by (instance) ({each})")) for each in selectors))
    return dict(zip(selectors, found, strict=True))


def _selectors(rule: Rule, outcomes: Sequence[str]) -> list[str]:
    """Nothing where the expression is not understood, which is told when it is judged."""
    try:
        return promql.selectors(rule.query, outcomes)
    except CannotLook:
        return []


def _healthy(rule: Rule, severities: Sequence[str]) -> Seen:
    return {"severity": rule.labels.get("severity", ""), "for_seconds": rule.hold}, rule.problems(severities)


def _reading(
    rule: Rule,
    read: Mapping[str, Sequence[Sample] | CannotLook],
    outcomes: Sequence[str],
    instances: Sequence[str],
) -> Seen:
    """Whether all that a rule reads is there; without it, it never fires."""
    counts, problems = {}, []
    selectors = promql.selectors(rule.query, outcomes)
    if not selectors:
        raise CannotLook("malformed", f"{shown(rule.name)} reads no metric: {shown(rule.query, 300)}")
    for selector in selectors:
        samples = read[selector]
        if isinstance(samples, CannotLook):
            raise samples
        counts[shown(selector)] = round(sum(sample.value for sample in samples))
        hosts = {value for sample in samples for name, value in sample.labels if name == "instance"}
        if not samples:
            problems.append(f"{shown(rule.name)} reads {shown(selector)}, of which there is no series")
        elif missing := unmet(instances, hosts):
            problems.append(f"{shown(rule.name)} reads {shown(selector)}, without a series of {', '.join(missing)}")
    return {"series": counts}, problems


def _routed(rule: Rule, routes: Routing | CannotLook | None) -> Seen:
    if isinstance(routes, CannotLook):
        raise routes
    return {}, routes.problems(rule) if routes else []


def _absent(pattern: str, loaded_rules: int) -> Seen:
    return {"alerting rules": loaded_rules}, [f"no alerting rule {pattern} is loaded"]


def ups(samples: Sequence[Sample], ages: Sequence[Sample], query: str, minutes: int) -> Seen:
    """Whether exporters can log in to their databases, as they said lately."""
    if not samples or len(ages) != len(samples):
        raise CannotLook("not_found", f"no series of {shown(query)}, or none with an age")
    down = sum(sample.value != 1 for sample in samples)
    old = sum(not -60 <= sample.value <= minutes * 60 for sample in ages)
    problems = [f"{shown(query)} is not 1 for {down} of {len(samples)} databases"] if down else []
    problems += [f"{shown(query)} of {old} databases is older than {minutes} minutes"] if old else []
    return {"databases": len(samples), "up": len(samples) - down}, problems


def agreed(rule: Rule, entry: Mapping[str, Any], down_minutes: float) -> Seen:
    """Whether a rule is as it was agreed upon."""
    values = sorted({compared.value for compared in promql.comparisons(rule.query)})
    problems = []
    if entry["threshold"] is not None and entry["threshold"] not in values:
        told = ", ".join(f"{value:g}" for value in values) or "no number"
        problems.append(f"{shown(rule.name)} compares with {told}, agreed is {entry['threshold']:g}")
    if entry["site_down"] and rule.hold > down_minutes * 60:
        problems.append(f"{shown(rule.name)} fires after {rule.hold / 60:g} minutes, over {down_minutes:g}")
    for name in ("summary", "runbook_url"):
        if not rule.annotations.get(name):
            problems.append(f"{shown(rule.name)} has no {name}")
    return {"compares_with": values}, problems
