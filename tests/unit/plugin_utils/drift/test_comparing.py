# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word of drift from a table: how something stood, how it stands now, what that is called, and if it is worse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.drift import document, history, showing
from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import Comparison, compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side, Standing
from ansible_collections.golive.verify.plugins.plugin_utils.drift.values import BadRules, rules
from tests.unit.plugin_utils.reports import sample

SCHEMAS = Path(__file__).parents[4] / "plugins" / "plugin_utils" / "schemas"
DAY = 86400.0


def standing(status: str, **fields: object) -> Standing:
    made = Standing(
        "u", status, "high", "i", "Kept", "h", 3, "S", "backup.retention", "db1", "db1", "host", "backup", actual="14"
    )
    return made._replace(**fields)  # type: ignore[arg-type]


def side(*standings: Standing, started: float = 2 * DAY, **fields: object) -> Side:
    return replace(Side.made("r", "shop", started, standings=standings, items=()), **fields)  # type: ignore[arg-type]


def compared(was: Standing | None, now: Standing | None) -> Comparison:
    before = side(*([was] if was else []), started=DAY)
    return compare(before, side(*([now] if now else [])), rules())


WORDS = [
    ("pass", "pass", "", False),
    ("pass", "attested", "", False),
    ("not_due", "not_due", "", False),
    (None, "not_applicable", "", False),
    ("not_applicable", None, "", False),
    *(("pass", bad, "regressed", True) for bad in ("fail", "error", "missed", "expired", "unbound")),
    ("attested", "expired", "regressed", True),
    ("waived", "fail", "regressed", True),
    ("pass", "waived", "regressed", False),
    ("fail", "pass", "fixed", False),
    ("error", "attested", "fixed", False),
    ("waived", "pass", "fixed", False),
    ("fail", "fail", "still_failing", False),
    ("fail", "error", "still_failing", False),
    ("fail", "waived", "still_failing", False),
    ("waived", "waived", "still_failing", False),
    (None, "pass", "new", False),
    (None, "waived", "new", False),
    (None, "fail", "new", True),
    (None, "error", "new", True),
    ("not_due", "pass", "new", False),
    ("not_due", "fail", "new", True),
    ("pass", None, "disappeared", True),
    ("fail", None, "disappeared", True),
    ("waived", None, "disappeared", True),
    ("pass", "not_applicable", "disappeared", True),
    ("fail", "not_applicable", "disappeared", False),
    ("pass", "not_selected", "", False),
    ("not_selected", "fail", "", False),
]


@pytest.mark.parametrize(("before", "after", "word", "worse"), WORDS)
def test_each_pair_of_statuses_has_its_word(before: str | None, after: str | None, word: str, worse: bool) -> None:
    found = compared(standing(before) if before else None, standing(after) if after else None)
    assert [change.word.value for change in found.changes] == ([word] if word else [])
    assert found.regressed is worse


CHANGED = [
    ({"text_hash": "other"}, "the item's text has changed"),
    ({"verifier": "restic"}, "proven by restic, before by backup"),
    ({"threshold_source": "copies=1 (inventory)"}, "what is asked for has changed: copies=1 (inventory), before "),
]


@pytest.mark.parametrize(("other", "why"), CHANGED)
@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [("pass", "pass", False), ("fail", "pass", False), ("pass", "fail", True)],
)
def test_what_means_something_else_now_is_not_comparable(
    other: dict[str, str], why: str, before: str, after: str, worse: bool
) -> None:
    """It does not count as fixed; but what was proven and is not any more is worse all the same."""
    (change,) = compared(standing(before), standing(after, **other)).changes
    assert (change.word, change.why, change.worse) == ("not_comparable", why, worse)


def test_another_version_of_the_verifiers_makes_differences_incomparable_and_nothing_else() -> None:
    one, two = {"golive.verify": "0.1.0"}, {"golive.verify": "0.2.0"}
    before = side(standing("fail"), standing("pass", uid="v"), versions=one)
    found = compare(before, side(standing("pass"), standing("pass", uid="v"), versions=two), rules())
    assert [(change.word.value, change.why) for change in found.changes] == [
        ("not_comparable", "golive.verify is 0.2.0, before 0.1.0")
    ]
    assert found.notes


