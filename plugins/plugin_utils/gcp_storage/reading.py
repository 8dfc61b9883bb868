# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets of Cloud Storage as the API tells them: their settings, who is let in, what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.policies import VERSION, grants
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import EVERYBODY
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Reader

_API, _BUCKETS = "storage", "storage/v1/b"
_PAGE = 1000
_DAY = 86400
_PREVENTION = {"enforced": True, "inherited": False, "unspecified": False}
_CONSTRAINT = "storage.publicAccessPrevention"
_OBJECT = "name,size,crc32c,timeCreated,retention,temporaryHold,eventBasedHold"
_LOCKED = {"Locked": True, "Unlocked": False}
Seen = dict[str, dict[str, Any]]


def resource(name: str) -> str:
    """The full name of a bucket."""
    return f"//storage.googleapis.com/projects/_/buckets/{name}"


def buckets(reader: Reader) -> dict[str, dict[str, Any]]:
    """The project's buckets by name. An odd one is the malformed end of all: none may be overlooked."""
    query = {"project": reader.project, "projection": "noAcl", "maxResults": _PAGE}
    listed = reader.pages(_API, _BUCKETS, "items", "storage.buckets.list", **query)
    return {each["name"]: _bucket(each) for each in listed}


def elsewhere(reader: Reader, names: Iterable[str]) -> Seen:
    """Buckets of whatever project, by name; one that is not there is not_found."""

    def one(name: str) -> dict[str, Any]:
        return _bucket(reader.get(_API, f"{_BUCKETS}/{name}", "storage.buckets.get", projection="noAcl"))

    return reader.each(names, one)


def _bucket(said: Mapping[str, Any]) -> dict[str, Any]:
    access = said["iamConfiguration"]
    retention = said.get("retentionPolicy") or {}
    return {
        "project": said["projectNumber"],
        "location": said["location"],
        "places": said["locationType"],
        "prevented": _PREVENTION[access["publicAccessPrevention"]],
        "uniform": access["uniformBucketLevelAccess"]["enabled"],
        "key": (said.get("encryption") or {}).get("defaultKmsKeyName", ""),
        "versions": bool((said.get("versioning") or {}).get("enabled")),
        "restorable_days": int((said.get("softDeletePolicy") or {}).get("retentionDurationSeconds", 0)) / _DAY,
        "retained_days": int(retention.get("retentionPeriod", 0)) / _DAY,
        "locked": bool(retention.get("isLocked")),
        "deletes": [
            _bounds(rule["condition"])
            for rule in (said.get("lifecycle") or {}).get("rule", [])
            if rule["action"]["type"] == "Delete"
        ],
    }


def _bounds(condition: Mapping[str, Any]) -> dict[str, Any]:
    """What keeps a rule from deleting young objects: days since they were made or replaced, and dates for either."""
    return {
        "days": [int(condition[name]) for name in ("age", "daysSinceNoncurrentTime") if name in condition],
        "before": [
            datetime.combine(date.fromisoformat(condition[name]), datetime.min.time(), UTC).timestamp()
            for name in ("createdBefore", "noncurrentTimeBefore")
            if name in condition
        ],
    }


def prevented(reader: Reader) -> bool:
    """Whether what the project inherits keeps the public out of every bucket, without an exception."""
    path = f"v2/projects/{reader.project}/policies/{_CONSTRAINT}:getEffectivePolicy"
    rules = reader.get("orgpolicy", path, "orgpolicy.policy.get")["spec"].get("rules", [])
    return bool(rules) and all(rule.get("enforce") is True for rule in rules)


def policies(reader: Reader, names: Iterable[str]) -> Seen:
    """Who is granted which role on each bucket itself."""

    def one(name: str) -> list[dict[str, str]]:
        version = {"optionsRequestedPolicyVersion": VERSION}
        return grants(reader.get(_API, f"{_BUCKETS}/{name}/iam", "storage.buckets.getIamPolicy", **version))

    return reader.each(names, one)


def lists(reader: Reader, names: Iterable[str]) -> Seen:
    """What the access control lists of each bucket grant the public: the bucket's own, and that of objects to come."""

    def one(name: str) -> list[str]:
        said = reader.get(
            _API, f"{_BUCKETS}/{name}", "storage.buckets.get and storage.buckets.getIamPolicy", projection="full"
        )
        if "acl" not in said:  # Google leaves it out for whom it is not meant
            raise CannotLook("denied", "needs storage.buckets.getIamPolicy: the bucket was told without its lists")
        return [
            f"{kind} {entry['entity']} {entry['role']}"
            for kind, part in (("the bucket:", "acl"), ("objects to come:", "defaultObjectAcl"))
            for entry in said.get(part, [])
            if entry["entity"] in EVERYBODY
        ]

    return reader.each(names, one)


def objects(reader: Reader, names: Iterable[str], versions: bool, most: int | None) -> Seen:
    """The objects of each bucket. versions: with those that were replaced. most: as many of the first as are told."""
    query = {"fields": f"nextPageToken,items({_OBJECT})", "maxResults": most or _PAGE}
    if versions:
        query["versions"] = "true"

    def one(name: str) -> list[dict[str, Any]]:
        path, permission = f"{_BUCKETS}/{name}/o", "storage.objects.list"
        if most:
            listed = reader.get(_API, path, permission, **query).get("items", [])
        else:
            listed = reader.pages(_API, path, "items", permission, **query)
        return [_object(each) for each in listed]

    return reader.each(names, one)


def _object(said: Mapping[str, Any]) -> dict[str, Any]:
    """retained: until when the object's own retention keeps it, if it has one. locked: whether that can only grow."""
    retention = said.get("retention") or {}
    return {
        "name": said["name"],
        "sum": said["crc32c"],
        "size": int(said["size"]),
        "at": _moment(said["timeCreated"]),
        "retained": _moment(retention["retainUntilTime"]) if retention else None,
        "locked": bool(retention) and _LOCKED[retention["mode"]],
        "held": bool(said.get("temporaryHold") or said.get("eventBasedHold")),
    }


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
