# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what is known of buckets: who gets at them, how they are encrypted, and how well they keep what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import resource_access, resource_policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.buckets import FLAGS, Regions
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.lifecycles import (
    Deletion,
    early_problems,
    late_problems,
)
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

_DAY, _HOUR = 86400, 3600
_SETTLED = _HOUR  # S3 replicates most objects within minutes; a younger one may still be on its way
_MOST_NAMED = 5
_REPLACED = "replaced versions"


def blocked(own: Detail, account: Mapping[str, bool] | CannotLook) -> Seen:
    """Whether each of the four flags is set, on the bucket or on its account."""
    if isinstance(account, CannotLook):
        missing = [flag for flag in FLAGS if not value(own)[flag]]
        if missing:
            raise account
        return {"blocked by": "the bucket"}, []
    if all(account.values()):
        return {"blocked by": "the account"}, []
    missing = [flag for flag in FLAGS if not value(own)[flag] and not account[flag]]
    problems = [f"{', '.join(missing)} set neither on the bucket nor on the account"] if missing else []
    return {"blocked by": "the bucket and its account"} if not missing else {"not blocked": missing}, problems


def not_public(policy: Detail) -> Seen:
    """Whether AWS takes the bucket's policy for public; a block only holds it back."""
    public = value(policy)
    return {"public policy": public}, ["its policy lets the public in"] if public else []


def no_grants(acl: Detail) -> Seen:
    """Whether the access control list lets anybody in."""
    found = value(acl)
    return {"public grants": found}, [f"its access control list grants {', '.join(found)}"] if found else []


def policy_keeps_out(name: str, document: Detail, principals: Sequence[str], identity: Mapping[str, str]) -> Seen:
    """Whether the bucket's policy lets in only whom it may, and nobody without TLS."""
    text = value(document)
    if text is None:
        return {"policy": None}, ["has no policy, so that requests without TLS are not denied"]
    rules = resource_policy.parse(text)
    arn = f"arn:{identity['partition']}:s3:::{name}"
    let_in = resource_access.admitted(rules)
    strangers = [who for who in let_in if not resource_access.accepted(who, principals, identity["account"])]
    problems = [f"its policy lets {who} in ({who.rule})" for who in strangers[:_MOST_NAMED]]
    if len(strangers) > _MOST_NAMED:
        problems.append(f"and {len(strangers) - _MOST_NAMED} more")
    if not resource_access.denies_insecure(rules, "s3", (arn, f"{arn}/qzxgolive")):
        problems.append("its policy does not deny every request without TLS (aws:SecureTransport)")
    return {"let in": [str(who) for who in let_in[:20]]}, problems


def encrypted(detail: Detail, must_use_kms: bool) -> Seen:
    """Whether new objects are encrypted without being asked for it, and with a key of KMS where that is wanted."""
    said = value(detail)
    if said is None:
        return {"default encryption": None}, ["has no default encryption"]
    kms = said["algorithm"].startswith("aws:kms")
    problems = [f"encrypts with {said['algorithm']}, not with a key of KMS"] if must_use_kms and not kms else []
    if not kms and said["algorithm"] != "AES256":
        raise CannotLook("malformed", f"there is no encryption {said['algorithm'][:80]}")
    return {"default encryption": said["algorithm"], "key": said["key"]}, problems


def versioned(detail: Detail) -> Seen:
    """Whether what is overwritten or deleted is kept as a version."""
    on = value(detail)["enabled"]
    return {"versioning": on}, [] if on else ["keeps no versions: what is overwritten is lost"]


def lives(rules: Detail, days: int) -> Seen:
    """Whether the lifecycle leaves objects and their versions alone for so many days."""
    return {"lifecycle rules": len(value(rules))}, early_problems(_deletions(value(rules)), days)


def kept(rules: Detail, versioning: Detail, days: int) -> Seen:
    """Whether nothing is lost before so many days: neither what people delete, nor by the lifecycle.

    Of what becomes a version first it is the version that must stay.
    """
    seen, problems = versioned(versioning)
    gone = [each for each in _deletions(value(rules)) if problems or each.what == _REPLACED]
    return {**seen, "lifecycle rules": len(value(rules))}, [*problems, *early_problems(gone, days)]


def given_up(rules: Detail, versioning: Detail, days: float) -> Seen:
    """Whether the lifecycle deletes everything within so many days, replaced versions included."""
    whole = [rule for rule in value(rules) if rule["everything"]]
    objects = min((rule["days"] for rule in whole if rule["days"] is not None), default=None)
    versions = [rule["replaced_days"] for rule in whole if rule["replaced_days"] is not None and not rule["newest"]]
    replaced = min(versions, default=None) if value(versioning)["ever"] else 0
    return {"objects for": objects, "versions for": replaced}, late_problems(objects, replaced, days)


