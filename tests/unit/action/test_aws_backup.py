# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_backup verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_backup import ActionModule as AwsBackup
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import IDENTITY, REASONS, WHO, Answers, seen
from tests.unit.proving import prove

AUTOMATED, FRESH, KEPT = "backup.automated", "backup.freshness", "backup.retention"
OFFSITE, RESTORED, ENCRYPTED = "backup.offsite", "restore.database", "data.encryption_at_rest"
CONTROLS = [AUTOMATED, FRESH, KEPT, OFFSITE, RESTORED, ENCRYPTED]
PLANS, RULES, SELECTIONS = "list-backup-plans", "get-backup-plan --backup-plan-id", "list-backup-selections"
PROTECTED, POINTS = "list-protected-resources", "list-recovery-points-by-resource"
VAULTS, HELD, RESTORES = "list-backup-vaults", "list-recovery-points-by-backup-vault", "list-restore-jobs"
PLAN = "arn:aws:backup:eu-central-1:123456789012:backup-plan:p"
SHOP = "arn:aws:rds:eu-central-1:123456789012:db:shop"
NOW, DAY, MINUTE = time.time(), 86400, 60
OPTIONS: dict[str, Any] = {"resources": [SHOP], "immutable": True, "copy_regions": ["eu-west-1"], "retention_days": 3}


def points(*days: float, **changed: Any) -> dict[str, Any]:
    point = {"status": "COMPLETED", "vault": "main", "encrypted": True, **changed}
    return {SHOP: seen([{**point, "at": NOW - day * DAY} for day in days])}


def restores(days: float, status: str = "COMPLETED", validation: str = "SUCCESSFUL") -> list[dict[str, Any]]:
    completed = NOW - days * DAY if status == "COMPLETED" else None
    done = {"created": NOW - days * DAY - 20 * MINUTE, "completed": completed}
    return [{"of": SHOP, "status": status, "validation": validation, **done}]


def vault(**changed: Any) -> dict[str, Any]:
    known = {"arn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:main", "locked": True}
    return {"main": {**known, "locked_for_good": NOW - DAY, "min_days": 30, **changed}}


def rules(copies: dict[str, int] | None = None, **days: int | None) -> dict[str, Any]:
    """The rules of the plan, by their names."""
    rule = {"schedule": "cron(0 5 * * ? *)", "copies": copies or {}}
    return {"p": seen([{**rule, "name": name, "days": known} for name, known in days.items()])}


def held(*makers: str, encrypted: bool = True, of: str = SHOP) -> dict[str, Any]:
    """What lies in the vault, made by these plans."""
    return {HELD: {"main": seen([{"of": of, "plan": plan, "encrypted": encrypted} for plan in makers])}}


