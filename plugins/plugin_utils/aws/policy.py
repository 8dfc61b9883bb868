# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM policies allow, evaluated as AWS does rather than searched for words.

A policy makes an administrator when it allows what no author can have meant in particular. So the statements are asked
about probes: actions and resources whose names nobody uses, in a service that does not exist, for "everything", or in
one that the policies name. Whatever allows a probe allows all of its kind, however its wildcards are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

EVERYTHING = "everything"
_NO_SERVICE = "golive-probe"
_ACTIONS = ("QzxGolive", "WvkProbe")  # two, so that no wildcard with letters around it matches both
_REGION, _RESOURCE = "qz-golive-9", "qzxgolive/wvkprobe"
_POWERFUL = (
    "cloudtrail",
    "dynamodb",
    "ec2",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "rds",
    "s3",
    "secretsmanager",
    "sts",
)
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. A "not" flag means that it speaks of all actions, or resources, except its patterns."""

    allows: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    conditional: bool

    def covers(self, action: str, resource: str) -> bool:
        """Whether it speaks of this action on this resource, its condition left aside."""
        lies = any(_pattern(each, 0).fullmatch(resource) for each in self.resources)
        return lies is not self.not_resources and self.speaks_of(action)

    def speaks_of(self, action: str) -> bool:
        """Whether it speaks of this action on anything."""
        return any(_pattern(each, re.I).fullmatch(action) for each in self.actions) is not self.not_actions


Policy = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """Administration of a scope, EVERYTHING or one service, and the policies that give it."""

    scope: str
    through: tuple[str, ...]


def parse(document: Any) -> Policy:
    """Read a policy document, also as JSON text, URL-encoded or not. What is not understood is CannotLook."""
    document = decoded(document)
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise CannotLook("malformed", "a policy document has no Statement")
    statements = document["Statement"]
    return tuple(map(_statement, statements if isinstance(statements, list) else [statements]))


def decoded(document: Any) -> Any:
    """What JSON text, URL-encoded or not, says; all else as it is."""
    if not isinstance(document, str):
        return document
    try:
        return json.loads(unquote(document) if document.lstrip()[:1] == "%" else document)
    except (ValueError, RecursionError) as error:
        raise CannotLook("malformed", f"a policy document is not JSON: {error}"[:300]) from error


def administration(
    policies: Mapping[str, Policy], boundary: Policy | None, partition: str, account: str
) -> list[Grant]:
    """What the policies together, by name, make an administrator of; each scope once, EVERYTHING alone.

    boundary: the permissions boundary, beyond which nothing is allowed. Conditions are not evaluated: one on a denial
    may not hold, so that the denial counts for nothing; one on allowing everything may hold, so that it counts; one on
    allowing a service is taken for what it mostly is, a narrowing to what carries a tag.
    """
    everything = _grant(EVERYTHING, _NO_SERVICE, policies, boundary, partition, account)
    if everything:
        return [everything]
    spoken = [*policies.values(), *([boundary] if boundary else [])]
    services = sorted({service for policy in spoken for service in _services(policy)})
    grants = (_grant(service, service, policies, boundary, partition, account) for service in services)
    return [grant for grant in grants if grant]


def _grant(
    scope: str, service: str, policies: Mapping[str, Policy], boundary: Policy | None, partition: str, account: str
) -> Grant | None:
    for where in (f"{_REGION}:{account}", f":{account}", ":"):
        resource = f"arn:{partition}:{service}:{where}:{_RESOURCE}"
        giving = [
            givers(f"{service}:{action}", resource, policies, boundary, scope == EVERYTHING) for action in _ACTIONS
        ]
        if all(giving):
            return Grant(scope, tuple(dict.fromkeys(name for names in giving for name in names)))
    return None


def givers(
    action: str, resource: str, policies: Mapping[str, Policy], boundary: Policy | None, conditions_count: bool = True
) -> list[str]:
    """The policies that allow an action on a resource, none of them and not the boundary being against it."""
    against = [*policies.values(), *([] if boundary is None else [boundary])]
    if any(_denies(policy, action, resource) for policy in against):
        return []
    if boundary is not None and not _allows(boundary, action, resource, True):
        return []
    return [name for name, policy in policies.items() if _allows(policy, action, resource, conditions_count)]


def _allows(policy: Policy, action: str, resource: str, conditions_count: bool) -> bool:
    return any(
        each.allows and (conditions_count or not each.conditional) and each.covers(action, resource) for each in policy
    )


def _denies(policy: Policy, action: str, resource: str) -> bool:
    return any(not each.allows and not each.conditional and each.covers(action, resource) for each in policy)


def _services(policy: Policy) -> Iterator[str]:
    """The services that a policy may be about: those it names, and the powerful ones for wildcards."""
    for each in policy:
        named = [action.partition(":")[0].lower() for action in each.actions]
        named += [resource.split(":")[2] for resource in each.resources if resource.count(":") >= 2]
        for service in named:
            if "*" in service or "?" in service or each.not_actions:
                yield from _POWERFUL
            elif service:
                yield service


def _statement(given: Any) -> Statement:
    if not isinstance(given, Mapping) or not set(given) <= _ELEMENTS or given.get("Effect") not in ("Allow", "Deny"):
        raise CannotLook("malformed", f"not a statement of a policy: {str(given)[:200]}")
    not_actions, actions = _either(given, "Action")
    not_resources, resources = _either(given, "Resource")
    return Statement(
        allows=given["Effect"] == "Allow",
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        conditional=bool(given.get("Condition")),
    )


def _either(given: Mapping[str, Any], element: str) -> tuple[bool, tuple[str, ...]]:
    """The patterns of an element or of its negation, of which there must be exactly one."""
    present = [name for name in (element, f"Not{element}") if name in given]
    if len(present) != 1:
        raise CannotLook("malformed", f"a statement has {' and '.join(present) or f'no {element}'}")
    value = given[present[0]]
    patterns = value if isinstance(value, list) else [value]
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        raise CannotLook("malformed", f"a statement's {present[0]} is {str(value)[:200]}")
    return present[0] != element, tuple(patterns)


@lru_cache(maxsize=4096)
def _pattern(pattern: str, flags: int) -> re.Pattern[str]:
    """The pattern's * and ? as a regular expression; ${*} and ${?} stand for the characters themselves."""
    shell = pattern.replace("[", "[[]").replace("${*}", "[*]").replace("${?}", "[?]")
    return re.compile(translate(shell), flags)
