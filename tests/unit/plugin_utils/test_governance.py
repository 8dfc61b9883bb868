# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people decided beside the checklist: when items are due, what windows told, waivers, malformed files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.sections import PHASES
from ansible_collections.golive.verify.plugins.plugin_utils.due import window
from ansible_collections.golive.verify.plugins.plugin_utils.governance import BadGovernance
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing
from tests.unit.plugin_utils.governed import NOW, Run, findings

LAUNCH = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
ITEM = "- [ ] Health <!-- golive: http.health {phase} -->"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path)
    for host in made.targets:
        made.answers(host, {"http.health": "fail"})
    return made


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


# Phases and windows: an item fails if it is judged, so that a status of its window is not taken for one.
@pytest.mark.parametrize(
    ("phase", "after_launch", "status"),
    [
        ("", None, "fail"),
        ("", -1000, "fail"),
        ("pre_deployment", None, "fail"),
        ("pre_deployment", -1000, "fail"),
        ("pre_deployment", 1000, "fail"),
        ("week_before", None, "not_due"),
        ("week_before", -169, "not_due"),
        ("week_before", -168, "fail"),
        ("week_before", -1, "fail"),
        ("week_before", 0, "missed"),
        ("hour_before", -2, "not_due"),
        ("hour_before", -0.5, "fail"),
        ("hour_before", 0, "missed"),
        ("launch_day", None, "not_due"),
        ("launch_day", -13, "not_due"),
        ("launch_day", 0, "fail"),
        ("launch_day", 12, "missed"),
        ("first_hour", -0.01, "not_due"),
        ("first_hour", 0, "fail"),
        ("first_hour", 0.99, "fail"),
        ("first_hour", 1, "missed"),
        ("first_24h", 23, "fail"),
        ("first_24h", 24, "missed"),
        ("first_week", 167, "fail"),
        ("first_week", 168, "missed"),
        ("first_month", 719, "fail"),
        ("first_month", 720, "missed"),
        ("post_deployment", None, "not_due"),
        ("post_deployment", -1, "not_due"),
        ("post_deployment", 9000, "fail"),
        ("ongoing", -1, "not_due"),
        ("ongoing", 9000, "fail"),
    ],
)
def test_when_an_item_is_due(run: Run, phase: str, after_launch: float | None, status: str) -> None:
    if after_launch is not None:
        run.launch, run.now = moments.shown(LAUNCH), LAUNCH + hours(after_launch)
    decision = run.decide(ITEM.format(phase=f"phase={phase}" if phase else ""))
    (verdict,) = decision.items
    assert verdict.status == status, verdict.reason
    assert decision.word == ("go" if status == "not_due" else "no_go")
    if status == "not_due":
        assert ("golive_launch" if after_launch is None else "begins 2026-") in verdict.reason
    if status == "missed":
        assert "no run looked at it then" in verdict.reason


def test_every_phase_was_tried() -> None:
    assert set(PHASES) == {
        *("pre_deployment", "week_before", "hour_before", "launch_day", "first_hour", "first_24h", "first_week"),
        *("first_month", "post_deployment", "ongoing"),
    }
    for name in PHASES:
        opens, closes = window(name, 0.0)
        assert opens < closes


def test_asking_for_a_phase_makes_it_due_where_no_launch_is_declared(run: Run) -> None:
    run.narrowing = Narrowing(phase="first_hour")
    assert run.verdict(ITEM.format(phase="phase=first_hour")).status == "fail"


def test_asking_for_a_phase_does_not_outweigh_a_declared_launch(run: Run) -> None:
    run.narrowing, run.launch = Narrowing(phase="first_hour"), moments.shown(LAUNCH)
    assert run.verdict(ITEM.format(phase="phase=first_hour")).status == "not_due"


def test_a_heading_names_the_phase_too(run: Run) -> None:
    assert run.verdict("## First hour", "", "- [ ] Health <!-- golive: http.health -->").status == "not_due"


@pytest.mark.parametrize(
    ("launch", "moment"),
    [
        ("2026-12-01T09:00:00+01:00", "2026-12-01T08:00:00Z"),
        ("2026-12-01 09:00:00+00:00", "2026-12-01T09:00:00Z"),
        ("2026-12-01", "2026-12-01T00:00:00Z"),
    ],
)
def test_how_a_launch_is_written(run: Run, launch: str, moment: str) -> None:
    run.launch = launch
    assert run.plan(ITEM.format(phase="")).governance.launch == moments.moment(moment).timestamp()


# What was seen while the window was open.
PHASED = ITEM.format(phase="phase=first_hour id=one")


