# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_s3 verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_s3 import ActionModule as AwsS3
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.buckets import FLAGS
from ansible_collections.golive.verify.plugins.plugin_utils.aws.data_events import selectors
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

PUBLIC, LEAST, ENCRYPTED = "aws.s3.public_block", "aws.s3.least_privilege", "data.encryption_at_rest"
KEPT, OFFSITE, FILES, RECORDED = "backup.retention", "backup.offsite", "backup.files", "cloud.audit_trail"
LIST, ACCOUNT_BLOCK, BLOCK = "list-buckets", "s3control get-public-access-block", "get-public-access-block --bucket"
STATUS, ACL, POLICY = "get-bucket-policy-status", "get-bucket-acl", "get-bucket-policy --query"
IAM, ENCRYPTION, OBJECTS = "get-account-authorization-details", "get-bucket-encryption", "list-objects-v2"
VERSIONING, LIFECYCLE = "get-bucket-versioning", "get-bucket-lifecycle-configuration"
LOCK, REPLICATION = "get-object-lock-configuration", "get-bucket-replication"
LOGGING, TRAILS, TRAIL = "get-bucket-logging", "describe-trails", "get-trail-status"
SELECTORS = "get-event-selectors"
ALL, NONE = dict.fromkeys(FLAGS, True), dict.fromkeys(FLAGS, False)
NOW, DAY = time.time(), 86400
OPTIONS: dict[str, Any] = {
    "backup_buckets": ["dumps"],
    "offsite_buckets": ["dumps"],
    "upload_buckets": ["dumps"],
    "logged_buckets": ["dumps"],
    "retention_days": 2,
    "immutable": True,
}
EVERYTHING = [f"arn:aws:s3:::{name}{below}" for name in ("dumps", "copy") for below in ("", "/*")]
SECURE = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": EVERYTHING,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
SHOP = {
    "kind": "role",
    "name": "shop",
    "path": "/",
    "arn": "arn:aws:iam::123456789012:role/shop",
    "policies": [["", "uploads"]],
    "boundary": None,
}


def each(value: Any) -> dict[str, Any]:
    return {"dumps": seen(value), "copy": seen(value)}


def policy(*statements: Any) -> dict[str, Any]:
    return {POLICY: each(json.dumps({"Statement": list(statements)}))}