def test_a_narrowed_run_does_not_make_things_disappear_or_appear() -> None:
    narrowed = side(left_out="limit web")
    found = compare(side(standing("pass"), started=DAY), narrowed, rules())
    assert (found.changes, found.left_out, found.regressed) == ([], 1, False)
    assert compare(narrowed, side(standing("fail")), rules()).changes == []


def test_a_signature_or_address_that_replaces_another_loses_no_coverage() -> None:
    old, new = standing("attested", target="2026.yml"), standing("attested", uid="v", target="2027.yml")
    found = compare(side(old, started=DAY), side(new), rules())
    assert found.counts == {"disappeared": 1, "new": 1}
    assert not found.regressed
    assert compare(side(old, started=DAY), side(new._replace(status="fail")), rules()).regressed


HEALTH = "https://shop.example.com /health at"
MOVED = [
    (f"{HEALTH} 192.0.2.7", f"{HEALTH} 192.0.2.9", True),
    (f"{HEALTH} 192.0.2.7", f"{HEALTH} 2001:db8::9", True),
    ("web.lab.test:443 b.lab.test at 10.0.0.1 port 26432", "web.lab.test:443 b.lab.test at 10.0.0.2 port 26432", True),
    ("web.lab.test:443 b.lab.test at 10.0.0.1 port 26432", "web.lab.test:443 b.lab.test at 10.0.0.2 port 1", False),
    (f"{HEALTH} 192.0.2.7", "https://shop.example.com /ready at 192.0.2.7", False),
    ("20260101T090000Z-oncall.rotation-cto.yml", "20270101T090000Z-oncall.rotation-cto.yml", True),
    ("20260101T090000Z-oncall.rotation-cto.yml", "20270101T090000Z-oncall.rotation-ceo.yml", False),
    ("user 1.2.3", "user 1.2.4", False),
]


@pytest.mark.parametrize(("then", "now", "same"), MOVED, ids=[str(index) for index in range(len(MOVED))])
def test_what_moved_to_another_address_or_was_signed_anew_is_compared(then: str, now: str, same: bool) -> None:
    was, became = standing("pass", target=then), standing("fail", uid="v", target=now)
    found = compare(side(was, started=DAY), side(became), rules())
    assert found.counts == ({"regressed": 1} if same else {"disappeared": 1, "new": 1})
    assert found.changes[0].standing in (was, became)
    again = compare(side(was, started=DAY), side(became._replace(status="pass")), rules())
    assert again.counts == ({} if same else {"disappeared": 1, "new": 1})
    other_host = compare(side(was, started=DAY), side(became._replace(host="db2")), rules())
    assert other_host.counts == {"disappeared": 1, "new": 1}


def test_an_address_that_stays_is_compared_with_itself_and_one_that_goes_is_missed() -> None:
    was = [standing("pass", uid=f"u{n}", target=f"{HEALTH} 192.0.2.{n}") for n in (1, 2, 3)]
    moved = standing("pass", uid="u9", target=f"{HEALTH} 192.0.2.9")
    assert compare(side(*was, started=DAY), side(*was[1:], moved), rules()).changes == []
    fewer = compare(side(*was, started=DAY), side(*was[1:]), rules())
    assert (fewer.counts, fewer.regressed) == ({"disappeared": 1}, True)
    more = compare(side(*was, started=DAY), side(*was, moved._replace(status="fail")), rules())
    assert (more.counts, more.regressed) == ({"new": 1}, True)


def test_a_user_that_failed_and_is_gone_is_no_regression_while_the_others_are_looked_at() -> None:
    bob, eve = standing("pass", target="bob"), standing("fail", uid="v", target="eve")
    assert not compare(side(bob, eve, started=DAY), side(bob), rules()).regressed
    assert compare(side(bob, eve, started=DAY), side(eve), rules()).regressed


