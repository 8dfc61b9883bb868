# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What deny policies take away from whoever holds a role, as far as that is certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.details import value

_EVERYBODY = "principalSet://goog/public:all"
_ALIKE = "principal://"
_FORMS = {
    "user": "principal://goog/subject/{}",
    "group": "principalSet://goog/group/{}",
    "serviceAccount": "principal://iam.googleapis.com/projects/-/serviceAccounts/{}",
    "principal": "principal:{}",
    "principalSet": "principalSet:{}",
}
_SERVICES = {"iam": "iam.googleapis.com", "resourcemanager": "cloudresourcemanager.googleapis.com"}
Rule = Mapping[str, Any]


def denied(principal: str, permission: str, rules: Sequence[Rule]) -> bool:
    """Whether a rule denies a permission to a principal for certain, which one with a condition does not."""
    return any(not rule["condition"] for rule in _denying(principal, permission, rules))


def conditions(principal: str, permission: str, rules: Sequence[Rule]) -> list[str]:
    """The conditions under which rules deny a permission to a principal."""
    return [rule["condition"] for rule in _denying(principal, permission, rules) if rule["condition"]]


def _denying(principal: str, permission: str, rules: Sequence[Rule]) -> Iterator[Rule]:
    """The rules that are about a permission of a principal.

    One that names permissions by a pattern is not, as not all of them are part of it. Of a rule with exceptions nobody
    knows whether members of a group, or a person in a group, are among them.
    """
    kind, _colon, address = principal.partition(":")
    service, _dot, verb = permission.partition(".")
    if kind not in _FORMS or service not in _SERVICES:
        return
    who, what = _FORMS[kind].format(address), f"{_SERVICES[service]}/{verb}"
    for rule in rules:
        named = what in rule["permissions"] and what not in rule["without"]
        if named and _meant(who, rule["principals"]) and not _perhaps_excepted(who, rule["except"]):
            yield rule


def _meant(who: str, principals: Sequence[str]) -> bool:
    return _EVERYBODY in principals or who.lower() in {each.lower() for each in principals}


def _perhaps_excepted(who: str, exceptions: Sequence[str]) -> bool:
    several = [each for each in (who, *exceptions) if not each.startswith(_ALIKE)]
    return bool(exceptions) and (bool(several) or who.lower() in {each.lower() for each in exceptions})


def at_or_above(scope: str, denials: Mapping[str, Any]) -> Iterator[Rule]:
    """The rules that count wherever a grant on this scope does. denials: by scope, upwards; CannotLook where hidden."""
    scopes = list(denials)
    for each in scopes[scopes.index(scope) :]:
        yield from value(denials[each])