RIGHT: dict[str, Any] = {
    WHO: IDENTITY,
    PLANS: [{"id": "p", "name": "daily", "arn": PLAN}],
    RULES: rules(daily=35),
    SELECTIONS: {"p": seen(1)},
    PROTECTED: {SHOP: NOW - 0.3 * DAY},
    POINTS: points(0.3, 1.3, 2.3),
    VAULTS: vault(),
    **held("p", "p", ""),
    RESTORES: restores(20),
}


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(AwsBackup, control, {**OPTIONS, **options}, Answers({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


@pytest.mark.parametrize("control", CONTROLS)
def test_backups_as_they_should_be_pass(control: str) -> None:
    assert [(verdict.status, verdict.message) for verdict in verdicts(control)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed"),
    [
        (AUTOMATED, {PLANS: []}),
        (AUTOMATED, {RULES: rules()}),
        (AUTOMATED, {RULES: {"p": seen([{"name": "by hand", "schedule": "", "days": 35}])}}),
        (AUTOMATED, {SELECTIONS: {"p": seen(0)}}),
        (AUTOMATED, {PROTECTED: {SHOP: None}}),
        (AUTOMATED, {PROTECTED: {SHOP: NOW - 2 * DAY}}),
        *((control, {PROTECTED: {"arn:aws:rds:eu-central-1:123456789012:db:other": NOW}}) for control in CONTROLS[:5]),
        (FRESH, {POINTS: points()}),
        (FRESH, {POINTS: points(2)}),
        (FRESH, {POINTS: points(0.1, status="PARTIAL")}),
        (KEPT, {PLANS: []}),
        (KEPT, {RULES: rules(daily=2)}),
        (KEPT, {RULES: rules(hourly=1, daily=2)}),
        (KEPT, {RULES: rules()}),
        (KEPT, held("")),
        (KEPT, held("deleted")),
        (KEPT, held("p", of="arn:aws:rds:eu-central-1:123456789012:db:other")),
        (KEPT, {POINTS: points(0.3)}),
        (KEPT, {POINTS: points(0.3, 2.3)}),
        (KEPT, {VAULTS: vault(locked=False)}),
        (KEPT, {VAULTS: vault(locked_for_good=None)}),
        (KEPT, {VAULTS: vault(locked_for_good=NOW + DAY)}),
        (KEPT, {VAULTS: vault(min_days=2)}),
        (KEPT, {VAULTS: vault(min_days=None)}),
        (OFFSITE, {POINTS: points()}),
        (OFFSITE, {POINTS: points(3)}),
        (OFFSITE, {POINTS: points(0.1, encrypted=False)}),
        (RESTORED, {RESTORES: []}),
        (RESTORED, {RESTORES: restores(91)}),
        (RESTORED, {RESTORES: restores(1, validation="FAILED")}),
        (RESTORED, {RESTORES: restores(1, validation="")}),
        (RESTORED, {RESTORES: restores(1, status="ABORTED")}),
        (RESTORED, {RESTORES: [{**restores(1)[0], "of": "arn:aws:rds:eu-central-1:123456789012:db:other"}]}),
        (ENCRYPTED, held("p", "p", encrypted=False)),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any]) -> None:
    assert status(control, changed) is Status.FAIL


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(
    ("control", "look"),
    [
        *((control, WHO) for control in CONTROLS),
        *((control, PROTECTED) for control in CONTROLS[:5]),
        *((AUTOMATED, look) for look in (PLANS, RULES, SELECTIONS)),
        *((KEPT, look) for look in (PLANS, RULES, POINTS, VAULTS, HELD)),
        *((control, POINTS) for control in (FRESH, OFFSITE)),
        (RESTORED, RESTORES),
        *((ENCRYPTED, look) for look in (VAULTS, HELD)),
    ],
)
def test_what_cannot_be_read_is_an_error(control: str, look: str, reason: str) -> None:
    assert {one.status for one in verdicts(control, {look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look in (RULES, SELECTIONS, POINTS, HELD):
        hidden = {name: {"reason": reason, "detail": "so it is"} for name in RIGHT[look]}
        assert {one.status for one in verdicts(control, {look: hidden})} == {Status.ERROR}


def test_backups_that_are_kept_for_good_are_kept_long_enough() -> None:
    assert status(KEPT, {RULES: rules(daily=None)}, every_rule=True) is Status.PASS


def test_a_rule_that_keeps_backups_long_enough_is_enough_unless_every_rule_must() -> None:
    hourly = {RULES: rules({"arn:aws:backup:eu-west-1:123456789012:backup-vault:far": 1}, hourly=2, daily=35)}
    assert status(KEPT, hourly) is Status.PASS
    found = verdicts(KEPT, hourly, every_rule=True)
    assert [each.status for each in found] == [Status.FAIL, Status.FAIL]
    assert f"rule hourly of {PLAN} keeps backups for 2 days, not 3; " in found[1].message
    far = f"of {PLAN} keeps copies in arn:aws:backup:eu-west-1:123456789012:backup-vault:far for 1 days, not 3"
    assert f"rule hourly {far}; rule daily {far}" in found[1].message


def test_what_cannot_be_read_of_plans_hides_no_missing_recovery_point() -> None:
    found = verdicts(KEPT, {PLANS: CannotLook("denied", "so it is"), POINTS: points(0.3)})
    assert {each.status for each in found} == {Status.FAIL}


def test_of_several_plans_one_that_is_known_to_keep_enough_is_enough_and_one_that_does_not_is_too_much() -> None:
    hidden = {"reason": "denied", "detail": "so it is"}
    two = {PLANS: [*RIGHT[PLANS], {"id": "q", "name": "other", "arn": "q"}], **held("p", "q")}
    assert status(KEPT, {**two, RULES: {**rules(daily=35), "q": hidden}}) is Status.PASS
    assert status(KEPT, {**two, RULES: {**rules(daily=35), "q": hidden}}, every_rule=True) is Status.ERROR
    assert status(KEPT, {**two, RULES: {**rules(hourly=1, daily=35), "q": hidden}}, every_rule=True) is Status.FAIL
    assert status(KEPT, {**two, RULES: {**rules(hourly=1), "q": hidden}}) is Status.ERROR


def test_a_vault_that_nothing_is_known_of_is_an_error_where_no_other_tells() -> None:
    elsewhere = {POINTS: points(0.3, 1.3, 2.3, vault="another")}
    assert status(KEPT, elsewhere, immutable=False) is Status.ERROR
    both = {POINTS: {SHOP: seen([*elsewhere[POINTS][SHOP]["value"], *points(0.3)[SHOP]["value"]])}}
    assert status(KEPT, both, immutable=False) is Status.PASS


def test_vaults_without_recovery_points_prove_nothing() -> None:
    assert status(ENCRYPTED, held()) is Status.ERROR
    assert status(ENCRYPTED, {VAULTS: {}}) is Status.ERROR