def test_a_host_that_no_longer_answers_regresses_the_items_that_it_proved() -> None:
    items = [sample.item("Redis", "Redis survives", "redis.persistence", on="cache")]
    checks = {"cache1": [sample.check("redis.persistence", "cache1")]}
    was = Side.of_report(sample.build(items, checks))
    now = Side.of_report(sample.build(items, {}, {"cache1": {"unreachable": "no route"}}))
    found = compare(was, now, rules())
    assert found.counts == {"regressed": 1, "disappeared": 1}
    assert all(change.worse for change in found.changes)
    back = compare(now, was, rules())
    assert (back.counts, back.regressed) == ({"new": 1, "fixed": 1}, False)


def test_an_unbound_item_that_gets_a_check_which_fails_is_no_worse() -> None:
    bare = sample.item("Redis", "Redis survives")
    bound = sample.item("Redis", "Redis survives", "redis.persistence", on="cache")
    was = Side.of_report(sample.build([bare], {"cache1": []}))
    checks = {"cache1": [sample.check("redis.persistence", "cache1", "fail", message="off")]}
    found = compare(was, Side.of_report(sample.build([bound], checks)), rules())
    assert not found.regressed


VALUES = [
    ("tls.expiry", {"shop": "61.0 days left"}, {"shop": "31.4 days left"}, ["shop 61.0 days left → 31.4 days left"]),
    ("tls.expiry", {"shop": "61.0 days left"}, {"shop": "60.0 days left"}, []),
    ("tls.expiry", {"shop": "31.0 days left"}, {"shop": "90.0 days left"}, []),
    (
        "backup.retention",
        {"copies": 14, "oldest": "2026-11-01"},
        {"copies": 1, "oldest": "2026-11-20"},
        ["copies 14 → 1"],
    ),
    ("net.listening", {"open": [22, 443]}, {"open": [22, 443, 8080]}, ["open + 8080"]),
    ("net.listening", {"open": [22, 443]}, {"open": [443, 22]}, []),
    ("aws.iam.users", {"users": {"bob": {"mfa": 1}}}, {"users": {"bob": {"mfa": 1}, "eve": {}}}, ["users + eve"]),
    ("aws.iam.users", [{"name": "bob", "keys": 1}], [{"name": "bob", "keys": 2}], ["bob.keys 1 → 2"]),
    ("redis.maxmemory", {"policy": "noeviction"}, {"policy": "allkeys-lru"}, ["policy noeviction → allkeys-lru"]),
    ("redis.maxmemory", {"used": 10, "limit": 100}, {"used": 90, "limit": 110}, []),
    ("redis.persistence", {"on": True}, {"on": False}, ["on true → false"]),
    ("redis.provisioned", {"version": "6.2.5"}, {"version": "7.0.1"}, ["version 6.2.5 → 7.0.1"]),
    ("x.y", {"at": "2026-11-23T01:00"}, {"at": "2026-11-24T01:00"}, []),
    ("x.y", {"mark": "id 7a9"}, {"mark": "id 8b0"}, []),
    ("x.y", 100, 76, []),
    ("x.y", 100, 75, ["100 → 75"]),
    ("x.y", 0, 1, ["0 → 1"]),
    ("x.y", None, "seen", ["null → seen"]),
    ("x.y", {"ms": 1}, {"ms": 900, "age_hours": 4}, []),
]


@pytest.mark.parametrize(("control", "before", "after", "words"), VALUES)
def test_values_that_move_while_the_result_passes(
    control: str, before: object, after: object, words: list[str]
) -> None:
    found = compared(standing("pass", control=control, actual=before), standing("pass", control=control, actual=after))
    assert [value.words for change in found.changes for value in change.values] == words
    assert found.counts == ({"value_drift": 1} if words else {})
    assert not found.regressed


def test_the_environments_rules_come_first() -> None:
    own = [{"control": "backup.*", "key": "copies", "matters": "falls 5"}]
    was, now = standing("pass", actual={"copies": 14}), standing("pass", actual={"copies": 10})
    assert not compare(side(was, started=DAY), side(now), rules(own)).changes
    lower = now._replace(actual={"copies": 9})
    assert compare(side(was, started=DAY), side(lower), rules(own)).counts == {"value_drift": 1}


