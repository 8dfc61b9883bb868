# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_secrets verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_secrets import ActionModule as GcpSecrets
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

IN_STORE, ROTATION = "secrets.in_store", "secrets.rotation"
SECRETS, VERSIONS, POLICIES = "secrets describe", "versions list", "get-iam-policy"
NOW, DAY = time.time(), 86400
KEY = "projects/keys/locations/global/keyRings/shop/cryptoKeys/secrets"
API = "serviceAccount:api@shop.iam.gserviceaccount.com"
READER = "roles/secretmanager.secretAccessor"
GONE = {"reason": "not_found", "detail": "no such secret"}
OPTIONS: dict[str, Any] = {
    "project": "shop",
    "secrets": [{"name": "stripe", "readers": {API: [READER]}, "kms_key": KEY}, {"name": "smtp"}],
}


def of_stripe(look: str, value: Any) -> dict[str, Any]:
    return {look: {**RIGHT[look], "stripe": seen(value)}}


def kept(*keys: str, expires: str = "") -> dict[str, Any]:
    return of_stripe(SECRETS, {"keys": list(keys), "expires": expires})


def version(number: int, days: float, state: str = "ENABLED") -> dict[str, Any]:
    return {"number": number, "state": state, "created": NOW - days * DAY}


def versions(*found: dict[str, Any]) -> dict[str, Any]:
    return of_stripe(VERSIONS, list(found))


def granted(principal: str, role: str = READER) -> dict[str, Any]:
    return of_stripe(POLICIES, [{"principal": principal, "role": role, "condition": ""}])


RIGHT: dict[str, Any] = {
    SECRETS: {
        "stripe": seen({"keys": [f"{KEY}/cryptoKeyVersions/3"], "expires": ""}),
        "smtp": seen({"keys": [""], "expires": ""}),
    },
    VERSIONS: {
        "stripe": seen([version(2, 10), version(1, 200, "DISABLED")]),
        "smtp": seen([version(1, 80)]),
    },
    POLICIES: {"stripe": seen([{"principal": API, "role": READER, "condition": ""}]), "smtp": seen([])},
}
ASKED = {IN_STORE: (SECRETS, VERSIONS, POLICIES), ROTATION: (VERSIONS,)}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(GcpSecrets, control, {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


@pytest.mark.parametrize("control", ASKED)
def test_secrets_as_they_should_be_pass(control: str) -> None:
    found = verdicts(control)
    assert [(one.status, one.message) for one in found] == [(Status.PASS, "")] * 2
    assert [one.subject.rpartition("/")[2] for one in found] == ["stripe", "smtp"]


@pytest.mark.parametrize(
    ("control", "changed", "wrong"),
    [
        (IN_STORE, kept(KEY, ""), "is not encrypted with a key of ours"),
        (IN_STORE, kept(f"{KEY}-old/cryptoKeyVersions/1"), "is encrypted with"),
        (IN_STORE, kept(KEY, expires="2026-12-01T00:00:00Z"), "it deletes itself at"),
        (IN_STORE, versions(), "has no version"),
        (IN_STORE, versions(version(2, 1, "DISABLED"), version(1, 2)), "its newest version, 2, is DISABLED"),
        (IN_STORE, versions(version(2, 1, "DESTROYED")), "is DESTROYED"),
        (IN_STORE, granted(API, "roles/secretmanager.admin"), "is not declared"),
        (IN_STORE, granted(f"{API}.evil.example"), "is not declared"),
        (IN_STORE, granted("allAuthenticatedUsers"), "everybody with a Google account"),
        (ROTATION, versions(), "has no version"),
        (ROTATION, versions(version(2, 1, "DISABLED"), version(1, 2)), "is DISABLED"),
        (ROTATION, versions(version(2, 91)), "91 days old"),
        (ROTATION, versions(version(2, 8), version(1, 20)), "version 1 is still enabled, 8 days after"),
        # Made by hand out of order: the age of what replaced it counts, not its own.
        (ROTATION, versions(version(3, 1), version(2, 30), version(1, 2)), "version 1 is still enabled, 30 days"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], wrong: str) -> None:
    broken, fine = verdicts(control, changed)
    assert (broken.status, fine.status) == (Status.FAIL, Status.PASS)
    assert wrong in broken.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("control", "look"), [(control, look) for control in ASKED for look in ASKED[control]])
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    one = {look: {**RIGHT[look], "stripe": {"reason": reason, "detail": "so it is"}}}
    assert [each.status for each in verdicts(control, one)] == [Status.ERROR, Status.PASS]


@pytest.mark.parametrize(("control", "wrong"), [(IN_STORE, "does not exist"), (ROTATION, "does not exist")])
def test_a_secret_that_is_not_there_fails_and_none_declared_is_not_asked(control: str, wrong: str) -> None:
    gone = {look: {**RIGHT[look], "stripe": GONE} for look in ASKED[control]}
    found = verdicts(control, gone)
    assert [each.status for each in found] == [Status.FAIL, Status.PASS]
    assert wrong in found[0].message
    with pytest.raises(NotAsked):
        verdicts(control, secrets=[])


def test_what_is_hidden_hides_no_failure_of_the_same_secret() -> None:
    hidden = {POLICIES: CannotLook("denied", "needs secretmanager.secrets.getIamPolicy")}
    found = verdicts(IN_STORE, {**hidden, **versions()})
    assert [each.status for each in found] == [Status.FAIL, Status.ERROR]


def test_a_key_for_data_may_be_older_but_not_for_ever() -> None:
    def judged(days: float) -> Status:
        declared = [{"name": "stripe", "encryption_key": True}]
        old = versions(version(2, days), version(1, 900))
        return worst(each.status for each in verdicts(ROTATION, old, secrets=declared))

    assert (judged(364), judged(366)) == (Status.PASS, Status.FAIL)
