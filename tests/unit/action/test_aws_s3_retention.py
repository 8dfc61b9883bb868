# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What aws_s3 says of how long buckets keep what is in them, against recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_s3 import ActionModule as AwsS3
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

LIST, VERSIONING = "list-buckets", "get-bucket-versioning"
LIFECYCLE, LOCK = "get-bucket-lifecycle-configuration", "get-object-lock-configuration"
GONE: dict[str, Any] = {"retention": [{"buckets": ["uploads"], "max_days": 40}]}
LEGAL: dict[str, Any] = {"retention": [{"buckets": ["uploads"], "legal": True}], "min_legal_days": 10}
BOTH: dict[str, Any] = {"retention": [{"buckets": ["up*"], "legal": True, "max_days": 40}], "min_legal_days": 10}


def rule(days: int | None = None, replaced: int | None = None, **changed: Any) -> dict[str, Any]:
    known = {"name": "a", "dated": False, "newest": 0, "everything": True}
    return {**known, "days": days, "replaced_days": replaced, **changed}


def rules(*some: dict[str, Any]) -> dict[str, Any]:
    return {LIFECYCLE: {"uploads": seen(list(some))}}


def versions(enabled: bool, ever: bool = True) -> dict[str, Any]:
    return {VERSIONING: {"uploads": seen({"enabled": enabled, "ever": ever, "mfa_delete": False})}}


NEVER = versions(False, ever=False)
RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    LIST: {"uploads": "eu-central-1"},
    **versions(True),
    **rules(rule(days=30, replaced=10)),
    LOCK: {"uploads": seen(None)},
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsS3, "data.retention_enforced", {**BOTH, **options}, Answers({**RIGHT, **(changed or {})}))


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({}, BOTH),
        ({}, GONE),
        ({}, LEGAL),
        (rules(rule(days=30), rule(replaced=10), rule(replaced=12, everything=False)), BOTH),
        ({**NEVER, **rules(rule(days=40))}, GONE),
        (rules(), LEGAL),
        (rules(rule(days=1)), LEGAL),
        (rules(rule(dated=True, days=None)), LEGAL),
        (rules(rule(replaced=10, newest=3, everything=False)), LEGAL),
        ({LOCK: {"uploads": seen({"mode": "COMPLIANCE", "days": 40})}}, GONE),
        ({LOCK: CannotLook("denied", "nobody asks for it")}, LEGAL),
    ],
)
def test_buckets_that_keep_their_promises_pass(changed: dict[str, Any], options: dict[str, Any]) -> None:
    assert [(each.status, each.message) for each in verdicts(changed, **options)] == [(Status.PASS, "")]


FOREVER = "no rule for all objects deletes"


@pytest.mark.parametrize(
    ("changed", "options", "because"),
    [
        (rules(), GONE, f"{FOREVER} objects; {FOREVER} replaced versions"),
        (rules(rule(days=30)), GONE, f"{FOREVER} replaced versions"),
        ({**versions(False), **rules(rule(days=30))}, GONE, f"{FOREVER} replaced versions"),
        (rules(rule(replaced=30)), GONE, f"{FOREVER} objects"),
        (rules(rule(days=30, replaced=10, everything=False)), GONE, f"{FOREVER} objects"),
        (rules(rule(days=30, replaced=10, newest=1)), GONE, f"{FOREVER} replaced versions"),
        (rules(rule(days=31, replaced=10)), GONE, "data stays for 41 days (31 as objects, 10 as replaced versions)"),
        ({**NEVER, **rules(rule(days=41))}, GONE, "data stays for 41 days, not 40"),
        (
            {LOCK: {"uploads": seen({"mode": "GOVERNANCE", "days": 41})}},
            GONE,
            "objects are locked for 41 days, longer than 40",
        ),
        (rules(rule(replaced=9)), LEGAL, "lifecycle rule a deletes replaced versions after 9 days, not 10"),
        (rules(rule(replaced=9, everything=False)), LEGAL, "deletes replaced versions after 9 days, not 10"),
        (versions(False), LEGAL, "keeps no versions: what is overwritten is lost"),
        ({**NEVER, **rules(rule(days=9))}, LEGAL, "lifecycle rule a deletes objects after 9 days, not 10"),
        ({**NEVER, **rules(rule(dated=True))}, LEGAL, "deletes everything on a date, however young"),
    ],
)
def test_buckets_that_do_not_fail(changed: dict[str, Any], options: dict[str, Any], because: str) -> None:
    account, one = verdicts(changed, **options)
    assert (account.status, one.status, one.subject) == (Status.FAIL, Status.FAIL, "arn:aws:s3:::uploads")
    assert because in one.message


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [WHO, LIST, LIFECYCLE, VERSIONING, LOCK])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    assert {each.status for each in verdicts({look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look not in (WHO, LIST):
        (one,) = verdicts({look: {"uploads": {"reason": reason, "detail": "so it is"}}})
        assert (one.subject, one.status) == ("arn:aws:s3:::uploads", Status.ERROR)


def test_without_buckets_or_promises_nothing_is_proven() -> None:
    assert status({LIST: {}}) is Status.ERROR
    assert status(retention=[{"buckets": ["uploads", "invoices"], "legal": True}]) is Status.ERROR
    (one,) = verdicts(retention=[{"buckets": ["uploads"]}])
    assert one.status is Status.ERROR
    assert "retention says of it neither legal nor max_days" in one.message
    with pytest.raises(NotAsked):
        verdicts(retention=[])