def seen(run: Run, **changed: Any) -> dict[str, Any]:
    """The item as the report of an earlier run has it."""
    item = run.plan(PHASED).items[0]
    return {"id": "one", "status": "pass", "reason": "", "text_hash": item.text_hash, "controls": ["http.health"],
            **changed}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "at", "left_out", "status", "says"),
    [
        ({}, 0.5, "", "pass", "seen in its time by run 20261201T093000Z-1, 2026-12-01T09:30:00Z"),
        ({}, 0, "", "pass", "seen in its time"),
        ({}, 0.5, "phase first_hour", "pass", "seen in its time"),
        ({"status": "attested"}, 0.5, "", "attested", "seen in its time"),
        ({"status": "fail", "reason": "a: slow"}, 0.5, "", "fail", "2026-12-01T09:30:00Z: a: slow"),
        ({"status": "error"}, 0.5, "", "error", "seen in its time"),
        ({"status": "not_applicable", "reason": "no such thing (declared by Ada)"}, 0.5, "", "not_applicable", "Ada"),
        ({"controls": ["http.health", "redis.ha"]}, 0.5, "", "pass", ""),
        ({}, -0.5, "", "missed", "no run looked at it then"),
        ({}, 1, "", "missed", "no run looked at it then"),
        ({}, 0.5, "limit a", "missed", "no run looked at it then"),
        ({}, 0.5, "limit a, phase first_hour", "missed", "no run looked at it then"),
        ({"status": "not_selected"}, 0.5, "", "missed", "no run looked at it then"),
        ({"status": "not_due"}, 0.5, "", "missed", "no run looked at it then"),
        ({"status": "unbound"}, 0.5, "", "missed", "no run looked at it then"),
        ({"status": "info"}, 0.5, "", "missed", "no run looked at it then"),
        ({"status": "perfect"}, 0.5, "", "missed", "no run looked at it then"),
        ({"text_hash": "0" * 64}, 0.5, "", "missed", "its text has changed since run 20261201T093000Z-1"),
        ({"controls": []}, 0.5, "", "missed", "it was bound to more controls since run 20261201T093000Z-1"),
        ({"id": "two"}, 0.5, "", "missed", "no run looked at it then"),
    ],
)
def test_what_an_earlier_run_saw(
    run: Run, changed: dict[str, Any], at: float, left_out: str, status: str, says: str
) -> None:
    run.earlier("20261201T093000Z-1", LAUNCH + hours(at), seen(run, **changed), left_out=left_out)
    run.launch, run.now = moments.shown(LAUNCH), LAUNCH + hours(30)
    verdict = run.verdict(PHASED)
    assert (verdict.status, says in verdict.reason) == (status, True), verdict.reason


