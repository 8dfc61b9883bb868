# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats for machines: valid by their own schemas and readers, and never greener than the report."""

from __future__ import annotations

import csv as csv_library
import io
import json
import re
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.golive.verify.plugins.plugin_utils.entries import GOOD, QUIET, entries
from ansible_collections.golive.verify.plugins.plugin_utils.reports import csv, hdf, ocsf, prometheus, sarif
from tests import readers
from tests.unit.plugin_utils.reports import sample, validators

every = pytest.mark.parametrize("name", sample.EVERY)


@every
def test_sarif_is_valid_and_has_all_that_does_not_pass(name: str) -> None:
    report = sample.EVERY[name]()
    log = json.loads(sarif.render(report))
    validators.schema("sarif").validate(log)
    (run,) = log["runs"]
    against = [entry for entry in entries(report) if entry.status not in (*GOOD, *QUIET)]
    assert [result["properties"]["status"] for result in run["results"]] == [entry.status for entry in against]
    assert all(result["kind"] == "fail" and result["level"] != "none" for result in run["results"])
    for result in run["results"]:
        assert bool(result["suppressions"]) == (result["properties"]["status"] == "waived")
    assert len({rule["id"] for rule in run["tool"]["driver"]["rules"]}) == len(run["tool"]["driver"]["rules"])


def test_sarif_points_at_the_line_of_the_checklist() -> None:
    (run,) = json.loads(sarif.render(sample.realistic()))["runs"]
    found = next(result for result in run["results"] if result["ruleId"] == "tls.expiry")
    place = found["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 7}
    assert re.fullmatch(r"[\w./%-]+\.md", place["artifactLocation"]["uri"])


def heimdall(control: dict[str, Any]) -> str:
    """The status that Heimdall and the SAF tools show, by the rules of inspecjs."""
    statuses = {result["status"] for result in control["results"]}
    if "error" in statuses:
        return "Profile Error"
    if control.get("waiver_data", {}).get("skipped_due_to_waiver") or control["impact"] == 0:
        return "Not Applicable"
    shown = {"failed": "Failed", "passed": "Passed", "skipped": "Not Reviewed"}
    return next(word for status, word in shown.items() if status in statuses)


@every
def test_hdf_is_valid_and_as_red_as_the_report(name: str) -> None:
    report = sample.EVERY[name]()
    read = json.loads(hdf.render(report))
    validators.schema("hdf").validate(read)
    controls = {control["id"]: control for control in read["profiles"][0]["controls"]}
    for item in report["items"]:
        shown = heimdall(controls[item["id"]]) if item["status"] != "info" else ""
        assert (shown == "Passed") == (item["status"] in GOOD), item
        assert (shown == "Not Applicable") == (item["status"] in ("waived", "not_applicable")), item


@readers.needs("inspecjs")
@every
def test_heimdall_itself_shows_what_these_rules_say(name: str) -> None:
    text = hdf.render(sample.EVERY[name]())
    shown = readers.heimdall(text)
    assert shown == [[control["id"], heimdall(control)] for control in json.loads(text)["profiles"][0]["controls"]]


def test_hdf_does_not_show_an_item_as_passed_that_is_half_waived() -> None:
    passing, waived = sample.check("made.a", "web1"), sample.check("made.a", "web2", "waived", message="by eve")
    item = sample.item("Web", "Both", "made.a", on="web")
    report = sample.build([item], {"web1": [passing], "web2": [waived]})
    assert report["items"][0]["status"] == "waived"
    assert heimdall(json.loads(hdf.render(report))["profiles"][0]["controls"][0]) == "Not Applicable"


@every
def test_ocsf_events_are_valid_and_tell_apart_what_failed_and_what_is_unknown(name: str) -> None:
    report = sample.EVERY[name]()
    events = [json.loads(line) for line in ocsf.render(report).splitlines()]
    for event in events[:50]:
        validators.schema("ocsf").validate(event)
    counted = [entry for entry in entries(report) if entry.status not in QUIET]
    assert [event["unmapped"]["status"] for event in events] == [entry.status for entry in counted]
    for event in events:
        status, state = event["unmapped"]["status"], event["compliance"]["status"]
        assert (state == "Pass") == (status in GOOD)
        assert (state == "Warning") == (status in ("error", "unbound"))


@every
def test_prometheus_reads_the_numbers(name: str) -> None:
    report = sample.EVERY[name]()
    samples = [each for family in text_string_to_metric_families(prometheus.render(report)) for each in family.samples]
    by_name: dict[str, list[Any]] = {}
    for each in samples:
        by_name.setdefault(each.name, []).append(each)
    (go,) = by_name["golive_go"]
    assert go.value == (report["gate"]["decision"] == "go")
    assert go.labels == {"environment": report["run"]["environment"]}
    assert sum(each.value for each in by_name.get("golive_items", [])) == len(report["items"])
    assert sum(each.value for each in by_name.get("golive_results", [])) == len(report["checks"])
    proven = {each.labels["item"] for each in by_name.get("golive_item_proven", []) if each.value}
    assert proven == {item["id"] for item in report["items"] if item["status"] in GOOD}


@pytest.mark.skipif(not validators.PROMTOOL, reason="promtool is not installed (Debian's package prometheus)")
@every
def test_promtool_finds_nothing_to_say_of_the_metrics(name: str) -> None:
    done = validators.promtool(prometheus.render(sample.EVERY[name]()))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@every
def test_csv_reads_back_and_begins_no_formula(name: str) -> None:
    report = sample.EVERY[name]()
    rows = list(csv_library.DictReader(io.StringIO(csv.render(report), newline="")))
    assert [row["status"] for row in rows] == [entry.status for entry in entries(report)]
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "\x1b" not in csv.render(report)


def test_an_item_that_lacks_a_result_is_said_to_be_so_beside_those_that_pass() -> None:
    """Everywhere: its results alone would all be green."""
    passing = sample.check("redis.tls", "cache1")
    item = sample.item("Cache", "Redis is encrypted", "redis.tls", on="cache")
    report = sample.build([item], {"cache1": [passing]}, {"cache2": {"unreachable": "no route"}})
    report["items"][0] |= {"status": "error", "reason": "redis.tls on cache2: no route"}
    assert [entry.status for entry in entries(report)] == ["pass", "error"]
    assert json.loads(hdf.render(report))["profiles"][0]["controls"][0]["results"][1]["status"] == "error"
    assert len(json.loads(sarif.render(report))["runs"][0]["results"]) == 1


def test_what_is_beyond_the_checklist_is_in_every_format() -> None:
    """http.security_headers of the sample is bound to no item, and fails on web2."""
    told = {module.FILE: module.render(sample.realistic()) for module in (csv, hdf, ocsf, sarif)}
    assert [name for name, text in told.items() if "Referrer-Policy is missing" not in text] == []
    beyond = json.loads(told[hdf.FILE])["profiles"][0]["controls"][-1]
    assert [result["status"] for result in beyond["results"]] == ["passed", "failed"]


def test_what_keeps_a_run_itself_from_going_live_is_told_where_there_is_no_result() -> None:
    (run,) = json.loads(sarif.render(sample.empty()))["runs"]
    told = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert run["results"] == []
    assert "no hosts matched: nothing was looked at" in told
