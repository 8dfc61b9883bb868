# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gcp_audit verifier against recorded answers: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.gcp_audit import ActionModule as GcpAudit
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_audit.filters import let_through
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict, worst
from tests.unit.action.aws_answers import REASONS, Answers, seen
from tests.unit.proving import prove

PLACED, POLICIES, SINKS, PLACES = "get-ancestors", "get-iam-policy", "sinks list", "logging buckets describe"
SCOPES = ["projects/shop", "folders/12"]
KEPT = "logging.googleapis.com/projects/shop/locations/eu/buckets/kept"
OTHER = "logging.googleapis.com/projects/other/locations/eu/buckets/kept"
TYPES = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")
LOG = 'log_id("cloudaudit.googleapis.com/{}")'
BOTH, ACTIVITY, DATA, NONE = frozenset({"activity", "data_access"}), {"activity"}, {"data_access"}, frozenset[str]()


def audited(*types: str, service: str = "allServices", exempted: tuple[str, ...] = ()) -> dict[str, Any]:
    found = [{"service": service, "type": each, "exempted": list(exempted)} for each in types]
    return seen({"grants": [], "audited": found})


def sink(to: str = KEPT, **changed: Any) -> dict[str, Any]:
    return {"name": "projects/shop/sinks/x", "to": to, "filter": "", "without": [], "intercepts": False, **changed}


def sinks(*found: dict[str, Any], above: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {SINKS: {"projects/shop": seen(list(found)), "folders/12": seen(list(above))}}


def places(days: float = 400, locked: bool = True, delivered: bool = True) -> dict[str, Any]:
    place = {"days": days, "locked": locked, "delivered": delivered}
    return {PLACES: {each: seen(place) for each in (KEPT, OTHER)}}


RIGHT: dict[str, Any] = {
    PLACED: {"number": "415", "scopes": SCOPES},
    POLICIES: {"projects/shop": audited("DATA_READ", "DATA_WRITE"), "folders/12": audited("ADMIN_READ")},
    **sinks(sink()),
    **places(),
}


def verdicts(changed: dict[str, Any] | None = None, **options: Any) -> list[Verdict]:
    answers = Answers({**RIGHT, **(changed or {})})
    return prove(GcpAudit, "cloud.audit_trail", {"project": "shop", **options}, answers)


def status(changed: dict[str, Any] | None = None, **options: Any) -> Status:
    return worst(verdict.status for verdict in verdicts(changed, **options))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {**sinks(sink(OTHER)), **places(locked=False)},
        sinks(sink(filter=LOG.format("activity")), sink(filter=LOG.format("data_access"))),
        sinks(sink(without=[LOG.format("system_event")])),
        sinks(above=(sink(intercepts=True),)),
    ],
)
def test_what_is_recorded_of_everybody_and_stays_passes(changed: dict[str, Any]) -> None:
    assert [(one.status, one.message) for one in verdicts(changed)] == [(Status.PASS, "")]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({POLICIES: {"projects/shop": audited(*TYPES[1:])}}, "ADMIN_READ is not recorded"),
        ({POLICIES: {"projects/shop": audited(*TYPES, service="x.googleapis.com")}}, "DATA_WRITE are not recorded"),
        (
            {POLICIES: {"projects/shop": audited(*TYPES), "folders/12": audited(*TYPES, exempted=("user:eve@x.org",))}},
            "user:eve@x.org is exempted from DATA_READ of allServices by folders/12",
        ),
        (sinks(sink(filter=LOG.format("activity"))), "no sink takes all of it"),
        (sinks(sink(without=[LOG.format("data_access")])), "no sink takes all of it"),
        (sinks(sink("bigquery.googleapis.com/projects/shop/datasets/d")), "which promises to keep nothing"),
        (sinks(sink(), above=(sink("pubsub.googleapis.com/x", intercepts=True),)), "which promises to keep nothing"),
        (places(days=364.9), "keeps it for 364.9 days, not 365"),
        (places(locked=False), "which is not locked"),
        (places(delivered=False), "which has received nothing since yesterday"),
    ],
)
def test_what_is_not_recorded_or_can_be_taken_away_fails(changed: dict[str, Any], wrong: str) -> None:
    whole, *others = verdicts(changed)
    assert whole.status is Status.FAIL
    assert {one.status for one in others} == {Status.FAIL}
    assert wrong in " ".join(one.message for one in others)


