# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_storage verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_storage import ActionModule as GcpStorage
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

PUBLIC, ENCRYPTED, RETENTION = "aws.s3.public_block", "data.encryption_at_rest", "backup.retention"
OFFSITE, FILES = "backup.offsite", "backup.files"
LIST, CONSTRAINT, POLICIES, LISTS = "buckets list", "org-policies describe", "get-iam-policy", "--raw"
OTHERS, VERSIONS, OBJECTS, SAMPLE = "buckets describe", "--all-versions", "ls --json", "head -n 1000"
NOW, HOUR = time.time(), 3600
KEY = "projects/keys/locations/europe-west3/keyRings/shop/cryptoKeys/storage"
COPIED = [{"bucket": "main", "copy": "away"}]
OPTIONS: dict[str, Any] = {
    "project": "shop",
    "kms_keys": {"*": KEY},
    "backup_buckets": ["main"],
    "immutable": True,
    "offsite_buckets": COPIED,
    "upload_buckets": COPIED,
}
MAIN: dict[str, Any] = {
    "project": "415",
    "location": "EUROPE-WEST3",
    "places": "region",
    "prevented": False,
    "uniform": False,
    "key": KEY,
    "versions": True,
    "restorable_days": 7.0,
    "retained_days": 30.0,
    "locked": True,
    "deletes": [],
}
AWAY = {**MAIN, "location": "EUROPE-WEST1"}


def thing(hours: float, total: str = "AAAAAA==", size: int = 9) -> dict[str, Any]:
    itself = {"retained": None, "locked": False, "held": False}
    return {"name": f"{hours:g}", "sum": total, "size": size, "at": NOW - hours * HOUR, **itself}


def retained(days: float, locked: bool = True, without: int = -1) -> dict[str, Any]:
    """Daily copies, each with a retention of its own for so many days, one of them without."""
    own = [{"retained": each["at"] + days * 24 * HOUR, "locked": locked} for each in DAILY]
    copies = [each | ({} if number == without else own[number]) for number, each in enumerate(DAILY)]
    return {VERSIONS: {"main": seen(copies)}}


def main(**changed: Any) -> dict[str, Any]:
    return {LIST: {"main": {**MAIN, **changed}}}


def away(**changed: Any) -> dict[str, Any]:
    return {OTHERS: {"away": seen({**AWAY, **changed})}}


DAILY = [thing(24 * day + 3) for day in range(31)]
BOTH = {"main": seen(DAILY), "away": seen(DAILY)}
RIGHT: dict[str, Any] = {
    **main(),
    **away(),
    CONSTRAINT: True,
    POLICIES: {"main": seen([{"principal": "projectOwner:shop", "role": "roles/x", "condition": ""}])},
    LISTS: {"main": seen([])},
    VERSIONS: BOTH,
    OBJECTS: BOTH,
    SAMPLE: BOTH,
}
LOOKS = {
    PUBLIC: (LIST, CONSTRAINT, POLICIES, LISTS),
    ENCRYPTED: (LIST,),
    RETENTION: (LIST, VERSIONS),
    OFFSITE: (LIST, OTHERS, OBJECTS),
    FILES: (LIST, OTHERS, SAMPLE),
}


class Lines(Answers):
    """The longest part that fits is not always the one that says most."""

    def __getitem__(self, line: str) -> Any:
        for part in (LISTS, OTHERS, VERSIONS, SAMPLE):
            if part in line:
                return dict.__getitem__(self, part)
        return super().__getitem__(line)


