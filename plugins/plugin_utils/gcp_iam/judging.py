# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge who holds which role in a project, by what the role permits, and the keys of its service accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import (
    Allowed,
    allows,
    default_account,
    of_google,
    outside,
    wide,
)
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_iam.denials import at_or_above, conditions, denied
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAY = 86400
_MOST_SHOWN = 20
BASIC = ("roles/owner", "roles/editor", "roles/viewer")
# With one of these on a project or above it, whoever holds it takes the rest by himself.
_TAKES_OVER = {
    "resourcemanager.projects.setIamPolicy": "grants roles to anybody",
    "resourcemanager.folders.setIamPolicy": "grants roles to anybody",
    "resourcemanager.organizations.setIamPolicy": "grants roles to anybody",
    "iam.roles.update": "widens roles",
    "iam.serviceAccountKeys.create": "makes keys of every service account",
    "iam.serviceAccounts.actAs": "acts as every service account",
    "iam.serviceAccounts.getAccessToken": "acts as every service account",
    "iam.serviceAccounts.getOpenIdToken": "acts as every service account",
    "iam.serviceAccounts.implicitDelegation": "acts as every service account",
    "iam.serviceAccounts.setIamPolicy": "lets anybody act as every service account",
    "iam.serviceAccounts.signBlob": "acts as every service account",
    "iam.serviceAccounts.signJwt": "acts as every service account",
}
Grant = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ours:
    """Who belongs to us: domains of people, projects of service accounts by id and number; and who may do more."""

    domains: Sequence[str]
    projects: Sequence[str]
    allowed: Allowed


def principals(
    policies: Mapping[str, Sequence[Grant]], roles: Mapping[str, Any], denials: Mapping[str, Any], ours: Ours
) -> list[Verdict]:
    """Judge each principal by all the roles that it holds. policies: grants by what they were made on.

    denials: rules of deny policies by what these are attached to, from the project upwards. Google's own agents of our
    projects, and principals that were deleted, are left out.
    """
    held: dict[str, list[tuple[str, Grant]]] = {}
    for scope, granted in policies.items():
        for each in granted:
            if not each["principal"].startswith("deleted:") and not of_google(each["principal"], ours.projects):
                held.setdefault(each["principal"], []).append((scope, each))
    return [_principal(principal, grants, roles, denials, ours) for principal, grants in sorted(held.items())]


def _principal(
    principal: str,
    held: Sequence[tuple[str, Grant]],
    roles: Mapping[str, Any],
    denials: Mapping[str, Any],
    ours: Ours,
) -> Verdict:
    expected = "one of ours, with no basic role and none that takes over the project, unless declared"
    problems: list[str] = []
    unread = None
    for scope, grant in held:
        try:
            problems += grant_problems(scope, grant, roles, denials, ours)
        except CannotLook as reason:
            unread = reason
    if unread and not problems:
        return unseen(unread, expected=expected, subject=principal)
    shown_roles = [f"{shown(grant['role'])} on {scope}" for scope, grant in held[:_MOST_SHOWN]]
    actual = {"grants": len(held), "roles": shown_roles}
    return judge(expected=expected, actual=actual, problems=problems, subject=principal)


def grant_problems(
    scope: str, grant: Grant, roles: Mapping[str, Any], denials: Mapping[str, Any], ours: Ours
) -> Iterator[str]:
    """Why a grant, made on the project or on what it inherits from, is too much."""
    principal, role = grant["principal"], grant["role"]
    condition = f", if '{shown(grant['condition'])}'" if grant["condition"] else ""
    where = f"{shown(role)} on {scope}{condition}"
    if everybody := wide(principal):
        yield f"is {everybody}, and holds {where}"
    elif not allows(ours.allowed, principal, [role]):
        if foreign := outside(principal, ours.domains, ours.projects):
            yield f"is {foreign}, and holds {where}"
        if role in BASIC:
            kind = "a default service account, " if default_account(principal) else ""
            yield f"{kind}holds the basic role {where}"
        elif powers := [each for each in value(roles[role]) if each in _TAKES_OVER]:
            rules = list(at_or_above(scope, denials))
            left = [each for each in powers if not denied(principal, each, rules)]
            if left:
                unless = [each for power in left for each in conditions(principal, power, rules)]
                aside = f" (a deny policy takes it away only if '{shown(unless[0])}')" if unless else ""
                yield f"holds {where}, which {' and '.join(dict.fromkeys(_TAKES_OVER[each] for each in left))}{aside}"


