# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who administers the cluster, or all of a namespace, by the roles that are bound to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

_EVERYBODY = {"Group/system:authenticated", "Group/system:unauthenticated", "User/system:anonymous"}
_EVERY_ACCOUNT = "Group/system:serviceaccounts"
# Verbs with which one gives oneself any right.
_CLIMBING = {
    "escalate": {"clusterroles", "roles"},
    "bind": {"clusterroles", "roles"},
    "impersonate": {"users", "groups", "serviceaccounts"},
}


def administrators(bindings: Items, roles: Items, declared: Iterable[str]) -> dict[str, list[str]]:
    """How each subject that nobody declared got to administer something, by subject.

    What the server itself binds when it starts is left out, and subjects that are declared are, as long as they are not
    everybody. A binding of a role that does not exist gives nothing.
    """
    reasons = {role["id"]: reason for role in roles if (reason := _administers(role["rules"]))}
    patterns = list(declared)
    found: dict[str, list[str]] = defaultdict(list)
    for binding in bindings:
        reason = reasons.get(binding["role"], "")
        if not reason or binding["built_in"]:
            continue
        scope = f"namespace {binding['namespace']}" if binding["namespace"] else "the cluster"
        for subject in binding["subjects"]:
            if _is_everybody(subject) or not like(subject, patterns):
                found[subject].append(f"{reason} in {scope}, by {binding['role']} through {binding['id']}")
    return dict(found)


def accounts(found: Mapping[str, list[str]], used: Iterable[str]) -> dict[str, list[str]]:
    """For each service account that is used, as namespace/ServiceAccount/name, what it administers."""
    return {
        each: [reason for subject in _subjects_of(each) for reason in found.get(subject, ())]
        for each in sorted(set(used))
    }


def people(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What users and groups administer."""
    return {each: reasons for each, reasons in found.items() if "ServiceAccount/" not in each}


def _subjects_of(account: str) -> list[str]:
    namespace, _kind, name = account.split("/")
    return [
        account,
        f"User/system:serviceaccount:{namespace}:{name}",
        _EVERY_ACCOUNT,
        f"{_EVERY_ACCOUNT}:{namespace}",
        "Group/system:authenticated",
    ]


def _is_everybody(subject: str) -> bool:
    return subject in _EVERYBODY or subject == _EVERY_ACCOUNT


def _administers(rules: Items) -> str:
    """What rules give that no application needs; empty where they give no such thing."""
    for rule in rules:
        verbs, kinds, groups = set(rule["verbs"]), set(rule["resources"]), set(rule["apiGroups"])
        if "*" in verbs and "*" in kinds:
            return "may do everything" if "*" in groups else "may do everything with all of an API group"
        for verb, climbing in _CLIMBING.items():
            if verb in verbs and (kinds & climbing or "*" in kinds):
                return f"may give itself any right ({verb})"
        if _reads_secrets(rule):
            return "may read all secrets"
    return ""


def _reads_secrets(rule: Mapping[str, Sequence[str]]) -> bool:
    """Whether a rule gives all secrets, with the tokens in them, and not some by their names."""
    return bool(
        {"get", "list", "watch", "*"} & set(rule["verbs"])
        and {"secrets", "*"} & set(rule["resources"])
        and {"", "*"} & set(rule["apiGroups"])
        and not rule["resourceNames"]
    )