def test_of_several_runs_the_last_one_in_time_counts(run: Run) -> None:
    for minute, status in ((10, "pass"), (20, "fail"), (30, "pass"), (50, "error")):
        run.earlier(f"20261201T09{minute}00Z-1", LAUNCH + hours(minute / 60), seen(run, status=status))
    run.earlier("20261201T113000Z-1", LAUNCH + hours(2.5), seen(run, status="pass"))
    run.launch, run.now = moments.shown(LAUNCH), LAUNCH + hours(30)
    assert run.verdict(PHASED).status == "error"


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "{}", '{"run": [], "summary": {"left_out": ""}, "items": []}', "\udcff"),
        json.dumps({"run": {"id": "x", "started": "soon"}, "summary": {"left_out": ""}, "items": []}),
        json.dumps({"run": {"id": "x", "started": 1}, "summary": {"left_out": ""}, "items": [{"id": "one"}]}),
        json.dumps({"run": {"id": "x", "started": 1}, "summary": {"left_out": ""}, "items": [[]]}),
    ],
)
def test_a_report_that_cannot_be_read_counts_for_nothing(run: Run, text: str) -> None:
    run.earlier("20261201T093000Z-1", LAUNCH + hours(0.5), seen(run))
    run.earlier("20261201T094500Z-1", LAUNCH + hours(0.75), seen(run))
    (run.path / "runs" / "20261201T094500Z-1" / "report.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    run.launch, run.now = moments.shown(LAUNCH), LAUNCH + hours(30)
    assert run.verdict(PHASED).status == "pass"


# Waivers over time.
WAIVER = "waivers:\n  - {{control: http.health, target: web, reason: r, owner: eve, ticket: T-1, expires: {expires}}}\n"


@pytest.mark.parametrize(
    ("answer", "days_on", "status", "told"),
    [
        ("fail", 0, "waived", "waiver_expiring"),
        ("fail", 12, "fail", "waiver_expired"),
        ("pass", 0, "pass", "waiver_passing"),
        ("pass", 12, "pass", "waiver_expired"),
        ("error", 0, "error", "waiver_uncovered"),
    ],
)
def test_a_waiver_over_time(run: Run, answer: str, days_on: int, status: str, told: str) -> None:
    run.write("waivers.yml", WAIVER.format(expires="2026-12-01"))
    run.outcomes = {"c": [{"results": [], "unasked": []}]}
    for host in ("a", "b"):
        run.answers(host, {"http.health": answer})
    run.now = NOW + timedelta(days=days_on)
    decision = run.decide("- [ ] Health <!-- golive: http.health on=web -->")
    assert [verdict.status for verdict in decision.items] == [status]
    assert findings(decision) == [(told, False)]
    assert decision.word == ("go" if status in ("pass", "waived") else "no_go")


def test_a_waiver_of_nothing_is_told_but_not_in_a_narrowed_run(run: Run) -> None:
    run.write("waivers.yml", WAIVER.format(expires="2026-12-01").replace("http.health", "redis.ha"))
    line = "- [ ] Health <!-- golive: http.health on=c -->"
    assert findings(run.decide(line)) == [("waiver_unused", False)]
    run.narrowing = Narrowing(section="Web")
    assert findings(run.decide(line)) == []


@pytest.mark.parametrize(("covers", "status"), [("[missed]", "waived"), ("[fail]", "missed")])
def test_a_missed_window_is_waived_by_its_name(run: Run, covers: str, status: str) -> None:
    run.write(
        "waivers.yml",
        f"waivers:\n  - {{item: one, reason: r, owner: o, ticket: t, expires: 2026-12-10, covers: {covers}}}\n",
    )
    run.launch, run.now = moments.shown(LAUNCH), LAUNCH + hours(30)
    run.outcomes = {host: [{"results": [], "unasked": []}] for host in run.targets}
    decision = run.decide(PHASED)
    assert [verdict.status for verdict in decision.items] == [status]
    assert [kind for kind, blocks in findings(decision)] == [
        "waiver_expiring" if status == "waived" else "waiver_uncovered"
    ]


# Malformed decisions: every problem, one line each, before anything is verified.
@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("components.yml", "components: [redis]\n", "components.yml:1: components is not a mapping of "),
        ("components.yml", "components:\n  rediss: true\n", "components.yml:2: components has no field 'rediss'; did"),
        ("components.yml", "components:\n  redis: no\n", "components.yml:2: redis is neither true nor says why"),
        ("components.yml", "components:\n  redis: {used: false}\n", "components.yml:2: redis has no reason"),
        ("components.yml", "components:\n  redis: {used: maybe}\n", "components.yml:2: used is neither true nor false"),
        ("components.yml", "items: Cookie policy\n", "components.yml:1: items is not a list"),
        ("components.yml", "items:\n  - {item: Cookies, by: Eve}\n", "components.yml:2: an item that does not apply"),
        ("components.yml", "components: {\n", "components.yml:2: is not YAML"),
        ("waivers.yml", "waivers:\n  - {control: http.helth}\n", "waivers.yml:2: there is no control http.helth; did"),
        ("waivers.yml", "waivers: true\n", "waivers.yml:1: waivers is not a list"),
        ("attestations/roles.yml", "people: [eve]\n", "roles.yml:1: is not a mapping from a person"),
        ("attestations/a.yml", "statement: fine\n", "a.yml:1: an attestation speaks of a control or of an item"),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_line(run: Run, file: str, text: str, said: str) -> None:
    (run.path / "attestations").mkdir()
    if file == "attestations/roles.yml":
        run.write("attestations/a.yml", GOOD_ATTESTATION)
    run.write(file, text)
    with pytest.raises(BadGovernance) as raised:
        run.plan(ITEM.format(phase=""))
    assert said in str(raised.value)
    assert all(line.startswith(str(run.path)) for line in str(raised.value).splitlines())


GOOD_ATTESTATION = f"""
statement: fine
control: http.health
role: tester
person: eve@example.com
date: 2026-11-20T10:00:00Z
expires: 2026-12-20
people:
  eve@example.com: {{lines: ["{"0" * 64}"], roles: [tester]}}
"""


@pytest.mark.parametrize(
    ("launch", "gate", "said"),
    [
        ("tomorrow", [], "golive_launch: 'tomorrow' is neither a date (2026-12-01) nor a time"),
        ("2026-12-01T09:00", [], "golive_launch: '2026-12-01T09:00' has no zone; end it with Z or an offset"),
        ("2026-13-01", [], "golive_launch: '2026-13-01' is neither a date"),
        ("", ["fail"], "golive_gate: 'fail' is no rule; write statuses and a bound"),
        ("", ["fail <= 0", "fails <= 0"], "golive_gate: 'fails <= 0': there is no status fails; known are pass"),
    ],
)
def test_variables_that_cannot_be_understood(run: Run, launch: str, gate: list[str], said: str) -> None:
    run.launch, run.gate = launch, gate
    with pytest.raises(BadGovernance) as raised:
        run.plan(ITEM.format(phase=""))
    assert str(raised.value).startswith(said)


def test_without_any_file_nothing_is_decided_and_all_is_judged(run: Run) -> None:
    governed = run.plan(ITEM.format(phase="")).governance
    assert (governed.launch, governed.waivers.entries, governed.signed, governed.earlier) == (None, (), {}, {})
    assert governed.components.components == governed.components.items == {}
    assert run.verdict(ITEM.format(phase="")).status == "fail"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "components:\nitems:\n", "components:\n  # redis: true\n"])
def test_a_file_that_declares_nothing_is_none(run: Run, text: str) -> None:
    run.write("components.yml", text)
    assert run.plan(ITEM.format(phase="")).governance.components.components == {}


def test_a_file_that_is_a_dangling_link_is_not_taken_for_none(run: Run) -> None:
    (run.path / "components.yml").symlink_to(run.path / "elsewhere.yml")
    with pytest.raises(BadGovernance, match=r"components\.yml:1: cannot be read"):
        run.plan(ITEM.format(phase=""))
