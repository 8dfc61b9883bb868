# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the identities of an AWS account, however many there are: the failures one by one, the rest in numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import Grant, Policy, administration, parse
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, judge, unseen

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing that was judged: how many there are, what is wrong with some, and what could not be read."""

    kind: str
    judged: int = 0
    wrong: str = ""
    failures: Sequence[Verdict] = ()
    errors: Sequence[Verdict] = ()
    aside: Mapping[str, int] = field(default_factory=dict)

    @property
    def problem(self) -> list[str]:
        """In one sentence, how many of it fail."""
        return [f"{len(self.failures)} of {self.judged} {self.kind} {self.wrong}"] if self.failures else []


def date(at: float | None) -> str:
    """A moment for people, in UTC."""
    return "never" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def keys(
    found: Iterable[Mapping[str, Any]], used: Mapping[str, float | None], max_age: int, max_unused: int, now: float
) -> Part:
    """Judge the active access keys; one whose use is not known was deleted in the meantime."""
    judged = [key for key in found if key["active"] and key["id"] in used]
    verdicts = (
        judge(
            expected=f"at most {max_age} days old, used within {max_unused} days",
            actual={"created": date(key["created"]), "last used": date(used[key["id"]])},
            problems=key_problems(key["created"], used[key["id"]], max_age, max_unused, now),
            subject=f"access key {key['id']} of {key['user']}",
        )
        for key in judged
    )
    return Part("active access keys", len(judged), "are too old or not used", _failures(verdicts))


def key_problems(created: float, used: float | None, max_age: int, max_unused: int, now: float) -> list[str]:
    """Why an access key is not fresh. One that was never used is as unused as it is old."""
    age = (now - created) / _DAY
    idle = (now - (created if used is None else used)) / _DAY
    problems = [f"{age:.0f} days old"] if age > max_age else []
    if idle > max_unused:
        problems.append("never used" if used is None else f"not used for {idle:.0f} days")
    return problems


def consoles(devices: Mapping[str, int]) -> Part:
    """Judge the users who have a password for the console, by the number of their MFA devices."""
    verdicts = (
        judge(
            expected="an MFA device, since there is a password for the console",
            actual={"MFA devices": count},
            problems=[] if count else ["signs in with a password only"],
            subject=f"user {user}",
        )
        for user, count in devices.items()
    )
    return Part("console users", len(devices), "have no MFA", _failures(verdicts))


def administrators(
    said: Mapping[str, Any], identity: Mapping[str, str], applications: Collection[str], declared: Collection[str]
) -> Part:
    """Judge which users and roles administer what without being declared to; none to judge is an error."""
    documents = {name: _readable(document) for name, document in said["documents"].items()}
    rest = [each for each in said["identities"] if not _like(each, declared)]
    judged = [each for each in rest if not applications or _like(each, applications)]
    failures, errors = [], []
    for each in judged:
        subject = f"{each['kind']} {each['name']}"
        try:
            grants = _grants(each, documents, identity)
        except CannotLook as reason:
            errors.append(unseen(reason, subject=subject))
            continue
        if grants:
            failures.append(_administrator(grants, subject))
    missing = [name for name in applications if not any(_like(each, [name]) for each in said["identities"])]
    errors += [unseen(CannotLook("not_found", f"no user or role is like {name}"), subject=name) for name in missing]
    if not judged and not errors:
        errors.append(
            unseen(CannotLook("not_found", "there is no user and no role to judge"), subject="administrators")
        )
    return Part(
        "users and roles",
        len(judged),
        "are administrators without being declared to be",
        failures,
        errors,
        {"declared administrators": len(said["identities"]) - len(rest)},
    )


def _administrator(grants: Sequence[Grant], subject: str) -> Verdict:
    return judge(
        expected="administers nothing, everything or all of one service",
        actual={grant.scope: list(grant.through) for grant in grants},
        problems=[f"administrator of {grant.scope} through {', '.join(grant.through)}" for grant in grants],
        subject=subject,
    )


def _grants(
    each: Mapping[str, Any], documents: Mapping[str, Policy | CannotLook], identity: Mapping[str, str]
) -> list[Grant]:
    policies = {
        f"{name} of group {group}" if group else name: _read(documents, name) for group, name in each["policies"]
    }
    boundary = _read(documents, each["boundary"]) if each["boundary"] else None
    return administration(policies, boundary, identity["partition"], identity["account"])


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
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _failures(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.status is not Status.PASS]
