# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which policies make an administrator, and of what."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import EVERYTHING, administration, parse


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def scopes(*statements: dict[str, Any], boundary: list[dict[str, Any]] | None = None) -> list[str]:
    edge = None if boundary is None else parse(document(*boundary))
    grants = administration({"policy": parse(document(*statements))}, edge, "aws", "123456789012")
    return [grant.scope for grant in grants]


ALL = allow("*")
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
READ = allow(["s3:Get*", "s3:List*"], "arn:aws:s3:::shop/*")


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(ALL, id="* on *"),
        pytest.param(allow("*:*"), id="*:*"),
        pytest.param(allow(["s3:GetObject", "*"], ["arn:aws:s3:::a", "*"]), id="in lists"),
        pytest.param(allow("**", "arn:aws:*"), id="wildcards that come to the same"),
        pytest.param(allow("*", "arn:*:*:*:*:*"), id="an ARN of wildcards"),
        pytest.param({"Effect": "Allow", "NotAction": ["iam:*", "account:*"], "Resource": "*"}, id="NotAction"),
        pytest.param({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::a/*"}, id="NotResource"),
        pytest.param(allow("*", **MFA), id="under a condition that may hold"),
    ],
)
def test_an_administrator_of_everything(statement: dict[str, Any]) -> None:
    assert scopes(statement) == [EVERYTHING]
    assert scopes(READ, statement, deny("s3:Delete*")) == [EVERYTHING]


@pytest.mark.parametrize(
    ("statement", "service"),
    [
        (allow("iam:*"), "iam"),
        (allow("IAM:*"), "iam"),
        (allow("iam:**"), "iam"),
        (allow("i?m:*"), "iam"),
        (allow("s3:*", "arn:aws:s3:::*"), "s3"),
        (allow("*", "arn:aws:s3:::*"), "s3"),
        (allow("kms:*", "arn:aws:kms:*:123456789012:*"), "kms"),
    ],
)
def test_an_administrator_of_a_service(statement: dict[str, Any], service: str) -> None:
    assert scopes(statement) == [service]


@pytest.mark.parametrize(
    "statement",
    [
        READ,
        allow("s3:*", "arn:aws:s3:::shop/*"),
        allow("s3:*Object*"),
        allow(["s3:Get*", "s3:Put*", "s3:Delete*", "s3:List*"]),
        allow("*:Describe*"),
        allow("iam:PassRole", "arn:aws:iam::123456789012:role/shop"),
        allow("dynamodb:*", "arn:aws:dynamodb:eu-central-1:123456789012:table/orders"),
        allow("ec2:*", Condition={"StringEquals": {"aws:ResourceTag/app": "shop"}}),
        allow("s3:*", "arn:aws:s3:::${*}"),
        allow("s3:[*]"),
        {"Sid": "AdministratorAccess", **allow("sts:GetCallerIdentity")},
        {"Effect": "Allow", "NotAction": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotResource": "*"},
    ],
)
def test_what_makes_no_administrator(statement: dict[str, Any]) -> None:
    assert scopes(statement) == []


def test_a_denial_takes_away_what_it_covers_and_no_more() -> None:
    assert scopes(ALL, deny("*")) == []
    assert scopes(allow("s3:*"), deny("s3:*")) == []
    assert scopes(allow("s3:*"), {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}) == []
    assert scopes(allow("s3:*"), deny("s3:*", "arn:aws:s3:::other/*")) == ["s3"]
    assert scopes(ALL, deny("iam:*")) == [EVERYTHING]
    assert scopes(ALL, deny("*", **MFA)) == [EVERYTHING]


def test_a_boundary_lets_through_what_it_allows_too() -> None:
    assert scopes(ALL, boundary=[READ]) == []
    assert scopes(ALL, boundary=[ALL]) == [EVERYTHING]
    assert scopes(ALL, boundary=[allow("glue:*")]) == ["glue"]
    assert scopes(READ, boundary=[ALL]) == []
    assert scopes(ALL, boundary=[ALL, deny("*")]) == []
    assert scopes(ALL, boundary=[]) == []


def test_the_grant_names_every_policy_that_gives_it_and_no_other() -> None:
    policies = {"a": parse(document(READ)), "b": parse(document(ALL)), "c": parse(document(ALL))}
    (grant,) = administration(policies, None, "aws", "123456789012")
    assert grant.through == ("b", "c")
    (china,) = administration({"b": parse(document(allow("*", "arn:aws-cn:*")))}, None, "aws-cn", "123456789012")
    assert china.scope == EVERYTHING


@pytest.mark.parametrize("form", [dict, json.dumps, lambda given: quote(json.dumps(given))])
def test_a_document_is_read_in_each_of_its_forms(form: Any) -> None:
    assert len(parse(form(document(ALL)))) == 1
    assert len(parse(form({"Statement": ALL}))) == 1


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        "",
        "{",
        "Allow * on *",
        {},
        {"Statement": None},
        {"Statement": ["Allow"]},
        document({"Action": "*", "Resource": "*"}),
        document({"Effect": "allow", "Action": "*", "Resource": "*"}),
        document({"Effect": "Allow", "Resource": "*"}),
        document({"Effect": "Allow", "Action": "*"}),
        document(allow("*", NotAction="s3:*")),
        document(allow([])),
        document(allow({"a": 1})),
        document(allow("*", Principal="*")),
    ],
)
def test_a_document_that_is_not_understood_cannot_be_judged(given: Any) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        parse(given)


def test_hostile_wildcards_cost_no_time() -> None:
    start = time.thread_time()
    assert scopes(allow("*a" * 2000 + "*", "*a" * 2000 + "*")) == []
    assert time.thread_time() - start < 15
