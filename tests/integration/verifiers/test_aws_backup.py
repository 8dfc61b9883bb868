# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The aws_backup verifier through boto3: plans and vaults are moto's, what was backed up is told by its fake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.aws_backup import ActionModule as AwsBackup
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.fakes.aws import ACCOUNT, FakeAws
from tests.fakes.aws_recovery import VAULT
from tests.integration.verifiers.aws_world import client, needed, said, side_by_side
from tests.integration.verifiers.live import prove_live

AUTOMATED, FRESH, KEPT = "backup.automated", "backup.freshness", "backup.retention"
OFFSITE, RESTORED, ENCRYPTED = "backup.offsite", "restore.database", "data.encryption_at_rest"
HOME, ABROAD = "eu-central-1", "eu-west-1"
SHOP = f"arn:aws:rds:{HOME}:{ACCOUNT}:db:shop"
ORDERS = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/orders"


@pytest.fixture
def right(aws):
    """A plan, a vault that is locked, recovery points of each day here and abroad, and a restore of each."""
    backup = client(aws, "backup", HOME)
    backup.create_backup_vault(BackupVaultName=VAULT)
    daily_plan = plan(aws, {"hourly": 7, "daily": 35})
    aws.recovery.makers = {SHOP: [daily_plan], ORDERS: [daily_plan]}
    daily = [day + 0.4 for day in range(31)]
    aws.recovery.points = {region: {SHOP: daily, ORDERS: daily} for region in (HOME, ABROAD)}
    aws.recovery.locks = {"Locked": True, "LockDate": days_ago(1), "MinRetentionDays": 30}
    aws.recovery.restores = {SHOP: [(20, "SUCCESSFUL"), (400, "FAILED")], ORDERS: [(10, "SUCCESSFUL")]}
    return aws


def plan(aws: FakeAws, days: dict[str, int], name: str = "daily") -> str:
    """The id of a new plan with rules by these names that keep what they make for so many days."""
    rule: dict[str, Any] = {"TargetBackupVaultName": VAULT, "ScheduleExpression": "cron(0 5 * * ? *)"}
    rules = [{**rule, "RuleName": each, "Lifecycle": {"DeleteAfterDays": kept}} for each, kept in days.items()]
    made = client(aws, "backup", HOME).create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": rules})
    return str(made["BackupPlanId"])


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def options(**more: Any) -> dict[str, Any]:
    return {"regions": [HOME], "resources": [SHOP, "*:table/*"], "immutable": True, "copy_regions": [ABROAD], **more}


def verdicts(aws: FakeAws, control: str, **more: Any) -> list[Verdict]:
    return prove_live(AwsBackup, control, {"endpoint_url": aws.url, **options(**more)})


def status(aws: FakeAws, control: str, **more: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(aws, control, **more))


def messages(aws: FakeAws, control: str, **more: Any) -> str:
    """What is said of everything that does not pass, by subject."""
    return said(verdicts(aws, control, **more))


def test_backups_as_they_should_be_pass_and_each_question_is_asked_once(right):
    right.calls.clear()
    found = side_by_side(AwsBackup, right, account_id=ACCOUNT, **options())
    assert {control: said(proven) for control, proven in found.items()} == dict.fromkeys(found, "")
    assert {each.status for proven in found.values() for each in proven} == {Status.PASS}
    assert found[KEPT][0].actual == {"account": ACCOUNT, "resources": 2}
    assert set(right.calls) == set().union(*needed("aws_backup").values())
    assert right.calls["backup:ListProtectedResources"] == right.calls["backup:GetBackupPlan"] == 1
    assert right.calls["backup:ListRecoveryPointsByResource"] == 4


def test_where_nothing_was_ever_backed_up_everything_fails(aws):
    assert "plans: there is no backup plan" in messages(aws, AUTOMATED)
    for control in (AUTOMATED, FRESH, KEPT, OFFSITE, RESTORED):
        found = verdicts(aws, control)
        assert worst(each.status for each in found) is Status.FAIL
        assert f"{SHOP}: nothing that was ever backed up is like it" in said(found)
    assert status(aws, ENCRYPTED) is Status.ERROR


@pytest.mark.parametrize("control", [AUTOMATED, FRESH, KEPT, OFFSITE, RESTORED])
def test_without_resources_nothing_is_asked(aws, control):
    with pytest.raises(NotAsked):
        verdicts(aws, control, resources=[])


def test_a_plan_that_does_nothing_fails(right):
    right.recovery.selections = 0
    assert "selects no resource" in messages(right, AUTOMATED)


def test_plans_that_keep_too_little_of_what_they_back_up_fail(right):
    (daily,) = right.recovery.makers[ORDERS]
    short = plan(right, {"quarterly": 1, "hourly": 7}, "of machines")
    assert status(right, KEPT) is Status.PASS
    right.recovery.makers[SHOP] = [short]
    found = messages(right, KEPT)
    arn = f"arn:aws:backup:{HOME}:{ACCOUNT}:backup-plan:{short}"
    assert f"(rule quarterly of {arn} 1 days, rule hourly of {arn} 7 days)" in found
    assert f"{SHOP}: no rule keeps its backups for 30 days" in found
    assert ": 1 of 2 resources" in found
    right.recovery.makers[SHOP] = [short, daily]
    assert status(right, KEPT) is Status.PASS
    found = messages(right, KEPT, every_rule=True)
    assert f"rule quarterly of {arn} keeps backups for 1 days, not 30" in found
    assert f"{ORDERS}: rule hourly of arn:aws:backup:{HOME}:{ACCOUNT}:backup-plan:{daily} keeps backups for 7" in found
    right.recovery.makers[SHOP] = []
    assert f"{SHOP}: no rule keeps its backups for 30 days (no plan made its recovery points)" in messages(right, KEPT)


