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
    """Whether one of the rules denies a permission to a principal for certain.

    A rule with a condition does not, nor one that names permissions by a pattern, which not all of them are part of.
    Of a rule with exceptions nobody knows whether members of a group, or a person in a group, are among them.
    """
    kind, _colon, address = principal.partition(":")
    service, _dot, verb = permission.partition(".")
    if kind not in _FORMS or service not in _SERVICES:
        return False
    who, what = _FORMS[kind].format(address), f"{_SERVICES[service]}/{verb}"
    return any(
        not rule["conditional"]
        and what in rule["permissions"]
        and what not in rule["without"]
        and _meant(who, rule["principals"])
        and not _perhaps_excepted(who, rule["except"])
        for rule in rules
    )


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