def may(action: str, resource: str) -> dict[str, Any]:
    document = {"Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}
    return {IAM: {"identities": [SHOP], "documents": {"uploads": document}}}


def objects(*days: float, tag: str = "a") -> list[dict[str, Any]]:
    return [{"key": f"dump-{day}", "at": NOW - day * DAY, "tag": tag, "size": 9} for day in days]


def selected(*values: str, kinds: tuple[str, ...] = ("read", "write")) -> dict[str, Any]:
    """No log of S3, but a trail that records this."""
    return {LOGGING: each(None), SELECTORS: [{"kinds": list(kinds), "of": list(values) or None}]}


RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    LIST: {"dumps": "eu-central-1", "copy": "eu-west-1"},
    ACCOUNT_BLOCK: NONE,
    BLOCK: each(ALL),
    STATUS: each(False),
    ACL: each([]),
    ENCRYPTION: each({"algorithm": "AES256", "key": ""}),
    OBJECTS: each(objects(0.5, 1.5)),
    VERSIONING: each({"enabled": True, "ever": True, "mfa_delete": False}),
    LIFECYCLE: each([]),
    LOCK: each({"mode": "COMPLIANCE", "days": 30}),
    REPLICATION: each([{"to": "copy", "account": "", "everything": True}]),
    LOGGING: each("copy"),
    TRAILS: [{"arn": "data", "home": "eu-central-1", "multi_region": False, "selective": True}],
    TRAIL: {"logging": True, "delivered": NOW, "error": ""},
    SELECTORS: [],
    **policy(SECURE),
    **may("s3:GetObject", "arn:aws:s3:::dumps/*"),
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsS3, control, {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


CONTROLS = [PUBLIC, LEAST, ENCRYPTED, KEPT, OFFSITE, FILES, RECORDED]


@pytest.mark.parametrize("control", CONTROLS)
def test_buckets_as_they_should_be_pass(control: str) -> None:
    assert [(verdict.status, verdict.message) for verdict in verdicts(control)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        *((PUBLIC, {BLOCK: each({**ALL, flag: False})}) for flag in FLAGS),
        (PUBLIC, {STATUS: each(True)}),
        (PUBLIC, {ACL: each(["AllUsers READ"])}),
        (LEAST, {POLICY: each(None)}),
        (LEAST, policy({**SECURE, "Resource": EVERYTHING[1]})),
        (LEAST, policy(SECURE, {**SECURE, "Effect": "Allow"})),
        (LEAST, may("s3:*", "arn:aws:s3:::dumps*")),
        (LEAST, may("*", "*")),
        (LEAST, may("s3:DeleteObjectVersion", "arn:aws:s3:::*/*")),
        (LEAST, may("s3:PutLifecycle*", "*")),
        (ENCRYPTED, {ENCRYPTION: each(None)}),
        (KEPT, {OBJECTS: each([])}),
        (KEPT, {OBJECTS: each(objects(0.5, 5))}),
        (KEPT, {OBJECTS: each([{**one, "size": 0} for one in objects(0.5, 1.5)])}),
        (KEPT, {VERSIONING: each({"enabled": False, "ever": True, "mfa_delete": False})}),
        (KEPT, {LIFECYCLE: each([{"name": "a", "days": 1, "dated": False, "replaced_days": None}])}),
        (KEPT, {LIFECYCLE: each([{"name": "a", "days": None, "dated": False, "replaced_days": 1}])}),
        (KEPT, {LIFECYCLE: each([{"name": "a", "days": None, "dated": True, "replaced_days": None}])}),
        (KEPT, {LOCK: each(None)}),
        (KEPT, {LOCK: each({"mode": "GOVERNANCE", "days": 30})}),
        (KEPT, {LOCK: each({"mode": "COMPLIANCE", "days": 1})}),
        (OFFSITE, {REPLICATION: each([])}),
        (OFFSITE, {REPLICATION: each([{"to": "copy", "account": "", "everything": False}])}),
        (OFFSITE, {LIST: {"dumps": "eu-central-1", "copy": "eu-central-1"}}),
        (OFFSITE, {LIST: {"dumps": None, "copy": None}}),
        (OFFSITE, {OBJECTS: each(objects(3, 4))}),
        (OFFSITE, {OBJECTS: {"dumps": seen(objects(1, 2)), "copy": seen(objects(1))}}),
        (FILES, {OBJECTS: {"dumps": seen(objects(1)), "copy": seen(objects(1, tag="b"))}}),
        (FILES, {OBJECTS: each([])}),
        (FILES, {ENCRYPTION: each(None)}),
        (RECORDED, {LOGGING: each(None)}),
        (RECORDED, {LOGGING: each("gone")}),
        (RECORDED, selected("arn:aws:s3:::dump")),
        (RECORDED, selected("arn:aws:s3:::dumps/invoices/")),
        (RECORDED, selected(kinds=("read",))),
        (RECORDED, {**selected(), TRAIL: {"logging": False, "delivered": NOW, "error": ""}}),
        (RECORDED, {**selected(), TRAIL: {"logging": True, "delivered": NOW, "error": "NoSuchBucket"}}),
        (RECORDED, {**selected(), LIST: {"dumps": "eu-west-1", "copy": "eu-west-1"}}),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any]) -> None:
    assert status(control, changed) is Status.FAIL


LOOKS = [
    *((control, look) for control in CONTROLS for look in (WHO, LIST)),
    *((PUBLIC, look) for look in (BLOCK, STATUS, ACL)),
    *((LEAST, look) for look in (POLICY, IAM)),
    (ENCRYPTED, ENCRYPTION),
    (RECORDED, LOGGING),
    *((KEPT, look) for look in (OBJECTS, VERSIONING, LIFECYCLE, LOCK)),
    *((control, look) for control in (OFFSITE, FILES) for look in (REPLICATION, VERSIONING, ENCRYPTION, OBJECTS)),
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), LOOKS)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look in (WHO, LIST, IAM):
        return
    hidden = {"reason": reason, "detail": "so it is"}
    one = {look: {"dumps": hidden, "copy": RIGHT[look]["copy"]}}
    assert [(each.subject, each.status) for each in verdicts(control, one)] == [("arn:aws:s3:::dumps", Status.ERROR)]