def test_old_missing_or_unfinished_recovery_points_fail(right):
    right.recovery.points[HOME][SHOP] = [3]
    assert f"{SHOP}: was backed up 72 hours ago, not 24" in messages(right, AUTOMATED)
    assert f"{SHOP}: its newest copy was backed up 72 hours ago" in messages(right, FRESH)
    assert f"{SHOP}: there is no recovery point of 29 of the last 30 days" in messages(right, KEPT)
    right.recovery.unfinished = "PARTIAL"
    assert f"{ORDERS}: has no recovery point that is whole" in messages(right, FRESH)
    assert status(right, FRESH, max_age_hours=100) is Status.FAIL


def test_a_vault_that_can_be_emptied_fails_where_it_must_not(right):
    right.recovery.locks = {"Locked": False}
    assert f"{SHOP}: vault {VAULT} is not locked" in messages(right, KEPT)
    assert status(right, KEPT, immutable=False) is Status.PASS
    right.recovery.locks = {"Locked": True}
    assert f"the lock of vault {VAULT} can be lifted" in messages(right, KEPT)
    right.recovery.locks = {"Locked": True, "LockDate": days_ago(-2), "MinRetentionDays": 30}
    assert f"the lock of vault {VAULT} can be lifted until" in messages(right, KEPT)
    right.recovery.locks = {"Locked": True, "LockDate": days_ago(2), "MinRetentionDays": 7}
    assert f"vault {VAULT} is locked for 7 days, not 30" in messages(right, KEPT)


def test_copies_that_are_old_in_clear_or_not_there_fail(right):
    right.recovery.points[ABROAD] = {SHOP: [3], ORDERS: [0.5]}
    found = messages(right, OFFSITE)
    assert f"{SHOP}: in {ABROAD}: its newest copy was backed up 72 hours ago, not 48" in found
    assert "1 of 2 resources" in found
    right.recovery.clear = {ORDERS}
    assert f"{ORDERS}: in {ABROAD}: its newest copy is not encrypted" in messages(right, OFFSITE)
    right.recovery.points[ABROAD] = {}
    assert f"{SHOP}: in {ABROAD}: has no recovery point that is whole" in messages(right, OFFSITE)
    assert "copy_regions names no other region" in messages(right, OFFSITE, copy_regions=[HOME])


def test_what_was_not_restored_or_not_compared_fails(right):
    right.recovery.restores = {SHOP: [(100, "SUCCESSFUL"), (2, "FAILED"), (3, "")], ORDERS: [(5, "")]}
    found = messages(right, RESTORED)
    assert f"{SHOP}: was restored 100 days ago, not 90" in found
    assert f"{ORDERS}: no restore of it was validated" in found
    assert status(right, RESTORED, resources=[SHOP], max_evidence_age=120) is Status.PASS
    right.recovery.restores = {}
    assert f"{SHOP}: was never restored" in messages(right, RESTORED)


def test_recovery_points_in_clear_fail_and_empty_vaults_prove_nothing(right):
    right.recovery.clear = {ORDERS}
    assert "31 of 62 recovery points are not encrypted" in messages(right, ENCRYPTED)
    right.recovery.points = {}
    assert status(right, ENCRYPTED) is Status.ERROR


def test_what_is_denied_is_an_error_of_what_needs_it_and_of_nothing_else(right):
    for operation in set().union(*needed("aws_backup").values()):
        right.failures.clear()
        right.deny(operation)
        for control, proven in side_by_side(AwsBackup, right, **options()).items():
            lacks = operation in needed("aws_backup")[control]
            assert {each.status for each in proven} == {Status.ERROR if lacks else Status.PASS}, (operation, control)
            assert ("could not look (denied): " in said(proven)) is lacks
            assert (f"needs {operation}" in said(proven)) is lacks


def test_a_resource_that_may_not_be_read_is_an_error_of_its_own(right):
    right.deny_for("backup:ListRecoveryPointsByResource", ORDERS)
    (verdict,) = verdicts(right, FRESH)
    assert (verdict.subject, verdict.status) == (ORDERS, Status.ERROR)
    right.recovery.points[HOME][SHOP] = [3]
    assert {each.subject: each.status for each in verdicts(right, FRESH)} == {
        "": Status.FAIL,
        SHOP: Status.FAIL,
        ORDERS: Status.ERROR,
    }


def test_what_does_not_answer_as_aws_is_an_error(right):
    ways = {right.throttle: "(timeout)", right.expire: "(denied)", right.garble: "(malformed)"}
    for fail, reason in ways.items():
        fail("backup:ListProtectedResources", "backup:ListBackupVaults")
        for proven in side_by_side(AwsBackup, right, timeout=2, **options()).values():
            assert {each.status for each in proven} == {Status.ERROR}
            assert reason in said(proven)