def lets_go(lock: Detail, days: float) -> Seen:
    """Whether no lock keeps the lifecycle from deleting within so many days."""
    default = value(lock)
    locked_for = default["days"] if default else 0
    return {"locked for": locked_for}, [
        f"objects are locked for {locked_for} days, longer than {days:g}"
    ] if locked_for > days else []


def _deletions(rules: Iterable[Mapping[str, Any]]) -> Iterator[Deletion]:
    for rule in rules:
        name = f"lifecycle rule {rule['name'] or 'without a name'}"
        if rule["dated"]:
            yield Deletion(name, "everything on a date", None)
        for what, days in (("objects", rule["days"]), (_REPLACED, rule["replaced_days"])):
            if days is not None:
                yield Deletion(name, what, days)


def locked(lock: Detail, versioning: Detail, days: int) -> Seen:
    """Whether nobody can delete what was written: by a lock that nobody lifts, or without a second factor."""
    default = value(lock)
    if default and default["mode"] == "COMPLIANCE" and default["days"] >= days:
        return {"lock": default}, []
    if value(versioning)["mfa_delete"]:
        return {"MFA delete": True}, []
    if not default:
        return {"lock": None}, ["objects are not locked, and versions are deleted without MFA"]
    if default["mode"] != "COMPLIANCE":
        return {"lock": default}, [f"the lock is of mode {default['mode']}, which who may can lift"]
    return {"lock": default}, [f"objects are locked for {default['days']} days, not {days}"]


def history(objects: Detail, days: int, now: float) -> Seen:
    """Whether each of the last days left a copy, which is still there."""
    times = [each["at"] for each in value(objects) if each["size"]]
    if not times:
        return {"copies": 0}, ["holds no copy"]
    with_copy = {int((now - at) // _DAY) for at in times}
    missing = [day for day in range(days) if day not in with_copy]
    actual = {"copies": len(times), "oldest": date(min(times)), "newest": date(max(times))}
    return actual, [f"no copy of {len(missing)} of the last {days} days"] if missing else []


def elsewhere(name: str, rules: Detail, account: str, every: Regions) -> list[str]:
    """The buckets in other regions or accounts to which all of a bucket is copied."""
    return [rule["to"] for rule in value(rules) if not _near(rule, name, account, every)]


def leaves(name: str, rules: Detail, account: str, every: Regions) -> Seen:
    """Whether all of a bucket is copied to another region or account."""
    found = elsewhere(name, rules, account, every)
    near = [f"to {rule['to']}, {_near(rule, name, account, every)}" for rule in value(rules)]
    problems = [] if found else [f"is copied only {', only '.join(near)}" if near else "is copied nowhere"]
    return {"copied to": found}, problems


def _near(rule: Mapping[str, Any], name: str, account: str, every: Regions) -> str:
    """Why a rule of replication takes a bucket not far enough; "" where it does."""
    to = rule["to"]
    if not rule["everything"]:
        return "a part of it"
    if rule["account"] not in ("", account) or to not in every:
        return ""
    return "in the same region of the same account" if every[to] is None or every[to] == every[name] else ""


def copied(source: Detail, target: Detail, to: str, most: int | None, max_age_hours: float | None, now: float) -> Seen:
    """Whether what a bucket holds has arrived in the other, and when the last of it was written.

    most: where the listings were cut off; what lies beyond the end of the other one is not compared.
    """
    theirs = {each["key"]: each for each in value(target)}
    end = max(theirs) if most and len(theirs) >= most else None
    ours = [each for each in value(source) if now - each["at"] > _SETTLED and (end is None or each["key"] <= end)]
    missing = [each["key"] for each in ours if theirs.get(each["key"], {}).get("tag") != each["tag"]]
    problems = [f"{len(missing)} of {len(ours)} objects have not arrived in {to}, or differ"] if missing else []
    if not value(source):
        problems.append("holds nothing")
    newest = max((each["at"] for each in theirs.values()), default=None)
    if max_age_hours is not None and newest is not None and now - newest > max_age_hours * _HOUR:
        problems.append(f"the newest copy in {to} is {(now - newest) / _HOUR:.0f} hours old, not {max_age_hours:g}")
    return {"objects": len(value(source)), f"newest in {to}": date(newest)}, problems


def shown(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more