def verdicts(control: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    return prove(GcpStorage, control, {**OPTIONS, **options}, Lines({**RIGHT, **(changed or {})}))


def status(control: str, changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(control, changed, **options))


@pytest.mark.parametrize("control", LOOKS)
def test_a_bucket_as_it_should_be_passes(control: str) -> None:
    assert [(one.status, one.message) for one in verdicts(control)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("control", "changed", "wrong"),
    [
        (PUBLIC, {CONSTRAINT: False}, "prevented neither by the bucket nor by its organization; each object may have"),
        (PUBLIC, {LISTS: {"main": seen(["the bucket: allUsers READER"])}}, "lets the public in: the bucket: allUsers"),
        (
            PUBLIC,
            {POLICIES: {"main": seen([{"principal": "allUsers", "role": "roles/x", "condition": "noon"}])}},
            "its policy grants roles/x to everybody (allUsers)",
        ),
        (ENCRYPTED, main(key=""), "is not encrypted with a key of ours"),
        (RETENTION, main(versions=False, retained_days=0), "keeps no versions, and what is deleted for 7 days, not 30"),
        (RETENTION, main(locked=False), "its retention policy is not locked"),
        (
            RETENTION,
            main(retained_days=7, deletes=[{"days": [7], "before": []}]),
            "deletes objects after 7 days, not 30",
        ),
        (RETENTION, main(retained_days=7, deletes=[{"days": [], "before": [NOW]}]), "deletes objects, however young"),
        (RETENTION, {VERSIONS: {"main": seen([])}}, "holds no copy"),
        (RETENTION, {VERSIONS: {"main": seen(DAILY[:20])}}, "not each of the last 30 days has a copy"),
        (OFFSITE, away(location="EUROPE-WEST3"), "lies in the same region, EUROPE-WEST3, of the same project"),
        (OFFSITE, {OBJECTS: {**BOTH, "away": seen(DAILY[2:])}}, "2 of 31 objects are not in its copy"),
        (OFFSITE, {OBJECTS: {"main": seen(DAILY[3:]), "away": seen(DAILY[3:])}}, "the newest is 75 hours old, not 48"),
        (FILES, away(versions=False, retained_days=1), "keeps no versions"),
        (FILES, {SAMPLE: {"main": seen([]), "away": seen([])}}, "holds nothing"),
    ],
)
def test_what_is_broken_fails(control: str, changed: dict[str, Any], wrong: str) -> None:
    whole, one = verdicts(control, changed)
    assert (whole.status, one.status) == (Status.FAIL, Status.FAIL)
    assert one.subject == "//storage.googleapis.com/projects/_/buckets/main"
    assert wrong in one.message


def test_of_a_listing_that_is_cut_off_the_rest_is_not_compared() -> None:
    ours = [{**thing(9), "name": f"{number:05}"} for number in range(1000)]
    theirs = [{**thing(9), "name": f"{number:05}"} for number in range(-500, 500)]
    assert status(FILES, {SAMPLE: {"main": seen(ours), "away": seen(theirs)}}) is Status.PASS
    assert status(FILES, {SAMPLE: {"main": seen(ours), "away": seen(ours[:-1])}}) is Status.FAIL
    assert status(FILES, {SAMPLE: {"main": seen(ours), "away": seen([*ours[1:], thing(9)])}}) is Status.FAIL


def test_the_organization_is_not_asked_where_buckets_say_it_themselves() -> None:
    unasked = {CONSTRAINT: CannotLook("denied", "no"), LISTS: CannotLook("denied", "no")}
    assert status(PUBLIC, {**main(prevented=True, uniform=True), **unasked}) is Status.PASS


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("control", LOOKS)
def test_what_cannot_be_read_is_an_error(control: str, reason: str) -> None:
    for look in LOOKS[control]:
        hidden = CannotLook(reason, "so it is")
        assert {one.status for one in verdicts(control, {look: hidden})} == {Status.ERROR}, look
        if look not in (LIST, CONSTRAINT):
            each = {name: {"reason": reason, "detail": "so it is"} for name in ("main", "away")}
            assert {one.status for one in verdicts(control, {look: each})} == {Status.ERROR}, look


def test_what_is_hidden_hides_no_failure() -> None:
    found = verdicts(PUBLIC, {CONSTRAINT: False, POLICIES: CannotLook("denied", "no")})
    assert [one.status for one in found] == [Status.FAIL, Status.FAIL]


@pytest.mark.parametrize("control", LOOKS)
def test_without_buckets_nothing_passes(control: str) -> None:
    assert status(control, {LIST: {}}) is not Status.PASS
    gone = [{"bucket": "gone"}]
    options: dict[str, Any] = {"buckets": ["gone"], "kms_keys": {"gone": KEY}, "backup_buckets": ["gone"]}
    assert status(control, offsite_buckets=gone, upload_buckets=gone, **options) is not Status.PASS


def test_a_copy_that_is_not_there_fails() -> None:
    absent = {OTHERS: {"away": {"reason": "not_found", "detail": "no"}}}
    assert "its copy away does not exist" in verdicts(OFFSITE, absent)[1].message


@pytest.mark.parametrize(
    ("control", "option"),
    [
        (ENCRYPTED, {"kms_keys": {}}),
        (RETENTION, {"backup_buckets": []}),
        (OFFSITE, {"offsite_buckets": []}),
        (FILES, {"upload_buckets": []}),
    ],
)
def test_what_nobody_declares_is_not_asked(control: str, option: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        verdicts(control, **option)


LOSING = {"versions": False, "restorable_days": 0.0, "retained_days": 0.0, "locked": False}
DELETING = {"deletes": [{"days": [7], "before": []}], "retained_days": 0.0, "locked": False}
NOT_LOCKED = "nothing keeps objects from being deleted for 30 days"


@pytest.mark.parametrize(
    ("bucket", "copies", "wrong"),
    [
        (LOSING, retained(30), ""),
        (DELETING, retained(30), ""),
        (LOSING, retained(40), ""),
        (LOSING, retained(29.99), ""),  # it is set before the upload has ended
        (LOSING, retained(29), "keeps no versions"),
        (LOSING, retained(30, without=3), "keeps no versions"),
        (LOSING, retained(30, without=30), ""),  # older than the days that are promised
        (LOSING, retained(30, locked=False), NOT_LOCKED),
        (DELETING, retained(30, locked=False), NOT_LOCKED),
        (DELETING, retained(7), "deletes objects after 7 days, not 30"),
        ({"locked": False}, retained(30), ""),
        ({"locked": False}, retained(30, without=0), "its retention policy is not locked"),
        (LOSING, {VERSIONS: {"main": seen([{**each, "held": True} for each in DAILY])}}, NOT_LOCKED),
        (LOSING, {VERSIONS: {"main": seen([])}}, NOT_LOCKED),
    ],
)
def test_retention_of_single_objects_counts_where_each_copy_has_it(
    bucket: dict[str, Any], copies: dict[str, Any], wrong: str
) -> None:
    found = verdicts(RETENTION, {**main(**bucket), **copies})
    assert found[0].status is (Status.FAIL if wrong else Status.PASS)
    assert wrong in "; ".join(each.message for each in found)


def test_unlocked_retention_of_single_objects_keeps_them_where_no_lock_is_asked_for() -> None:
    for bucket in (LOSING, DELETING):
        assert status(RETENTION, {**main(**bucket), **retained(30, locked=False)}, immutable=False) is Status.PASS


@pytest.mark.parametrize("control", [OFFSITE, FILES])
def test_a_copy_may_be_kept_by_the_retention_of_its_objects(control: str) -> None:
    kept = retained(30)[VERSIONS]["main"]
    both = {"main": seen(DAILY), "away": kept}
    assert status(control, away(**LOSING)) is Status.FAIL
    assert status(control, {**away(**LOSING), OBJECTS: both, SAMPLE: both}) is Status.PASS


def test_who_cannot_see_the_objects_does_not_know_whether_they_are_locked() -> None:
    hidden = {VERSIONS: {"main": {"reason": "denied", "detail": "needs storage.objects.list"}}}
    assert status(RETENTION, {**main(**LOSING), **hidden}) is Status.ERROR