def take_over(roles: Mapping[str, Any]) -> bool:
    """Whether one of the roles lets its holder take over the project."""
    return any(not _TAKES_OVER.keys().isdisjoint(entry.get("value", ())) for entry in roles.values())


def accounts(policies: Mapping[str, Any], project: str, ours: Ours) -> Kind:
    """Judge who may act as each of the service accounts, by the account's own policy."""
    verdicts = [_account(_resource(project, email), entry, ours) for email, entry in policies.items()]
    return Kind.of("service accounts", "are open to who is none of ours", verdicts, optional=True)


def _account(subject: str, entry: Mapping[str, Any], ours: Ours) -> Verdict:
    expected = "lets none act as it who is not ours"
    try:
        granted = [each for each in value(entry) if not each["principal"].startswith("deleted:")]
    except CannotLook as reason:
        return unseen(reason, expected=expected, subject=subject)
    foreign = [
        (each, why)
        for each in granted
        if (why := outside(each["principal"], ours.domains, ours.projects))
        and not of_google(each["principal"], ours.projects)
        and (wide(each["principal"]) or not allows(ours.allowed, each["principal"], [each["role"]]))
    ]
    problems = [
        f"{shown(each['principal'], 200)} holds {shown(each['role'])} on it, and is {why}" for each, why in foreign
    ]
    return judge(expected=expected, actual={"grants": len(granted)}, problems=problems, subject=subject)


def keys(
    found: Mapping[str, Any],
    used: Mapping[str, float] | None,
    max_age: int,
    max_unused: int | None,
    project: str,
    now: float,
) -> Kind:
    """Judge the keys that people made and that are not disabled, by account. used: None when it was not asked."""
    verdicts = []
    for email, entry in found.items():
        subject = _resource(project, email)
        try:
            active = [key for key in value(entry) if not key["disabled"]]
        except CannotLook as reason:
            verdicts.append(unseen(reason, subject=f"{subject}/keys"))
            continue
        verdicts += [_key(key, f"{subject}/keys/{key['id']}", used, max_age, max_unused, now) for key in active]
    return Kind.of("keys", "are too old or not used", verdicts, optional=True)


def _key(
    key: Mapping[str, Any],
    subject: str,
    used: Mapping[str, float] | None,
    max_age: int,
    max_unused: int | None,
    now: float,
) -> Verdict:
    last = None if used is None else used.get(key["id"])
    asked = max_unused is not None and used is not None
    return judge(
        expected=f"at most {max_age} days old{f', used within {max_unused} days' if asked else ''}",
        actual={"created": _date(key["created"])} | ({"last used": _date(last)} if asked else {}),
        problems=key_problems(key["created"], last, max_age, max_unused if asked else None, now),
        subject=subject,
    )


def key_problems(created: float, used: float | None, max_age: int, max_unused: int | None, now: float) -> list[str]:
    """Why a key is not fresh. One that was never used is as unused as it is old."""
    age = (now - created) / _DAY
    problems = [f"{age:.0f} days old"] if age > max_age else []
    idle = (now - (created if used is None else used)) / _DAY
    if max_unused is not None and idle > max_unused:
        problems.append("never used" if used is None else f"not used for {idle:.0f} days")
    return problems


def judged_roles(policies: Iterable[Sequence[Grant]]) -> list[str]:
    """The roles that are granted and whose permissions must be read."""
    return sorted({each["role"] for granted in policies for each in granted} - set(BASIC))


def _resource(project: str, email: str) -> str:
    return f"//iam.googleapis.com/projects/{project}/serviceAccounts/{email}"


def _date(at: float | None) -> str:
    return "never" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
