# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the policy of a resource, such as a bucket, lets in, on which conditions, and who can do what to it.

Conditions are read as far as they say who or from where: a statement for everybody that holds for one organization only
is one for that organization. A condition that does not say so narrows nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ansible_collections.golive.verify.plugins.plugin_utils.aws import policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import Statement
from ansible_collections.golive.verify.plugins.plugin_utils.aws.resource_policy import (
    ACCOUNT_FIELD,
    EVERYBODY,
    OPERATOR,
    Condition,
    Principal,
    Rule,
    Rules,
    account_of,
)

_IS = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
_IS_NOT = {
    "stringnotequals",
    "stringnotequalsignorecase",
    "stringnotlike",
    "arnnotequals",
    "arnnotlike",
    "notipaddress",
}
# What tells who asks, or from where, and cannot be made up by whoever asks; AWS itself takes these for not public.
_WHO = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
}
_SECURE = "aws:securetransport"
_WIDEST = {4: 8, 6: 32}  # prefixes of networks that AWS still takes for not public
Alternatives = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody whom a rule lets in, and what narrows that: of each entry of narrowed one (key, value) must hold."""

    principal: Principal
    rule: str
    narrowed: tuple[Alternatives, ...]

    def __str__(self) -> str:
        who = "everybody" if self.principal == EVERYBODY else f"{self.principal.kind} {self.principal.name}"
        only = " and ".join(" or ".join(f"{key} {value}" for key, value in each) for each in self.narrowed)
        return f"{who} where {only}" if only else who


def admitted(rules: Rules) -> list[Admitted]:
    """Whom the rules let in, for whatever it is; those to whom it is denied altogether are left out."""
    return [
        Admitted(principal, rule.name, (*_narrowed(rule), *_kept_off(rules, rule.statement)))
        for rule in rules
        if rule.statement.allows
        for principal in ((EVERYBODY,) if rule.excepted else rule.principals)
        if not all(_shut_out(rules, principal, *probe) for probe in _probes(rule.statement))
    ]


def accepted(who: Admitted, patterns: Sequence[str], account: str) -> bool:
    """Whether somebody let in is among those that shell patterns name, or without any, of the account itself."""

    def fits(value: str) -> bool:
        names = (value, account_of(value))
        return any(fnmatchcase(name, each) for each in patterns for name in names) if patterns else account in names

    if who.principal != EVERYBODY and fits(who.principal.name):
        return True
    return any(all(fits(value) for _key, value in alternatives) for alternatives in who.narrowed)


def denies_insecure(rules: Rules, service: str, resources: Iterable[str]) -> bool:
    """Whether every request for these resources that does not come over TLS is denied, whoever makes it."""
    wanted = [
        (f"{service}:{action}", resource) for action in ("QzxGolive", "GetQzx", "PutQzx") for resource in resources
    ]
    denying = [rule for rule in rules if not rule.statement.allows and _of_insecure(rule)]
    return all(any(rule.statement.covers(*probe) for rule in denying) for probe in wanted)


def ways(
    arn: str,
    policies: Mapping[str, policy.Policy],
    boundary: policy.Policy | None,
    rules: Rules,
    action: str,
    resource: str,
) -> list[str]:
    """The policies through which an identity of the resource's own account can act on it; none when it cannot.

    A condition on allowing may hold, so that it counts; one on a denial may not, so that the denial does not count,
    unless it is about who asks.
    """
    itself = Principal("AWS", arn)
    within = boundary is None or _decides(boundary, True, action, resource)
    found = [name for name, each in policies.items() if within and _decides(each, True, action, resource)]
    found += [
        f"the resource's own policy ({rule.name})"
        for rule in rules
        if rule.statement.allows
        and not rule.excepted
        and rule.about(itself)
        and rule.statement.covers(action, resource)
    ]
    # Most identities are not allowed in the first place, and need not be denied.
    limits = [*policies.values(), *([boundary] if boundary is not None else [])] if found else []
    denied = any(_decides(each, False, action, resource) for each in limits)
    return [] if denied or (found and _denied_to(rules, arn, action, resource)) else found


def _decides(document: policy.Policy, allows: bool, action: str, resource: str) -> bool:
    return any(
        each.allows is allows and (allows or not each.conditional) and each.covers(action, resource)
        for each in document
    )


def _denied_to(rules: Rules, arn: str, action: str, resource: str) -> bool:
    """Whether a rule denies it to this identity: to anybody, or to all but some that it is not among."""
    itself = Principal("AWS", arn)
    for rule in rules:
        if rule.statement.allows or not rule.statement.covers(action, resource) or not rule.about(itself):
            continue
        others = _all_but(rule)
        named = others and all(key == "aws:principalarn" for key, _value in others)
        if not rule.conditions or (named and not any(fnmatchcase(arn, value) for _key, value in others)):
            return True
    return False


def _shut_out(rules: Rules, principal: Principal, action: str, resource: str) -> bool:
    return any(
        not rule.statement.allows
        and not rule.conditions
        and rule.statement.covers(action, resource)
        and rule.about(principal)
        for rule in rules
    )


def _probes(statement: Statement) -> list[tuple[str, str]]:
    """What a statement speaks of, a name that nobody uses in place of each wildcard."""
    actions = ["qzx:QzxGolive"] if statement.not_actions else [_filled(each) for each in statement.actions]
    resources = ["arn:aws:qzx:::qzxgolive"] if statement.not_resources else map(_filled, statement.resources)
    return [(action, resource) for resource in resources for action in actions]


def _filled(pattern: str) -> str:
    return pattern.replace("*", "QzxGolive").replace("?", "q")


def _narrowed(rule: Rule) -> Iterator[Alternatives]:
    """What must hold of who asks, for a rule to let somebody in."""
    for condition in rule.conditions:
        found = OPERATOR.fullmatch(condition.operator)
        # A test of what may be absent, or of all of none, holds for whoever leaves it out.
        strict = found and not found["optional"] and found["set"] != "forallvalues"
        if strict and found and found["test"] in _IS and _says_who(condition):
            yield tuple((condition.key, value) for value in condition.values)


def _kept_off(rules: Rules, statement: Statement) -> Iterator[Alternatives]:
    """What must hold of who asks, since everybody else is denied all that a statement allows."""
    for rule in rules:
        others = _all_but(rule)
        everybody = EVERYBODY in rule.principals and not rule.excepted
        if others and everybody and all(rule.statement.covers(*probe) for probe in _probes(statement)):
            yield others


def _all_but(rule: Rule) -> Alternatives:
    """Those whom a denial leaves alone, where it denies to all others."""
    if rule.statement.allows or not rule.conditions:
        return ()
    for condition in rule.conditions:
        found = OPERATOR.fullmatch(condition.operator)
        if not found or found["set"] or found["test"] not in _IS_NOT or not _says_who(condition):
            return ()
    return tuple((each.key, value) for each in rule.conditions for value in each.values)


def _says_who(condition: Condition) -> bool:
    return condition.key in _WHO and all(_fixed(condition.key, value) for value in condition.values)


def _fixed(key: str, value: str) -> bool:
    """Whether a value stands for somebody in particular."""
    if key == "aws:sourceip":
        try:
            network = ipaddress.ip_network(value, strict=False)
        except ValueError:
            return False
        return network.prefixlen >= _WIDEST[network.version]
    if value.startswith("arn:"):
        fields = value.split(":", 5)
        owner = fields[ACCOUNT_FIELD] if len(fields) > ACCOUNT_FIELD + 1 else "*"
        return not _wild(owner or fields[ACCOUNT_FIELD + 1].partition("/")[0])
    return bool(value) and not _wild(re.split(r"[/:]", value)[0])


def _wild(text: str) -> bool:
    return not text or "*" in text or "?" in text or "$" in text


def _of_insecure(rule: Rule) -> bool:
    """Whether a denial is for everybody who does not come over TLS, and depends on nothing else."""
    everybody = EVERYBODY in rule.principals and not rule.excepted
    alone = len(rule.conditions) == 1 and rule.conditions[0]
    return bool(
        everybody
        and alone
        and alone.operator in ("bool", "boolifexists")
        and alone.key == _SECURE
        and {value.lower() for value in alone.values} == {"false"}
    )
