# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What formats say of waivers, of items that somebody lives with, and of what changed since the last run."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.drift.comparing import compare
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from ansible_collections.golive.verify.plugins.plugin_utils.reports import csv, hdf, junit, ocsf, sarif
from tests.unit.plugin_utils.reports import governed, sample


def results(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By control."""
    return {each["ruleId"]: each for each in json.loads(sarif.render(report))["runs"][0]["results"]}


def events(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    made = [json.loads(line) for line in ocsf.render(report).splitlines()]
    return {each["compliance"]["control"]: each for each in made}


def test_sarif_tells_how_each_result_stands_to_the_last_run() -> None:
    assert {control: each["baselineState"] for control, each in results(governed.report()).items()} == {
        "made.regressed": "new",
        "made.new": "new",
        "made.worse": "updated",
        "made.still": "unchanged",
        "made.waived": "updated",
        "made.of_item": "unchanged",
        "golive.unbound": "unchanged",
        "made.beyond": "unchanged",
    }


@pytest.mark.parametrize("history", [None, governed.report()["history"] | {"previous": None}])
def test_without_a_last_run_no_state_is_made_up(history: dict[str, Any] | None) -> None:
    report = governed.report() | {"history": history}
    assert not any("baselineState" in each for each in results(report).values())
    assert {each["activity_name"] for each in events(report).values()} == {"Create"}


def test_a_waiver_is_a_suppression_and_nothing_else_is() -> None:
    found = results(governed.report())
    assert found["made.waived"]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "the store is full until Friday",
            "properties": {
                "owner": "eve",
                "ticket": "OPS-1",
                "expires": "2027-01-31T23:59:59Z",
                "where": "waivers.yml:3",
            },
        }
    ]
    (of_item,) = found["made.of_item"]["suppressions"]
    assert of_item["justification"] == "by eve (OPS-1): nobody minds; it is fail"
    others = [each for name, each in found.items() if name not in ("made.waived", "made.of_item")]
    assert [each["suppressions"] for each in others] == [[]] * len(others)


def test_fingerprints_are_the_same_in_every_run_and_tell_results_apart() -> None:
    first, second = results(governed.report()), results(governed.report() | {"history": None})
    prints = {name: each["partialFingerprints"] for name, each in first.items()}
    assert prints == {name: each["partialFingerprints"] for name, each in second.items()}
    assert len({each["primaryLocationLineHash"] for each in prints.values()}) == len(first)


def test_ocsf_creates_updates_and_closes() -> None:
    found = {name: each["activity_name"] for name, each in events(governed.report()).items()}
    assert found["made.regressed"] == found["made.new"] == "Create"
    assert found["made.worse"] == found["made.still"] == found["made.passes"] == "Update"
    assert found["made.fixed"] == "Close"
    fixed = events(governed.report())["made.fixed"]
    assert (fixed["type_uid"], fixed["status"]) == (200303, "Resolved")


def test_what_an_items_own_waiver_covers_is_waived_for_that_item_in_every_format() -> None:
    report = governed.report()
    row = next(row for row in csv.render(report).splitlines() if "The of_item holds" in row)
    assert ",made.of_item,waived," in row
    (case,) = (
        each for each in ET.fromstring(junit.render(report)).iter("testcase") if "of_item" in each.get("name", "")
    )
    assert [each.tag for each in case] == ["skipped"]
    control = json.loads(hdf.render(report))["profiles"][0]["controls"][7]
    assert [each["status"] for each in control["results"]] == ["skipped"]
    assert control["waiver_data"]["justification"] == "by eve (OPS-1): nobody minds; it is fail"
    assert events(report)["made.of_item"]["status"] == "Suppressed"


def test_hdf_tells_when_a_waiver_ends() -> None:
    control = json.loads(hdf.render(governed.report()))["profiles"][0]["controls"][6]
    assert control["waiver_data"]["expiration_date"] == "2027-01-31T23:59:59Z"


def test_a_result_of_a_passing_item_is_never_waived_by_another() -> None:
    report = sample.build(
        [sample.item("Web", "A", "made.a", on="web"), sample.item("Web", "B", "made.a", on="web")],
        {"web1": [sample.check("made.a", "web1", "fail", message="off")]},
    )
    report["items"][0] |= {"status": "waived", "reason": "by eve"}
    rows = [line.split(",") for line in csv.render(report).splitlines()[1:]]
    assert [row[csv.COLUMNS.index("status")] for row in rows] == ["waived", "fail"]


def test_what_an_item_lives_with_is_no_regression() -> None:
    items = [sample.item("Web", "A", "made.a", on="web")]
    before = sample.build(items, {"web1": [sample.check("made.a", "web1")]})
    after = sample.build(items, {"web1": [sample.check("made.a", "web1", "fail", message="off")]})
    compared = [compare(Side.of_report(before), Side.of_report(after), ()).regressed]
    after["items"][0] |= {"status": "waived", "reason": "by eve"}
    compared.append(compare(Side.of_report(before), Side.of_report(after), ()).regressed)
    assert compared == [True, False]