@pytest.mark.parametrize("control", CONTROLS)
def test_an_account_without_buckets_proves_nothing(control: str) -> None:
    assert (
        status(control, {LIST: {}, BLOCK: {}, STATUS: {}, ACL: {}, POLICY: {}, ENCRYPTION: {}, LOGGING: {}})
        is Status.ERROR
    )


@pytest.mark.parametrize(
    ("control", "option"),
    [
        (KEPT, "backup_buckets"),
        (OFFSITE, "offsite_buckets"),
        (FILES, "upload_buckets"),
        (RECORDED, "logged_buckets"),
    ],
)
def test_what_is_not_named_is_not_asked(control: str, option: str) -> None:
    with pytest.raises(NotAsked):
        verdicts(control, None, **{option: []})


def test_the_block_of_the_account_is_enough_and_where_it_cannot_be_read_that_of_buckets_is() -> None:
    assert status(PUBLIC, {ACCOUNT_BLOCK: ALL, BLOCK: each(NONE)}) is Status.PASS
    denied = {ACCOUNT_BLOCK: CannotLook("denied", "needs s3:GetAccountPublicAccessBlock")}
    assert status(PUBLIC, denied) is Status.PASS
    assert status(PUBLIC, {**denied, BLOCK: each(NONE)}) is Status.ERROR
    assert status(PUBLIC, {**denied, BLOCK: each(NONE), ACL: each(["AllUsers READ"])}) is Status.FAIL


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": {"Effect": "Allow"}}'])
def test_a_policy_that_is_not_understood_is_an_error_of_its_bucket(text: str) -> None:
    found = verdicts(LEAST, {POLICY: {**RIGHT[POLICY], "dumps": seen(text)}})
    assert [(one.subject, one.status) for one in found] == [("arn:aws:s3:::dumps", Status.ERROR)]


@pytest.mark.parametrize(
    "values", [(), ("arn:aws:s3",), ("arn:aws:s3:::",), ("arn:aws:s3:::x/", "arn:aws:s3:::dumps/")]
)
def test_a_trail_records_a_bucket_as_a_log_does(values: tuple[str, ...]) -> None:
    assert status(RECORDED, selected(*values)) is Status.PASS
    unlogged = {**RIGHT[LOGGING], "dumps": {"reason": "denied", "detail": "needs s3:GetBucketLogging"}}
    assert status(RECORDED, {**selected(*values), LOGGING: unlogged}) is Status.PASS


@pytest.mark.parametrize("look", [TRAILS, TRAIL, SELECTORS])
def test_a_trail_that_cannot_be_read_is_an_error_where_it_counts(look: str) -> None:
    denied = {look: CannotLook("denied", "so it is")}
    assert status(RECORDED, denied) is Status.PASS
    assert status(RECORDED, {**selected(), **denied}) is Status.ERROR


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [{"kinds": ["read", "write"], "of": None}]),
        (
            {"resources.ARN": {"StartsWith": ["arn:aws:s3:::dumps/"]}},
            [{"kinds": ["read", "write"], "of": ["arn:aws:s3:::dumps/"]}],
        ),
        ({"readOnly": {"Equals": ["false"]}}, [{"kinds": ["write"], "of": None}]),
        ({"resources.ARN": {"NotStartsWith": ["arn:aws:s3:::dumps/"]}}, []),
        ({"eventName": {"Equals": ["GetObject"]}}, []),
        ({"resources.type": {"Equals": ["AWS::Lambda::Function"]}}, []),
    ],
)
def test_advanced_selectors_count_for_what_they_are_wholly_about(
    fields: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    whole = {"eventCategory": {"Equals": ["Data"]}, "resources.type": {"Equals": ["AWS::S3::Object"]}, **fields}
    said = {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": name, **each} for name, each in whole.items()]}]}
    asked: Any = SimpleNamespace(call=lambda *_, **__: said)
    assert selectors(asked, "data", "eu-central-1") == expected


def test_another_account_is_elsewhere_and_mfa_protects_as_a_lock_does() -> None:
    partner = {REPLICATION: each([{"to": "theirs", "account": "999999999999", "everything": True}])}
    there = {OBJECTS: {**RIGHT[OBJECTS], "theirs": seen(objects(0.5, 1.5))}}
    assert status(OFFSITE, {**partner, **there}) is Status.PASS
    versioning = {VERSIONING: each({"enabled": True, "ever": True, "mfa_delete": True})}
    assert status(KEPT, {**versioning, LOCK: each(None)}) is Status.PASS
