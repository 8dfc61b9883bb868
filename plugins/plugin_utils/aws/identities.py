# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the identities of an AWS account, however many there are: the failures one by one, the rest in numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import trust
from ansible_collections.golive.verify.plugins.plugin_utils.aws.escalation import WayUp, ways_up
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import (
    EVERYTHING,
    Grant,
    Policy,
    administration,
    parse,
)
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen

_DAY = 86400
_MOST_TOLD = 5

Powers = tuple[Sequence[Grant], Sequence[WayUp]]


def date(at: float | None) -> str:
    """A moment for people, in UTC."""
    return "never" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def keys(
    found: Iterable[Mapping[str, Any]], used: Mapping[str, float | None], max_age: int, max_unused: int, now: float
) -> Kind:
    """Judge the active access keys; one whose use is not known was deleted in the meantime."""
    judged = [key for key in found if key["active"] and key["id"] in used]
    verdicts = [
        judge(
            expected=f"at most {max_age} days old, used within {max_unused} days",
            actual={"created": date(key["created"]), "last used": date(used[key["id"]])},
            problems=key_problems(key["created"], used[key["id"]], max_age, max_unused, now),
            subject=f"access key {key['id']} of {key['user']}",
        )
        for key in judged
    ]
    return Kind.of("active access keys", "are too old or not used", verdicts, optional=True)


def key_problems(created: float, used: float | None, max_age: int, max_unused: int, now: float) -> list[str]:
    """Why an access key is not fresh. One that was never used is as unused as it is old."""
    age = (now - created) / _DAY
    idle = (now - (created if used is None else used)) / _DAY
    problems = [f"{age:.0f} days old"] if age > max_age else []
    if idle > max_unused:
        problems.append("never used" if used is None else f"not used for {idle:.0f} days")
    return problems


def key_counts(
    found: Iterable[Mapping[str, Any]], rotation_days: int, allowed: Sequence[str] | None, now: float
) -> Kind:
    """Judge how many active keys users have: one, and for the days of a rotation two.

    allowed: patterns for the names of those who may have any, where workloads have roles; None for everybody.
    """
    owned: dict[str, list[float]] = {}
    for key in found:
        if key["active"]:
            owned.setdefault(key["user"], []).append(key["created"])
    verdicts = [
        judge(
            expected=f"one active access key, or two within {rotation_days} days",
            actual={"created": [date(each) for each in sorted(created)]},
            problems=_count_problems(created, rotation_days, now)
            + ([] if allowed is None or like(user, allowed) else ["has a key and is not declared to; take a role"]),
            subject=f"access keys of {user}",
        )
        for user, created in owned.items()
    ]
    return Kind.of("users with access keys", "have one too many", verdicts, optional=True)


def _count_problems(created: Sequence[float], rotation_days: int, now: float) -> list[str]:
    since = (now - max(created)) / _DAY
    return [f"two active keys for {since:.0f} days"] if len(created) > 1 and since > rotation_days else []


def consoles(
    since: Mapping[str, float],
    used: Mapping[str, float | None],
    devices: Mapping[str, int] | None,
    max_unused: int,
    now: float,
) -> Kind:
    """Judge the users who have a password for the console, by the days that nobody used it, and by their MFA devices.

    since: when each got the password. devices: how many each has; None where that is not asked.
    """
    verdicts = []
    for user, given in since.items():
        last = used.get(user)
        idle = (now - max(given, last or 0)) / _DAY
        problems = [f"the password is not used for {idle:.0f} days"] if idle > max_unused else []
        actual: dict[str, Any] = {"last signed in": date(last)}
        if devices is not None:
            # One who was deleted in the meantime has none, and no password either.
            actual["MFA devices"] = devices.get(user, 1)
            problems += [] if actual["MFA devices"] else ["signs in with a password only"]
        expected = f"signed in within {max_unused} days" + ("" if devices is None else ", with an MFA device")
        verdicts.append(judge(expected=expected, actual=actual, problems=problems, subject=f"user {user}"))
    wrong = "do not use their password" if devices is None else "have no MFA or do not use their password"
    return Kind.of("console users", wrong, verdicts, optional=True)


