# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_secrets verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_secrets import ActionModule as AwsSecrets
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import kept_secrets
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

STORE, ROTATION = "secrets.in_store", "secrets.rotation"
SECRETS, POLICIES, VERSIONS, PARAMETERS = (
    "describe-secret",
    "get-resource-policy",
    "list-secret-version-ids",
    "describe-parameters",
)
KEYS = "kms describe-key"
NOW, DAY = time.time(), 86400
ALIAS = "alias/shop"
DECLARED: dict[str, Any] = {"secrets": ["shop/database"], "parameters": ["/shop/mail"], "encryption_keys": [ALIAS]}
SECRET: dict[str, Any] = {
    "arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-a1b2c3",
    "current": True,
    "deleted": None,
    "rotates": True,
    "due": NOW + 20 * DAY,
    "changed": NOW,
}
PARAMETER = {"kind": "SecureString", "changed": NOW - 89 * DAY}
HIDDEN = {"reason": "denied", "detail": "so it is"}


def policy(principal: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", **more}
    return {POLICIES: {"shop/database": seen(json.dumps({"Statement": {**statement, "Resource": "*"}}))}}


def secret(**changed: Any) -> dict[str, Any]:
    return {SECRETS: {"shop/database": seen({**SECRET, **changed})}}


def parameter(found: Any) -> dict[str, Any]:
    return {PARAMETERS: {"/shop/mail": seen(found)}}


def written(days: float | None) -> dict[str, Any]:
    return {VERSIONS: {"shop/database": seen(None if days is None else NOW - days * DAY)}}


def key(**changed: Any) -> dict[str, Any]:
    return {KEYS: {ALIAS: seen({"state": "Enabled", "deleted": None, "every": 365, **changed})}}


RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    **key(),
    **secret(),
    **policy({"AWS": "arn:aws:iam::123456789012:role/shop"}),
    **written(89),
    **parameter(PARAMETER),
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsSecrets, control, {**DECLARED, **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


THEIRS = policy({"AWS": "arn:aws:iam::999999999999:root"})
OURS_ALONE = {"Condition": {"StringEquals": {"aws:PrincipalAccount": IDENTITY["account"]}}}


@pytest.mark.parametrize(
    ("control", "changed", "options"),
    [
        (STORE, {}, {}),
        (STORE, {POLICIES: {"shop/database": seen(None)}}, {}),
        (STORE, policy("*", **OURS_ALONE), {}),
        (STORE, policy("*", Effect="Deny"), {}),
        (STORE, THEIRS, {"principals": ["999999999999"]}),
        (STORE, {SECRETS: {}, POLICIES: {}}, {"secrets": []}),
        (ROTATION, {}, {"automatic": True}),
        (ROTATION, secret(rotates=False, due=None), {}),
        (ROTATION, {PARAMETERS: {}}, {"parameters": []}),
        (ROTATION, {SECRETS: {}, VERSIONS: {}, PARAMETERS: {}}, {"secrets": [], "parameters": []}),
        (ROTATION, key(every=90), {"max_encryption_key_age_days": 90}),
    ],
)
def test_secrets_that_are_kept_and_young_pass(control: str, changed: dict[str, Any], options: dict[str, Any]) -> None:
    assert [(each.status, each.message) for each in verdicts(control, changed, **options)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed", "options", "subject", "because"),
    [
        (STORE, {SECRETS: {"shop/database": seen(None)}}, {}, "secret shop/database", "it is not in Secrets Manager"),
        (STORE, secret(current=False), {}, "secret shop/database", "it has no current version"),
        (STORE, secret(deleted=0), {}, "secret shop/database", "it is being deleted (1970-01-01 00:00 UTC)"),
        (STORE, THEIRS, {}, "secret shop/database", "its policy lets in AWS arn:aws:iam::999999999999:root"),
        (STORE, policy("*"), {}, "secret shop/database", "its policy lets in everybody"),
        (
            STORE,
            {},
            {"principals": ["999999999999"]},
            "secret shop/database",
            "its policy lets in AWS arn:aws:iam::123",
        ),
        (STORE, parameter(None), {}, "parameter /shop/mail", "it is not in Parameter Store"),
        (STORE, parameter({**PARAMETER, "kind": "String"}), {}, "parameter /shop/mail", "kept in clear (String, not"),
        (STORE, parameter({**PARAMETER, "kind": "StringList"}), {}, "parameter /shop/mail", "in clear (StringList"),
        (ROTATION, {SECRETS: {"shop/database": seen(None)}}, {}, "secret shop/database", "it is not there"),
        (ROTATION, {KEYS: {ALIAS: seen(None)}}, {}, f"encryption key {ALIAS}", "there is no such key"),
        (ROTATION, key(state="Disabled"), {}, f"encryption key {ALIAS}", "it is Disabled"),
        (ROTATION, key(deleted=NOW + 7 * DAY), {}, f"encryption key {ALIAS}", "it will be deleted on"),
        (ROTATION, key(every=None), {}, f"encryption key {ALIAS}", "nothing rotates it"),
        (ROTATION, key(every=730), {}, f"encryption key {ALIAS}", "it is rotated every 730 days, not 365"),
        (ROTATION, written(None), {}, "secret shop/database", "it has no current version"),
        (ROTATION, written(91), {}, "secret shop/database", "its value is 91 days old, more than 90"),
        (ROTATION, secret(rotates=False), {"automatic": True}, "secret shop/database", "nothing rotates it"),
        (ROTATION, secret(due=NOW - 2 * DAY), {}, "secret shop/database", "its rotation is overdue since"),
        (ROTATION, parameter(None), {}, "parameter /shop/mail", "it is not there"),
        (ROTATION, {}, {"max_age_days": 88, "secrets": []}, "parameter /shop/mail", "89 days old, more than 88"),
    ],
)
def test_what_is_broken_fails(
    control: str, changed: dict[str, Any], options: dict[str, Any], subject: str, because: str
) -> None:
    if options.get("secrets") == []:
        changed = {**changed, SECRETS: {}, VERSIONS: {}}
    account, one = verdicts(control, changed, **options)
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, subject)
    assert because in one.message


LOOKS = [
    *((STORE, look) for look in (WHO, SECRETS, POLICIES, PARAMETERS)),
    *((ROTATION, look) for look in (WHO, SECRETS, VERSIONS, PARAMETERS, KEYS)),
]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), LOOKS)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    (one,) = verdicts(control, {look: CannotLook(reason, "so it is")})
    assert one.status is Status.ERROR
    assert f"could not look ({reason})" in one.message
    if look != WHO:
        others = {PARAMETERS: "parameter /shop/mail", KEYS: f"encryption key {ALIAS}"}
        subject = others.get(look, "secret shop/database")
        (one,) = verdicts(control, {look: dict.fromkeys(RIGHT[look], HIDDEN)})
        assert (one.status, one.subject) == (Status.ERROR, subject)