@pytest.mark.parametrize(
    "bad",
    ["x", {"control": "*"}, {"control": "*", "key": "*", "matters": "falls"}, {"control": 1, "key": 2, "matters": 3}],
)
def test_a_rule_that_is_none_is_named(bad: object) -> None:
    with pytest.raises(BadRules, match=r"^golive_drift_values\[0\]: "):
        rules([bad])


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], 9.0),
        ([(1.0, "fail"), (2.0, "error")], 1.0),
        ([(1.0, "fail"), (2.0, "pass"), (3.0, "waived"), (4.0, "fail")], 3.0),
        ([(1.0, "pass"), (20.0, "fail")], 9.0),
        ([(1.0, "fail"), (2.0, "not_selected"), (3.0, "fail")], 1.0),
    ],
)
def test_since_when_it_fails(points: list[history.Point], expected: float) -> None:
    assert history.since(points, 9.0) == expected


@pytest.mark.parametrize(
    ("statuses", "times"),
    [("", 0), ("pppp", 0), ("pfpf", 3), ("p-f-p", 2), ("pf" * 9, 9), ("ffee", 0)],
)
def test_how_often_it_changed_sides(statuses: str, times: int) -> None:
    names = {"p": "pass", "f": "fail", "e": "error", "-": "not_selected"}
    assert history.flaps([(float(at), names[letter]) for at, letter in enumerate(statuses)]) == times


def test_the_document_follows_its_schema_and_is_shown_without_obeying_targets() -> None:
    hostile = sample.HOSTILE["controls"] + sample.HOSTILE["mention"]
    was = side(standing("pass", uid="a"), standing("fail", uid="b"), standing("pass", uid="c", actual=[1]), started=DAY)
    now = side(
        standing("fail", uid="a", message=hostile, target=hostile),
        standing("error", uid="b", text=hostile),
        standing("pass", uid="c", actual=[hostile]),
        started=4 * DAY,
    )
    points = {
        "b": [(2 * DAY, "fail"), (3 * DAY, "fail")],
        "a": [(float(n), s) for n, s in enumerate(["fail", "pass"] * 4)],
    }
    drift = document.contract(now, {"last_run": compare(was, now, rules())}, points, notes=[hostile])
    jsonschema.validate(json.loads(json.dumps(drift)), json.loads((SCHEMAS / "drift.json").read_text(encoding="utf-8")))
    assert drift["regressed"]
    assert [each["word"] for each in drift["comparisons"][0]["changes"]] == [
        "regressed",
        "value_drift",
        "still_failing",
    ]
    assert drift["comparisons"][0]["changes"][2]["since"] == DAY
    assert [each["changed"] for each in drift["flapping"]] == [8]
    shown = list(showing.lines(drift))
    assert all(line.isprintable() for dummy, line in shown)
    assert any("since 1970-01-02 00:00 UTC (3 days)" in line for dummy, line in shown)
    page = showing.page(drift)
    assert "@sneaky" not in page.replace("\\@&#8288;sneaky", "")
    assert "**sneaky**" not in page


def test_a_clock_that_was_moved_back_is_said_and_gives_no_negative_age() -> None:
    found = compare(side(standing("fail"), started=9 * DAY), side(standing("fail")), rules())
    assert "clock" in found.notes[0]
    drift = document.contract(found.after, {"last_run": found}, {"u": [(8 * DAY, "fail")]})
    assert drift["comparisons"][0]["changes"][0]["since"] == 2 * DAY


def test_a_side_survives_its_way_through_json() -> None:
    items = [sample.item("Redis", "Redis survives", "redis.persistence", on="cache"), sample.item("A", "B")]
    checks = {"cache1": [sample.check("redis.persistence", "cache1", actual=value) for value in (0,)], "cache2": []}
    found = Side.of_report(sample.build(items, checks))
    assert Side.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_of_two_results_with_one_uid_the_worse_counts() -> None:
    found = side(standing("pass", verifier="a"), standing("fail", verifier="b"), standing("error", verifier="c"))
    assert found.standings["u"].status == "fail"