def passwords(policy: Mapping[str, int], min_length: int, reuse: int) -> Kind:
    """Judge the account's rules for passwords; without any of its own it has those of AWS, which are weak."""
    problems = [] if policy else ["the account has no password policy of its own"]
    if policy and policy["length"] < min_length:
        problems.append(f"passwords of {policy['length']} characters are enough, {min_length} must be")
    if policy and policy["reuse"] < reuse:
        problems.append(f"only the last {policy['reuse']} passwords are kept from being used again, {reuse} must be")
    verdict = judge(
        expected=f"at least {min_length} characters, none of the last {reuse} passwords",
        actual=policy or "no policy",
        problems=problems,
        subject="password policy",
    )
    return Kind.of("password policies", "are too weak", [verdict])


def trusts(said: Mapping[str, Any], trusted: Sequence[str], unbound: Sequence[str], account: str) -> Kind:
    """Judge whom the roles let in."""
    roles = [each for each in said["identities"] if each["kind"] == "role"]
    failures, errors = [], []
    for role in roles:
        subject = f"trust policy of role {role['name']}"
        try:
            actual, problems = trust.seen(role, trusted, unbound, account)
        except CannotLook as reason:
            errors.append(unseen(reason, subject=subject))
            continue
        if problems:
            expected = "lets in its own account, services bound to it, and those declared"
            failures.append(judge(expected=expected, actual=actual, problems=problems, subject=subject))
    return Kind("trust policies", len(roles), "let in others", failures, errors)


def administrators(
    said: Mapping[str, Any], identity: Mapping[str, str], applications: Collection[str], declared: Collection[str]
) -> Kind:
    """Judge which users and roles administer what without being declared to; none to judge is an error."""
    documents = {name: _readable(document) for name, document in said["documents"].items()}
    rest = [each for each in said["identities"] if not _like(each, declared)]
    judged = [each for each in rest if not applications or _like(each, applications)]
    failures, errors = [], []
    known: dict[Any, Powers] = {}
    for each in judged:
        subject = f"{each['kind']} {each['name']}"
        try:
            grants, ways = _powers(each, documents, identity, known)
        except CannotLook as reason:
            errors.append(unseen(reason, subject=subject))
            continue
        if grants or ways:
            failures.append(_administrator(grants, ways, subject))
    missing = [name for name in applications if not any(_like(each, [name]) for each in said["identities"])]
    errors += [unseen(CannotLook("not_found", f"no user or role is like {name}"), subject=name) for name in missing]
    if not judged and not errors:
        errors.append(
            unseen(CannotLook("not_found", "there is no user and no role to judge"), subject="administrators")
        )
    return Kind(
        "users and roles",
        len(judged),
        "are administrators without being declared to be",
        failures,
        errors,
        {"declared administrators": len(said["identities"]) - len(rest)},
    )


def _administrator(grants: Sequence[Grant], ways: Sequence[WayUp], subject: str) -> Verdict:
    told = [f"administrator of {grant.scope} through {', '.join(grant.through)}" for grant in grants]
    told += [f"can become an administrator by {way.actions} through {', '.join(way.policies)}" for way in ways]
    return judge(
        expected="administers nothing, everything or all of one service, and cannot come to",
        actual={grant.scope: list(grant.through) for grant in grants} | {way.actions: way.policies for way in ways},
        problems=told[:_MOST_TOLD] + ([f"and {len(told) - _MOST_TOLD} more ways"] if len(told) > _MOST_TOLD else []),
        subject=subject,
    )


def _powers(
    each: Mapping[str, Any],
    documents: Mapping[str, Policy | CannotLook],
    identity: Mapping[str, str],
    known: dict[Any, Powers],
) -> Powers:
    """What an identity administers, and how it could come to; those with the same policies are judged once."""
    policies = {
        f"{name} of group {group}" if group else name: _read(documents, name) for group, name in each["policies"]
    }
    boundary = _read(documents, each["boundary"]) if each["boundary"] else None
    same = (tuple(policies), each["boundary"])
    if same not in known:
        partition, account = identity["partition"], identity["account"]
        grants = administration(policies, boundary, partition, account)
        administers = any(grant.scope in (EVERYTHING, "iam") for grant in grants)
        known[same] = grants, [] if administers else ways_up(policies, boundary, partition, account)
    return known[same]


def _read(documents: Mapping[str, Policy | CannotLook], name: str) -> Policy:
    policy = documents[name]
    if isinstance(policy, CannotLook):
        raise CannotLook(policy.reason, f"{name}: {policy.detail}")
    return policy


def _readable(document: Any) -> Policy | CannotLook:
    try:
        return parse(document)
    except CannotLook as reason:
        return reason


def _like(each: Mapping[str, Any], patterns: Iterable[str]) -> bool:
    names = (each["name"], each["path"] + each["name"], each["arn"])
    return any(like(name, patterns) for name in names)