def test_what_cannot_be_read_hides_no_failure_elsewhere() -> None:
    hidden = {POLICIES: {"shop/database": HIDDEN}}
    assert [each.status for each in verdicts(STORE, hidden | secret(current=False))] == [Status.FAIL, Status.FAIL]
    assert [each.status for each in verdicts(STORE, hidden | parameter(None))] == [
        Status.FAIL,
        Status.FAIL,
        Status.ERROR,
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": {"Effect": "Allow"}}'])
def test_a_policy_that_is_not_understood_is_an_error(text: str) -> None:
    assert status(STORE, {POLICIES: {"shop/database": seen(text)}}) is Status.ERROR


@pytest.mark.parametrize("control", [STORE, ROTATION])
def test_without_a_declaration_or_in_another_account_nothing_is_proven(control: str) -> None:
    with pytest.raises(NotAsked):
        verdicts(control, secrets=[], parameters=[], encryption_keys=[])
    assert status(control, account_id="999999999999") is Status.ERROR


@pytest.mark.parametrize(
    ("days", "due", "automatic", "problems"),
    [
        (90, None, True, 0),
        (90.1, None, True, 1),
        (1, 1, True, 0),
        (1, -1, True, 0),
        (1, -1.1, False, 1),
        (91, -2, True, 2),
    ],
)
def test_days_are_counted_to_the_limit(days: float, due: float | None, automatic: bool, problems: int) -> None:
    kept = {**SECRET, "changed": NOW - days * DAY, "due": None if due is None else NOW + due * DAY}
    assert len(kept_secrets.age_seen(kept, 90, automatic, NOW)[1]) == problems
