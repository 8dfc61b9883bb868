# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an AWS account says of its buckets, as plain data, read strictly."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details, existing
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_ANYBODY = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "AuthenticatedUsers",
}
_LIST = "aws s3api list-buckets"
_NAMES = f"{_LIST} --query 'Buckets[].Name' --output text"
_A_PAGE = 1000

# The regions of buckets by their names; None where AWS does not say, and the SDK has to find out.
Regions = Mapping[str, str | None]
Reader = Callable[[Account, Regions], dict[str, Detail]]


def listing(asked: Asked) -> Awaitable[Regions]:
    """All buckets of the account, wherever they are."""
    return asked.of(_LIST, _listing)


def account_block(asked: Asked, account: str) -> Awaitable[dict[str, bool]]:
    """The flags of the account's own block of public access."""
    return asked.of(f"aws s3control get-public-access-block --account-id {account}", _account_block, account)


@dataclass(frozen=True, slots=True)
class Buckets:
    """All buckets of the account, of which each control chooses some."""

    asked: Asked
    every: Regions

    async def each(self, command: str, read: Reader, names: Iterable[str]) -> dict[str, Detail]:
        """What read finds out of each of the buckets; command is how a person asks for one, up to its name."""
        buckets = {name: self.every.get(name) for name in names}
        if not buckets:
            return {}
        told = _NAMES if buckets.keys() == self.every.keys() else f"printf '%s\\n' {shlex.join(sorted(buckets))}"
        return await self.asked.of(f"{told} | xargs -r -n 1 aws s3api {command} --bucket", read, buckets)


def _listing(account: Account) -> dict[str, str | None]:
    # The size of a page is what makes AWS say the regions.
    answer = account.call("s3", "list_buckets", MaxBuckets=_A_PAGE)
    return {bucket["Name"]: bucket.get("BucketRegion") for bucket in answer["Buckets"]}


def _account_block(account: Account, number: str) -> dict[str, bool]:
    return _flags(existing(lambda: account.call("s3control", "get_public_access_block", AccountId=number)))


def _flags(answer: dict[str, Any] | None) -> dict[str, bool]:
    return {
        flag: bool((answer or {"PublicAccessBlockConfiguration": {}})["PublicAccessBlockConfiguration"].get(flag))
        for flag in FLAGS
    }


def _reader(operation: str, read: Callable[[Any], Any]) -> Reader:
    """Ask each bucket, and read its answer; None is the answer of one that has no such thing."""

    def all_of(account: Account, buckets: Regions) -> dict[str, Detail]:
        def one(name: str) -> Any:
            return read(existing(lambda: account.call("s3", operation, region=buckets[name], Bucket=name)))

        return details(account, buckets, one)

    return all_of


def _grants(answer: Any) -> list[str]:
    """The rights that everybody has by the access control list, such as AllUsers READ."""
    found = _there(answer)["Grants"]
    return [
        f"{_ANYBODY[grant['Grantee']['URI']]} {grant['Permission']}"
        for grant in found
        if grant["Grantee"].get("URI") in _ANYBODY
    ]


def _encryption(answer: Any) -> dict[str, Any] | None:
    if answer is None:
        return None
    (rule,) = answer["ServerSideEncryptionConfiguration"]["Rules"]
    said = rule["ApplyServerSideEncryptionByDefault"]
    return {"algorithm": said["SSEAlgorithm"], "key": said.get("KMSMasterKeyID", "")}


def _logging(answer: Any) -> str | None:
    """The bucket into which requests are logged, as far as S3 does that."""
    said = _there(answer).get("LoggingEnabled")
    return str(said["TargetBucket"]) if said else None


def _versioning(answer: Any) -> dict[str, bool]:
    said = _there(answer)
    status = said.get("Status", "")
    # Versions stay from when it was on, even where it is suspended by now.
    return {"enabled": status == "Enabled", "ever": bool(status), "mfa_delete": said.get("MFADelete") == "Enabled"}


def _lock(answer: Any) -> dict[str, Any] | None:
    """How long objects are locked by default, in days, and in which mode."""
    said = (answer or {}).get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention")
    if not said:
        return None
    return {"mode": said["Mode"], "days": said.get("Days", 0) or said.get("Years", 0) * 365}


def _lifecycle(answer: Any) -> list[dict[str, Any]]:
    """The rules in force: after how many days they delete objects and replaced versions, and whether all of them.

    newest: how many replaced versions are kept for good, however old.
    """
    rules = [] if answer is None else answer["Rules"]
    return [
        {
            "name": rule.get("ID", ""),
            "days": rule.get("Expiration", {}).get("Days"),
            "dated": "Date" in rule.get("Expiration", {}),
            "replaced_days": rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
            "newest": rule.get("NoncurrentVersionExpiration", {}).get("NewerNoncurrentVersions", 0),
            "everything": _everything(rule),
        }
        for rule in rules
        if rule["Status"] == "Enabled"
    ]


def _replication(answer: Any) -> list[dict[str, Any]]:
    """The rules in force, each with where it copies to, and whether it copies everything."""
    rules = [] if answer is None else answer["ReplicationConfiguration"]["Rules"]
    return [
        {
            "to": rule["Destination"]["Bucket"].rpartition(":")[2],
            "account": rule["Destination"].get("Account", ""),
            "everything": _everything(rule),
        }
        for rule in rules
        if rule["Status"] == "Enabled"
    ]


def _everything(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is for all objects of its bucket."""
    return not rule.get("Prefix") and not any((rule.get("Filter") or {}).values())


def _there(answer: Any) -> Any:
    if answer is None:
        raise CannotLook("not_found", "the bucket is gone")
    return answer


def objects(most: int | None) -> Reader:
    """The objects of each bucket, by their names. most: as many of the first as are looked at."""

    def all_of(account: Account, buckets: Regions) -> dict[str, Detail]:
        return details(account, buckets, lambda name: _objects(account, name, buckets.get(name), most))

    return all_of


def _objects(account: Account, bucket: str, region: str | None, most: int | None) -> list[dict[str, Any]]:
    """Page by page: there may be many, and who wants all of them wants what is in a sample, too."""
    found: list[dict[str, Any]] = []
    deadline, token = Deadline(account.seconds), ""
    while True:
        after = {"ContinuationToken": token} if token else {}
        listed, token = account.page("s3", "list_objects_v2", _page, region=region, Bucket=bucket, **after)
        found += listed
        if not token or (most and len(found) >= most):
            return found[:most]
        deadline.check()


def _page(answer: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The objects of a page, and where the next one begins; nowhere after the last."""
    listed = [
        {"key": each["Key"], "at": each["LastModified"], "tag": each["ETag"], "size": each["Size"]}
        for each in answer.get("Contents", [])
    ]
    return listed, answer["NextContinuationToken"] if answer["IsTruncated"] else ""


block = _reader("get_public_access_block", _flags)
public_policy = _reader("get_bucket_policy_status", lambda said: bool(said) and said["PolicyStatus"]["IsPublic"])
grants = _reader("get_bucket_acl", _grants)
policy = _reader("get_bucket_policy", lambda said: None if said is None else said["Policy"])
encryption = _reader("get_bucket_encryption", _encryption)
logging = _reader("get_bucket_logging", _logging)
versioning = _reader("get_bucket_versioning", _versioning)
lock = _reader("get_object_lock_configuration", _lock)
lifecycle = _reader("get_bucket_lifecycle_configuration", _lifecycle)
replication = _reader("get_bucket_replication", _replication)
