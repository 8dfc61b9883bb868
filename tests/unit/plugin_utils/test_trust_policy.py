# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom roles let in, and who can make himself an administrator."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import trust
from ansible_collections.golive.verify.plugins.plugin_utils.aws.escalation import _ways, ways_up
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import parse

ACCOUNT = "123456789012"
OTHER = "arn:aws:iam::999999999999:root"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
THEIRS = GITHUB.replace(ACCOUNT, "999999999999")
SAML, SIGN_IN = f"arn:aws:iam::{ACCOUNT}:saml-provider/sso", "https://signin.aws.amazon.com/saml"
SUBJECT = "token.actions.githubusercontent.com:sub"
AUDIENCE = {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}
COGNITO = {"Federated": "cognito-identity.amazonaws.com"}


def document(principal: Any, condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}


def problems(given: Any, trusted: list[str] | None = None, unbound: list[str] | None = None) -> list[str]:
    _actual, found = trust.seen({"trust": given}, trusted or [], unbound or ["ec2.amazonaws.com"], ACCOUNT)
    return list(found)


@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, None),
        ({"AWS": ACCOUNT}, None),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ada"}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ({"Service": "ec2.amazonaws.com"}, None),
        ({"Service": "sns.amazonaws.com"}, {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}),
        ({"Service": "sns.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}}),
        ({"Federated": SAML}, {"StringEquals": {"SAML:aud": SIGN_IN}}),
        ({"Federated": SAML}, {"StringLike": {"SAML:aud": "https://*.signin.aws.amazon.com/saml"}}),
        ({"Federated": GITHUB}, AUDIENCE | {"StringLike": {SUBJECT: "repo:shop/web:*"}}),
        ({"Federated": GITHUB}, {"StringEquals": {SUBJECT: "repo:shop/web:ref:refs/heads/main"}}),
        (COGNITO, {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-central-1:pool"}}),
    ],
)
def test_those_who_may_come_in(principal: Any, condition: Any) -> None:
    assert problems(document(principal, condition)) == []


@pytest.mark.parametrize(
    ("principal", "condition", "because", "trusted"),
    [
        ({"AWS": OTHER}, None, f"it can be assumed by AWS {OTHER}", ["999999999999"]),
        ({"AWS": OTHER}, {"StringEquals": {"sts:ExternalId": "x"}}, "it can be assumed by AWS", [OTHER]),
        ({"AWS": "AROAEXAMPLE"}, None, "it can be assumed by AWS AROAEXAMPLE", ["AROA*"]),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "by everybody where aws:principalorgid o-1", ["o-1"]),
        ({"Service": "sns.amazonaws.com"}, None, "sns.amazonaws.com may act in it for anybody", ["sns.amazonaws.com"]),
        (
            {"Service": "sns.amazonaws.com"},
            {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}},
            "may act in it for anybody",
            ["sns.*"],
        ),
        ({"Federated": GITHUB}, AUDIENCE, "no condition on a subject", [GITHUB]),
        ({"Federated": GITHUB}, {"StringLike": {SUBJECT: "repo:*"}}, "no condition on a subject", [GITHUB]),
        ({"Federated": GITHUB}, {"StringLike": {SUBJECT: "repo:sh*"}}, "no condition on a subject", [GITHUB]),
        ({"Federated": GITHUB}, {"StringLike": {SUBJECT: ["repo:shop/web:*", "*"]}}, "no condition on a", [GITHUB]),
        ({"Federated": GITHUB}, {"StringNotEquals": {SUBJECT: "x"}}, "no condition on a subject", [GITHUB]),
        ({"Federated": GITHUB}, {"StringEqualsIfExists": {SUBJECT: "x"}}, "no condition on a subject", [GITHUB]),
        ({"Federated": SAML}, None, "says to others opens it too: no condition on SAML:aud", [SAML]),
        ({"Federated": SAML}, {"StringLike": {"SAML:aud": "*"}}, "no condition on SAML:aud", [SAML]),
        ({"Federated": SAML}, {"StringEqualsIfExists": {"SAML:aud": SIGN_IN}}, "no condition on SAML:aud", [SAML]),
        ({"Federated": SAML}, {"StringNotEquals": {"SAML:aud": SIGN_IN}}, "no condition on SAML:aud", [SAML]),
        ({"Federated": THEIRS}, {"StringEquals": {SUBJECT: "repo:x/y"}}, "a provider of another account", [THEIRS]),
        (COGNITO, None, "everybody whom cognito-identity.amazonaws.com knows", ["cognito-*"]),
    ],
)
def test_those_who_may_not_unless_declared(principal: Any, condition: Any, because: str, trusted: list[str]) -> None:
    (found,) = problems(document(principal, condition))
    assert because in found
    assert problems(document(principal, condition), trusted) == []


def test_everybody_can_only_be_declared_by_what_narrows_it() -> None:
    for anybody in ("*", {"AWS": "*"}):
        assert problems(document(anybody), ["*"]) == ["it can be assumed by everybody"]
    excepted = {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "sts:AssumeRole"}
    assert problems({"Statement": excepted}) == ["it can be assumed by everybody"]


def test_a_denial_of_everybody_leaves_nobody() -> None:
    allowed = document({"AWS": OTHER})
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
    assert problems({"Statement": [*allowed["Statement"], denied]}) == []


def test_documents_are_read_as_they_come_and_what_is_not_understood_is_an_error() -> None:
    given = document({"AWS": OTHER})
    assert problems(quote(json.dumps(given))) == problems(json.dumps(given)) == problems(given)
    for odd in ("%7B", "[]", {}, {"Statement": ["x"]}, document({"Nobody": "x"}), document({"AWS": []}), None):
        with pytest.raises(CannotLook) as reason:
            problems(odd)
        assert reason.value.reason == "malformed"


def up(*statements: dict[str, Any], boundary: dict[str, Any] | None = None) -> list[str]:
    policies = {f"policy {number}": parse({"Statement": each}) for number, each in enumerate(statements)}
    edge = parse({"Statement": boundary}) if boundary else None
    return [f"{way.actions} through {', '.join(way.policies)}" for way in ways_up(policies, edge, "aws", ACCOUNT)]


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize("way", [dict(each) for each in _ways()], ids=" and ".join)
def test_every_way_up_is_found_and_none_without_one_of_its_actions(way: dict[str, str]) -> None:
    actions = list(way)
    wanted = f"{' and '.join(actions)} through policy 0"
    assert wanted in up(allow(actions))
    assert wanted not in up(*(allow(actions[1:]) for dummy in actions[1:2]))
    assert wanted not in up(allow(actions), {"Effect": "Deny", "Action": actions[0].upper(), "Resource": "*"})
    assert wanted not in up(allow(actions), boundary=allow("s3:*"))


def test_ways_go_through_several_policies_wildcards_and_conditions_that_may_hold() -> None:
    passing = allow("iam:Pass*", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    assert up(passing, allow("ec2:*")) == ["iam:PassRole and ec2:RunInstances through policy 0, policy 1"]


@pytest.mark.parametrize(
    "statement",
    [
        allow("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"),
        allow(["iam:PassRole", "ec2:RunInstances"], f"arn:aws:iam::{ACCOUNT}:role/web"),
        allow("sts:AssumeRole", "arn:aws:iam::999999999999:role/*"),
        allow(["iam:Get*", "iam:List*", "ec2:Describe*"]),
        {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    ],
)
def test_what_leads_nowhere(statement: dict[str, Any]) -> None:
    assert up(statement) == []
