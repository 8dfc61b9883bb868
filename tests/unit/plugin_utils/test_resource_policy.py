# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a resource's policy lets in, and who can do what to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.resource_access import (
    accepted,
    admitted,
    denies_insecure,
    ways,
)
from ansible_collections.golive.verify.plugins.plugin_utils.aws.resource_policy import parse

OWN, OTHER, PARTITION = "111122223333", "999988887777", "arn:aws"
BUCKET, OBJECTS = "arn:aws:s3:::shop", "arn:aws:s3:::shop/*"
ROLE = f"arn:aws:iam::{OWN}:role/shop"


def allow(principal: Any, action: Any = "s3:GetObject", resource: Any = OBJECTS, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def deny(principal: Any, action: Any = "s3:*", resource: Any = (BUCKET, OBJECTS), **more: Any) -> dict[str, Any]:
    several = list(resource) if isinstance(resource, tuple) else resource
    return {"Effect": "Deny", "Principal": principal, "Action": action, "Resource": several, **more}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def rules(*statements: dict[str, Any]) -> Any:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def strangers(*statements: dict[str, Any], patterns: tuple[str, ...] = ()) -> list[str]:
    return [str(who) for who in admitted(rules(*statements)) if not accepted(who, patterns, OWN)]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(allow({"AWS": ROLE}), id="a role of the account"),
        pytest.param(allow({"AWS": OWN}), id="the account by its number"),
        pytest.param(allow({"AWS": f"arn:aws:iam::{OWN}:root"}), id="the account by its root"),
        pytest.param(allow("*", **when("StringEquals", "aws:PrincipalAccount", OWN)), id="everybody of the account"),
        pytest.param(allow("*", **when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/*")), id="its roles"),
        pytest.param(
            allow({"Service": "cloudtrail.amazonaws.com"}, **when("StringEquals", "aws:SourceAccount", OWN)),
            id="a service on behalf of the account",
        ),
        pytest.param(
            allow(
                {"Service": "cloudfront.amazonaws.com"},
                **when("StringEquals", "AWS:SourceArn", f"arn:aws:cloudfront::{OWN}:distribution/E1"),
            ),
            id="a distribution of the account",
        ),
    ],
)
def test_the_account_itself_is_no_stranger(statement: dict[str, Any]) -> None:
    assert strangers(statement) == []


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        (allow("*"), "everybody"),
        (allow({"AWS": "*"}), "everybody"),
        (allow({"AWS": [ROLE, "*"]}), "everybody"),
        (allow({"AWS": f"arn:aws:iam::{OTHER}:root"}), f"AWS arn:aws:iam::{OTHER}:root"),
        (allow({"AWS": "AROAEXAMPLEOFNOBODY"}), "AWS AROAEXAMPLEOFNOBODY"),
        (allow({"Service": "cloudtrail.amazonaws.com"}), "Service cloudtrail.amazonaws.com"),
        (allow({"Federated": "accounts.google.com"}), "Federated accounts.google.com"),
        (allow({"CanonicalUser": "79a59df900b949e5"}), "CanonicalUser 79a59df900b949e5"),
        (
            {"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "s3:GetObject", "Resource": OBJECTS},
            "everybody",
        ),
        (allow("*", **when("Bool", "aws:SecureTransport", "true")), "everybody"),
        (allow("*", **when("StringLike", "aws:Referer", "https://shop.example.com/*")), "everybody"),
        (allow("*", **when("StringLike", "aws:PrincipalArn", "*")), "everybody"),
        (allow("*", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/shop")), "everybody"),
        (allow("*", **when("StringEqualsIfExists", "aws:PrincipalAccount", OWN)), "everybody"),
        (allow("*", **when("ForAllValues:StringEquals", "aws:PrincipalAccount", [OWN])), "everybody"),
        (allow("*", **when("StringNotEquals", "aws:PrincipalAccount", OTHER)), "everybody"),
        (allow("*", **when("IpAddress", "aws:SourceIp", "0.0.0.0/0")), "everybody"),
        (allow("*", **when("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "0.0.0.0/1"])), "everybody"),
        (allow("*", **when("StringEquals", "aws:SourceVpce", "vpce-1")), "everybody where aws:sourcevpce vpce-1"),
        (
            allow("*", **when("StringEquals", "aws:PrincipalOrgID", ["o-1", "o-2"])),
            "everybody where aws:principalorgid o-1 or aws:principalorgid o-2",
        ),
        (
            allow("*", **when("StringEquals", "aws:PrincipalAccount", [OWN, OTHER])),
            f"everybody where aws:principalaccount {OWN} or aws:principalaccount {OTHER}",
        ),
    ],
)
def test_others_are_strangers_and_what_does_not_say_who_narrows_nothing(statement: dict[str, Any], who: str) -> None:
    assert strangers(statement) == [who]


@pytest.mark.parametrize(
    ("statement", "patterns"),
    [
        (allow("*", **when("StringEquals", "aws:SourceVpce", "vpce-1")), ("vpce-1",)),
        (allow("*", **when("StringEquals", "aws:PrincipalOrgID", "o-1")), ("o-1",)),
        (allow({"Service": "cloudtrail.amazonaws.com"}), ("cloudtrail.amazonaws.com",)),
        (allow({"AWS": f"arn:aws:iam::{OTHER}:role/copy"}), (OTHER,)),
        (allow({"AWS": f"arn:aws:iam::{OTHER}:role/copy"}), ("arn:aws:iam::*:role/copy",)),
        (allow("*", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24")), ("192.0.2.*",)),
    ],
)
def test_strangers_may_be_declared(statement: dict[str, Any], patterns: tuple[str, ...]) -> None:
    assert strangers(statement) != []
    assert strangers(statement, patterns=patterns) == []
    assert strangers(statement, patterns=("o-9",)) != []


def test_the_denial_of_all_others_narrows_what_is_allowed() -> None:
    only = deny("*", **when("StringNotEquals", "aws:PrincipalAccount", OWN))
    assert strangers(allow("*"), only) == []
    assert strangers(allow("*"), {**only, "Action": "s3:PutObject"}) != []
    either = {"Condition": {"StringNotEquals": {"aws:PrincipalAccount": OWN, "aws:SourceVpce": "vpce-1"}}}
    assert strangers(allow("*"), deny("*", **either)) != []
    assert strangers(allow("*"), deny("*", **either), patterns=(OWN, "vpce-1")) == []
    assert strangers(allow("*"), deny("*")) == []
    assert strangers(allow({"AWS": OTHER}), deny({"AWS": OTHER}, resource=OBJECTS)) == []
    assert strangers(allow({"AWS": OTHER}), deny({"AWS": OTHER}, "s3:PutObject")) != []


INSECURE = when("Bool", "aws:SecureTransport", "false")


@pytest.mark.parametrize(
    ("statement", "denied"),
    [
        (deny("*", **INSECURE), True),
        (deny({"AWS": "*"}, "*", "*", **INSECURE), True),
        (deny("*", **when("BoolIfExists", "AWS:SecureTransport", False)), True),
        (deny("*", **when("Bool", "aws:SecureTransport", "true")), False),
        (deny("*", **when("Null", "aws:SecureTransport", "false")), False),
        (deny("*", resource=OBJECTS, **INSECURE), False),
        (deny("*", resource=BUCKET, **INSECURE), False),
        (deny("*", "s3:PutObject", **INSECURE), False),
        (deny("*", ["s3:Get*", "s3:Put*"], **INSECURE), False),
        (deny({"AWS": ROLE}, **INSECURE), False),
        (deny("*", Condition={"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}), False),
        (allow("*", "s3:*", [BUCKET, OBJECTS], **INSECURE), False),
        (
            {"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "s3:*", "Resource": [BUCKET, OBJECTS]}
            | INSECURE,
            False,
        ),
    ],
)
def test_everything_without_tls_is_denied_or_it_is_not(statement: dict[str, Any], denied: bool) -> None:
    assert denies_insecure(rules(statement), "s3", (BUCKET, f"{BUCKET}/x")) is denied


def test_two_denials_together_may_do() -> None:
    both = rules(deny("*", resource=BUCKET, **INSECURE), deny("*", resource=OBJECTS, **INSECURE))
    assert denies_insecure(both, "s3", (BUCKET, f"{BUCKET}/x"))


def test_the_way_is_told_and_a_denial_of_either_side_closes_it() -> None:
    own = {"mine": policy.parse({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": f"{BUCKET}*"}})}
    edge = policy.parse({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}})
    against = {**own, "edge": policy.parse({"Statement": {"Effect": "Deny", "Action": "s3:Del*", "Resource": "*"}})}
    direct = allow({"AWS": ROLE}, "s3:*", BUCKET, Sid="app")

    def found(policies: Any, boundary: Any, *statements: dict[str, Any]) -> list[str]:
        return ways(ROLE, policies, boundary, rules(*statements) if statements else (), "s3:DeleteBucket", BUCKET)

    assert found(own, None) == ["mine"]
    assert found({}, None, direct) == ["the resource's own policy (app)"]
    assert found(own, edge) == found(against, None) == found(own, None, deny("*")) == []
    assert found(own, None, deny({"AWS": ROLE})) == found(against, None, direct) == []
    assert found(own, None, deny("*", **when("ArnNotLike", "aws:PrincipalArn", "*:role/admin"))) == ["mine"]
    admins = deny("*", **when("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/admin"))
    assert found(own, None, admins) == []
    mine = deny("*", **when("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/shop"))
    assert found(own, None, mine) == ["mine"]
    assert found(own, None, deny("*", **when("Bool", "aws:MultiFactorAuthPresent", "false"))) == ["mine"]
    assert found({}, None, allow({"AWS": OWN}, "s3:*", BUCKET)) == []


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "[]",
        "null",
        '{"Statement": []}',
        '{"Statement": [null]}',
        '{"Statement": "*"}',
        '{"Statement": {"Effect": "Deny", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}',
        "[" * 100_000,
        json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
        json.dumps({"Statement": allow("*") | {"NotPrincipal": "*"}}),
        json.dumps({"Statement": allow("*") | {"Actoin": "*"}}),
        json.dumps({"Statement": allow("*") | {"Effect": "allow"}}),
        *(
            json.dumps({"Statement": allow(principal)})
            for principal in (None, 1, [], {}, {"AWS": []}, {"AWS": [1.5, None]}, {"Aws": "*"}, "arn:aws:iam::1:root")
        ),
        json.dumps({"Statement": allow({"AWS": f"arn:aws:iam::{OWN}:role/*"})}),
        *(
            json.dumps({"Statement": allow("*", Condition=condition)})
            for condition in ("*", [], {"Bool": "x"}, {"Bool": {}}, {"Boool": {"a": "b"}}, {"Bool": {"a": {}}})
        ),
    ],
)
def test_what_is_not_understood_is_an_error(document: str) -> None:
    with pytest.raises(CannotLook) as raised:
        parse(document)
    assert raised.value.reason == "malformed"
    assert len(raised.value.detail) < 500
