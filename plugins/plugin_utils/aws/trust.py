# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the roles of an account let in by their trust policies, and who of these should not be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import resource_policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import decoded
from ansible_collections.golive.verify.plugins.plugin_utils.aws.resource_access import Admitted, accepted, admitted
from ansible_collections.golive.verify.plugins.plugin_utils.aws.resource_policy import (
    EVERYBODY,
    Condition,
    Rule,
    Rules,
    account_of,
)
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

# What binds a service to those on whose behalf it may act.
_SOURCES = {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"}
_EXACT = {"stringequals", "stringequalsignorecase"}
_LIKE = {"stringlike", "arnlike", "arnequals"}
# What subjects of well-known providers begin with before they say whose they are.
_SCHEME = re.compile(r"^(?:repo:|project_path:|organization:|system:serviceaccount:)")
_WILD = re.compile(r"[*?$]")


def parse(document: Any) -> Rules:
    """Read a trust policy, whose statements are about the role itself. What is not understood is CannotLook."""
    document = decoded(document)
    given = document.get("Statement") if isinstance(document, Mapping) else None
    statements: list[Any] = given if isinstance(given, list) else [given]
    if not all(isinstance(each, Mapping) for each in statements):
        raise CannotLook("malformed", f"not a trust policy: {str(document)[:200]}")
    return resource_policy.parse({"Statement": [{"Resource": "*", **each} for each in statements]})


def seen(
    role: Mapping[str, Any], trusted: Sequence[str], unbound: Sequence[str], account: str
) -> tuple[Mapping[str, Any], Sequence[str]]:
    """Whether a role lets in only whom it may.

    trusted: shell patterns for whom it may, beside its own account. unbound: for services that need no source.
    """
    rules = parse(role["trust"])
    let_in = admitted(rules)
    problems = [problem for who in let_in for problem in _problems(who, rules, [account, *trusted], unbound, account)]
    return {"lets in": [str(who) for who in let_in][:20]}, list(dict.fromkeys(problems))


def _problems(
    who: Admitted, rules: Rules, trusted: Sequence[str], unbound: Sequence[str], account: str
) -> Iterator[str]:
    kind, name = who.principal.kind, who.principal.name
    if who.principal != EVERYBODY and like(name, trusted):
        return
    if kind == "Service":
        bound = any(key in _SOURCES for alternatives in who.narrowed for key, _value in alternatives)
        if not bound and not like(name, unbound):
            yield f"{name} may act in it for anybody: no condition on aws:SourceAccount or aws:SourceArn"
    elif kind == "Federated":
        yield from _provider_problems(who, rules, account)
    elif not accepted(who, trusted, account):
        yield f"it can be assumed by {who}"


def _provider_problems(who: Admitted, rules: Rules, account: str) -> Iterator[str]:
    """Why a provider of identities lets in others than those who are meant."""
    name = who.principal.name
    owner = account_of(name)
    if owner not in ("", account):
        yield f"it trusts a provider of another account, {name}"
    if ":saml-provider/" in name:
        if not _every_rule(who, rules, _is_audience):
            yield f"what {name} says to others opens it too: no condition on SAML:aud"
    elif not _every_rule(who, rules, partial(_is_subject, provider=name)):
        yield f"everybody whom {name} knows can assume it: no condition on a subject"


def _every_rule(who: Admitted, rules: Rules, narrows: Callable[[Condition], bool]) -> bool:
    """Whether every rule that lets somebody of a provider in has such a condition."""
    rule_of: dict[str, list[Rule]] = {}
    for rule in rules:
        rule_of.setdefault(rule.name, []).append(rule)
    return all(any(map(narrows, rule.conditions)) for rule in rule_of[who.rule])


def _is_audience(condition: Condition) -> bool:
    """Whether a condition names for whom assertions must be made; one that is like any of AWS' sign-in pages does."""
    operator = condition.operator.removeprefix("foranyvalue:")
    return condition.key == "saml:aud" and (
        operator in _EXACT or (operator in _LIKE and all(value.startswith("https://") for value in condition.values))
    )


def _is_subject(condition: Condition, provider: str) -> bool:
    """Whether a condition names subjects, or at a provider for consumers, whose users are strangers, applications."""
    claims = (":sub",) if provider.startswith("arn:") else (":sub", ":aud", ":app_id", ":amr")
    if not condition.key.endswith(claims):
        return False
    operator = condition.operator.removeprefix("foranyvalue:")
    if operator in _EXACT:
        return all(condition.values)
    return operator in _LIKE and all(_fixed(value) for value in condition.values)


def _fixed(subject: str) -> bool:
    """Whether a subject says whose it is, before a wildcard may stand for the rest."""
    own = _SCHEME.sub("", subject)
    wild = _WILD.search(own)
    return bool(own) and (wild is None or bool(re.search(r"[/:]", own[: wild.start()])))