@pytest.mark.parametrize(
    ("text", "through"),
    [
        ("", BOTH),
        ('logName:"cloudaudit.googleapis.com"', BOTH),
        ('logName:"/logs/cloudaudit.googleapis.com%2Factivity"', ACTIVITY),
        ('logName:"cloudaudit.googleapis.com/activity"', NONE),
        ('logName="projects/shop/logs/cloudaudit.googleapis.com%2Fdata_access"', DATA),
        ('logName="projects/other/logs/cloudaudit.googleapis.com%2Fdata_access"', NONE),
        ('LOG_ID("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access")', BOTH),
        (
            'NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("externalaudit.googleapis.com/activity")',
            DATA,
        ),
        ('-log_id("cloudaudit.googleapis.com/activity")\n-log_id("cloudaudit.googleapis.com/data_access")', NONE),
        ('log_id("cloudaudit.googleapis.com/activity") log_id("cloudaudit.googleapis.com/data_access")', NONE),
        ('protoPayload.@type="type.googleapis.com/google.cloud.audit.AuditLog"', BOTH),
        ('log_id("run.googleapis.com/stderr")', NONE),
        ("severity>=ERROR", None),
        ('logName:"cloudaudit.googleapis.com" severity>=ERROR', None),
        ('logName:"cloudaudit.googleapis.com"severity', None),
        ('log_id("a") OR log_id("b") AND log_id("c")', None),
        ('log_id("cloudaudit.googleapis.com/activity") or log_id("x")', None),
        ('(log_id("a"))', None),
        ('logName=~"cloudaudit"', None),
    ],
)
def test_filters_are_understood_as_far_as_they_name_logs(text: str, through: frozenset[str] | None) -> None:
    assert let_through(text, "shop") == through


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("look", [PLACED, POLICIES, SINKS, PLACES])
def test_what_cannot_be_read_is_an_error(look: str, reason: str) -> None:
    assert {one.status for one in verdicts({look: CannotLook(reason, "so it is")})} == {Status.ERROR}
    if look != PLACED:
        one = {**RIGHT[look], next(iter(RIGHT[look])): {"reason": reason, "detail": "so it is"}}
        assert {each.status for each in verdicts({look: one})} == {Status.ERROR}


def test_what_is_hidden_hides_no_failure() -> None:
    assert [
        one.status for one in verdicts({**sinks(sink(filter='log_id("x")')), POLICIES: CannotLook("denied", "")})
    ] == [
        *(Status.FAIL,) * 3,
        Status.ERROR,
    ]


def test_another_project_that_it_is_handed_on_to_is_not_followed() -> None:
    handed = sink("logging.googleapis.com/projects/logs")
    (error,) = verdicts(sinks(handed, sink("bigquery.googleapis.com/projects/shop/datasets/d")))[:1]
    assert error.status is Status.ERROR
    assert "hands it on to projects/logs, whose sinks are not followed" in error.message
    assert status(sinks(handed, sink())) is Status.PASS


def test_where_there_is_nothing_it_never_passes() -> None:
    assert status(sinks()) is Status.ERROR
    assert status({POLICIES: {"projects/shop": audited()}}) is Status.FAIL


@pytest.mark.parametrize("option", ["services", "log_types"])
def test_what_nobody_declares_is_not_asked(option: str) -> None:
    with pytest.raises(NotAsked):
        verdicts(None, **dict[str, Any]({option: []}))
