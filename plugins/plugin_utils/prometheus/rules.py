# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerting rules as they are loaded: whether each is well, reads something, and fires where it was meant to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus import promql
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MOST, _P95 = 10_000, 0.95


@dataclass(frozen=True, slots=True)
class Rule:
    """One alerting rule. hold: seconds that it must be true for. health: ok, err or unknown."""

    name: str
    query: str
    hold: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    health: str
    error: str

    def problems(self, severities: Sequence[str]) -> list[str]:
        """What keeps it from firing, or from being heard; CannotLook where it was never evaluated."""
        found = []
        if self.health == "unknown":
            raise CannotLook("not_found", f"{shown(self.name)} was not evaluated yet")
        if self.health != "ok":
            found.append(f"{shown(self.name)} cannot be evaluated: {shown(self.error, 300)}")
        severity = self.labels.get("severity")
        if severity not in severities:
            known = ", ".join(severities)
            found.append(f"{shown(self.name)} has the severity {shown(severity or 'none')}, which is not {known}")
        return found


def alerting(data: Mapping[str, Any]) -> list[Rule]:
    """The alerting rules that are loaded, of an answer of the API."""
    try:
        found = [
            Rule(
                name=str(rule["name"]),
                query=str(rule["query"]),
                hold=float(rule["duration"]),
                labels=_texts(rule.get("labels")),
                annotations=_texts(rule.get("annotations")),
                health=str(rule["health"]),
                error=str(rule.get("lastError", "")),
            )
            for group in data["groups"]
            for rule in group["rules"]
            if rule["type"] == "alerting"
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotLook("malformed", "not the rules of a Prometheus") from error
    if len(found) > _MOST:
        raise CannotLook("too_large", f"{len(found)} alerting rules")
    return found


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in (value or {}).items()}


def limit_problems(rule: Rule, kind: str, want: Wanted) -> list[str]:
    """Whether a rule fires in time. kind: errors, latency or resources; CannotLook where its limit cannot be told."""
    if kind == "resources" and "predict_linear" in rule.query:
        return []
    if kind == "errors" and not promql.of_shares(rule.query):
        raise CannotLook("malformed", f"{shown(rule.name)} divides nothing and reads no recording rule: not a share")
    if kind == "latency" and (low := [each for each in promql.quantiles(rule.query) if each < _P95]):
        return [f"{shown(rule.name)} looks at the quantile {low[0]:g}, which hides the slow ones; wanted is {_P95:g}"]
    limits = [_LIMITS[kind](rule, each, want) for each in promql.comparisons(rule.query)]
    if not limits:
        raise CannotLook("malformed", f"{shown(rule.name)} compares with no number: {shown(rule.query, 300)}")
    most, unit = want[_MOST_OF[kind][0]], _MOST_OF[kind][1]
    late = sorted({limit for limit in limits if limit > most})
    if late and len({*limits}) > len(late):
        told = ", ".join(f"{limit:g}" for limit in sorted({*limits}))
        raise CannotLook("malformed", f"{shown(rule.name)}: which of {told} {unit} is its limit cannot be told")
    return [f"{shown(rule.name)} fires above {late[0]:g} {unit} only, wanted is {most:g} {unit}"] if late else []


def _share(rule: Rule, compared: promql.Comparison, dummy: Wanted) -> float:
    return compared.value if promql.in_percent(rule.query) else compared.value * 100


def _duration(dummy: Rule, compared: promql.Comparison, want: Wanted) -> float:
    return compared.value * (1000 if want.latency_unit == "seconds" else 1)


def _used(rule: Rule, compared: promql.Comparison, want: Wanted) -> float:
    """What is used, where what is free may be compared."""
    share = _share(rule, compared, want)
    return 100 - share if compared.sign.startswith("<") else share


_LIMITS: Mapping[str, Callable[[Rule, promql.Comparison, Wanted], float]] = {
    "errors": _share,
    "latency": _duration,
    "resources": _used,
}
# By kind, the option with the most that a limit may be, and the unit of both.
_MOST_OF = {
    "errors": ("max_error_percent", "%"),
    "latency": ("max_p95_ms", "ms"),
    "resources": ("max_alert_percent", "%"),
}
