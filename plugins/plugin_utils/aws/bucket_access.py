# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who of an account's own users and roles could destroy its buckets, and by which way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import policy, resource_access, resource_policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.bucket_judging import shown
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen

_KIND = "users and roles"
_EXPECTED = "can delete neither the buckets nor the versions in them, nor change who may"
_ON_BUCKET = ("s3:DeleteBucket", "s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration")
_ON_OBJECT = ("s3:DeleteObjectVersion",)
_OBJECT = "/qzxgolive"
_ACTIONS = (*_ON_BUCKET, *_ON_OBJECT)


class Access:
    """What the account says of its identities, and the buckets' own rules."""

    def __init__(self, said: Mapping[str, Any], partition: str, policies: Mapping[str, Detail]) -> None:
        self._said = said
        self._partition = partition
        self._policies = policies

    @cached_property
    def _rules(self) -> dict[str, resource_policy.Rules]:
        """By bucket. One whose policy cannot be read is left out: it may deny; that it cannot is judged elsewhere."""
        found = {name: _rules(detail) for name, detail in self._policies.items()}
        return {name: rules for name, rules in found.items() if rules is not None}

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        """Whom each bucket's policy lets in by name: most of an account's identities are in none of them."""
        return {
            bucket: {who.name for rule in rules if rule.statement.allows for who in rule.principals}
            for bucket, rules in self._rules.items()
        }

    @cached_property
    def _documents(self) -> dict[str, policy.Policy | CannotLook]:
        return {name: _read(document) for name, document in self._said["documents"].items()}

    def judged(self, applications: Collection[str], administrators: Collection[str]) -> Kind:
        """The users and roles that applications names, or all without any, but not the declared administrators."""
        known = self._said["identities"]
        rest = [each for each in known if not _is(each, administrators)]
        meant = [each for each in rest if not applications or _is(each, applications)]
        verdicts = [self._verdict(each) for each in meant]
        for name in applications:
            if not any(_is(each, [name]) for each in known):
                verdicts.append(unseen(CannotLook("not_found", f"no user or role is like {name}"), subject=name))
        aside = {"declared administrators": len(known) - len(rest)}
        # An account whose people and workloads are all in another one is a usual one.
        return Kind.of(_KIND, "could destroy buckets", verdicts, aside, optional=True)

    def _verdict(self, each: Mapping[str, Any]) -> Verdict:
        try:
            found = self._found(each)
        except CannotLook as reason:
            return unseen(reason, expected=_EXPECTED, subject=each["arn"])
        problems = [
            f"may {', '.join(sorted(actions))} on {shown(buckets)} through {through}"
            for (through, actions), buckets in found.items()
        ]
        return judge(expected=_EXPECTED, actual={"buckets": len(self._rules)}, problems=problems, subject=each["arn"])

    def _found(self, each: Mapping[str, Any]) -> dict[tuple[str, frozenset[str]], list[str]]:
        """The buckets that an identity could destroy, by the way and the actions."""
        documents = self._of(each)
        boundary = self._document(each["boundary"]) if each["boundary"] else None
        found: dict[tuple[str, frozenset[str]], list[str]] = {}
        spoken_of = _spoken_of(documents.values())
        for bucket, rules in self._rules.items():
            named = self._named[bucket] & {each["arn"], resource_policy.EVERYBODY.name}
            ways: dict[str, set[str]] = {}
            for action in _ACTIONS if named else spoken_of:
                arn = f"arn:{self._partition}:s3:::{bucket}" + (_OBJECT if action in _ON_OBJECT else "")
                for through in resource_access.ways(each["arn"], documents, boundary, rules, action, arn):
                    ways.setdefault(through, set()).add(action)
            for through, actions in ways.items():
                found.setdefault((through, frozenset(actions)), []).append(bucket)
        return found

    def _of(self, each: Mapping[str, Any]) -> dict[str, policy.Policy]:
        return {f"{name} of group {group}" if group else name: self._document(name) for group, name in each["policies"]}

    def _document(self, name: str) -> policy.Policy:
        found = self._documents[name]
        if isinstance(found, CannotLook):
            raise CannotLook(found.reason, f"{name}: {found.detail}")
        return found


def _spoken_of(documents: Collection[policy.Policy]) -> list[str]:
    """The actions that some policy may allow on something; most identities' allow none of them on anything."""
    allowing = [statement for document in documents for statement in document if statement.allows]
    return [action for action in _ACTIONS if any(statement.speaks_of(action) for statement in allowing)]


def _rules(detail: Detail) -> resource_policy.Rules | None:
    try:
        text = value(detail)
        return resource_policy.parse(text) if text is not None else ()
    except CannotLook:
        return None


def _read(document: Any) -> policy.Policy | CannotLook:
    try:
        return policy.parse(document)
    except CannotLook as reason:
        return reason


def _is(each: Mapping[str, Any], patterns: Collection[str]) -> bool:
    names: Sequence[str] = (each["name"], each["path"] + each["name"], each["arn"])
    return any(like(name, patterns) for name in names)
