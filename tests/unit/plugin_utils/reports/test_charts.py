# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts show what results and history hold; nothing that a target says is obeyed, and nothing empty is drawn."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.reports import charts
from ansible_collections.golive.verify.plugins.plugin_utils.reports.charts import changed, reading
from tests.unit.plugin_utils.reports import chart_sample, sample
from tests.unit.plugin_utils.reports.chart_sample import DAY, STARTED, change
from tests.unit.plugin_utils.reports.test_json import SCHEMA

ALL = ["changes", "trend", "certificates", "dates", "backups", "windows"]
TAGS = {
    *("svg", "g", "rect", "title", "desc", "figure", "figcaption", "details", "summary", "section", "div", "p", "ul"),
    *("li", "b", "span", "table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("class", "viewBox", "preserveAspectRatio", "role", "aria-label", "aria-hidden", "focusable", "scope"),
    *("x", "y", "width", "height"),
}


def drawn(report: dict[str, Any]) -> dict[str, str]:
    return {section["id"]: str(section["markup"]) for section in charts.sections(report)}


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(f"<whole>{markup}</whole>")


def words(markup: str) -> str:
    return " ".join(" ".join(parsed(markup).itertext()).split())


def rows(markup: str) -> list[list[str]]:
    """Each row of the table's body: what its cells say."""
    cells = ([*row] for row in parsed(markup).iterfind(".//tbody/tr"))
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in cells]


def with_results(*results: dict[str, Any]) -> dict[str, Any]:
    return sample.build([], {"web1": list(results)})


def test_every_chart_is_there_in_its_order() -> None:
    told = chart_sample.told()
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    assert list(drawn(told)) == ALL
    assert all(section["title"] for section in charts.sections(told))


@pytest.mark.parametrize("name", ["empty", "go", "unfinished", "narrowed"])
def test_a_chart_without_data_is_not_there(name: str) -> None:
    assert drawn(sample.EVERY[name]()) == {}
    assert charts.timeline(sample.EVERY[name](), "x") == ""


def test_only_known_elements_and_attributes_come_out_whatever_targets_say() -> None:
    told = chart_sample.told()
    hostile = "".join(sample.HOSTILE.values())
    for check in told["checks"]:
        check["target"] = check["host"] = hostile
        if isinstance(check["actual"], dict):
            check["actual"] |= {"subject": hostile, "statement": hostile, f"{hostile} p95": 3, hostile: "9 days"}
        for field in ("reason", "owner"):
            if "waiver" in check:
                check["waiver"][field] = hostile
    history = told["history"]
    for each in (*history["changes"], *history["baseline_changes"]):
        each.update(dict.fromkeys(("control", "target", "subject", "was", "now", "detail"), hostile))
    history["notes"] = [hostile]
    history["baseline"] |= {"person": hostile, "at": hostile}
    for points in history["timelines"].values():
        points[0][1] = hostile
    strips = "".join(str(charts.timeline(told, item["id"])) for item in told["items"])
    markup = "".join(drawn(told).values()) + strips
    assert len(markup) < 100_000
    found = list(parsed(markup).iter())
    assert {node.tag for node in found} - {"whole"} <= TAGS
    assert {name for node in found for name in node.attrib} <= ATTRIBUTES
    classes = {name for node in found for name in node.get("class", "").split()}
    assert all(name.startswith("chart-") for name in classes)
    assert "sneaky" in markup
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u200b\ud800]", markup)


def test_what_changed_is_grouped_by_word_with_what_is_worse_first() -> None:
    shown = words(drawn(chart_sample.told())["changes"])
    assert "Since the last run, of 23 November 2026, which was no-go: 1 regressed, 9 new, 1 value drift" in shown
    assert "pass → fail accepts TLSv1" in shown
    assert "fail since 15 October 2026, 40 days" in shown
    assert "copies 14 → 1" in shown
    assert "3 more changes are in history of report.json." in shown
    assert "Since the baseline, accepted by alice@example.com on 2026-11-15: 1 disappeared" in shown
    assert "pass → not there" in shown
    first = parsed(drawn(chart_sample.told())["changes"]).find(".//p[@class='chart-head']")
    assert first is not None
    assert "".join(first.itertext()) == "✘ Regressed: 1"


def test_all_words_of_drift_have_a_group() -> None:
    known = set(SCHEMA["$defs"]["change"]["properties"]["word"]["enum"])
    assert set(changed.WORDS) == known
    told = chart_sample.told()
    told["history"]["changes"] = [change(word) for word in known]
    shown = words(drawn(told)["changes"])
    assert all(f"{word.replace('_', ' ').capitalize()}: 1" in shown for word in known)


def test_nothing_changed_and_what_could_not_be_compared_are_said() -> None:
    told = chart_sample.told()
    told["history"] |= {"changes": [], "baseline": None, "notes": ["the store is down"]}
    assert words(drawn(told)["changes"]) == (
        "the store is down Since the last run, of 23 November 2026, which was no-go: nothing changed."
    )
    told["history"] |= {"previous": None, "notes": []}
    assert "changes" not in drawn(told)


def test_the_trend_has_a_column_for_each_run_and_the_same_as_a_table() -> None:
    markup = drawn(chart_sample.told())["trend"]
    columns = parsed(markup).findall(".//svg/g")
    assert len(columns) == len(rows(markup)) == 13
    heights = [sum(float(rect.get("height", 0)) for rect in column.iter("rect")) for column in columns]
    assert heights == pytest.approx([100.0] * 13, abs=0.05)
    assert [column.findtext("title") for column in columns][-3] == (
        "22 November 2026: 36 proven, 2 neither, 4 against going live"
    )
    assert rows(markup)[0] == ["24 November 2026", "no-go", "37", "2", "3"]


def test_a_single_run_is_no_trend() -> None:
    told = chart_sample.told()
    told["history"]["runs"] = told["history"]["runs"][-1:]
    assert "trend" not in drawn(told)


def test_a_strip_tells_how_an_item_stood_in_words_too() -> None:
    told = chart_sample.told()
    first, second, *dummy = (charts.timeline(told, item["id"]) for item in told["items"])
    strip = parsed(first)[0]
    assert [node.findtext("title") for node in strip.iter("g")] == [
        "pass 12 November 2026 to 19 November 2026, 8 runs",
        "error 20 November 2026 to 22 November 2026, 3 runs",
        "pass 23 November 2026 to 24 November 2026, 2 runs",
    ]
    assert strip.get("aria-label") == strip.findtext("title")
    assert str(strip.get("aria-label")).startswith("The last 13 runs: pass 23 November 2026 to 24 November 2026; error")
    assert [rect.get("class") for rect in parsed(second).iter("rect")] == ["chart-plain"]
    assert charts.timeline(told, "no such item") == ""


def test_a_certificate_is_there_once_wherever_it_is_seen() -> None:
    found = rows(drawn(chart_sample.told())["certificates"])
    assert [(row[0].split("until")[0], *row[2:]) for row in found] == [
        ("shop.example.com", "✘ 12 days", "≥ 30 days"),
        ("api.example.com", "61.5 days", "≥ 30 days"),
        ("R11", "700 days", "≥ 30 days"),
    ]
    assert "web1 shop.example.com:443" in found[0][0]
    assert "until 6 December 2026" in found[0][0]
    assert "and 1 more place" in found[2][0]


def test_of_a_thousand_certificates_the_nearest_are_shown_and_the_rest_counted() -> None:
    many = [chart_sample.certificate(f"c{days:04}.example.com", float(days)) for days in range(1, 1001)]
    shown = drawn(with_results(*many))
    assert [row[0].split("until")[0] for row in rows(shown["certificates"])] == [
        f"c{days:04}.example.com" for days in range(1, 41)
    ]
    assert "961 more certificates that last longer are in report.json." in words(shown["certificates"])
    assert "961 more dates further away are in report.json." in words(shown["dates"])
    assert len("".join(shown.values())) < 40_000


def test_the_calendar_holds_everything_that_ends() -> None:
    told = chart_sample.told()
    months = parsed(drawn(told)["dates"]).findall(".//section")
    listed = {
        month.findtext("p"): [" ".join("".join(line.itertext()).split()) for line in month.iter("li")]
        for month in months
    }
    assert list(listed) == ["December 2026", "January 2027", "February 2027", "October 2028"]
    assert listed["December 2026"][1:] == [
        "14 December 2026 Waiver until it movesredis.tls on web1 and 1 more place",
        "30 December 2026 Proof of a drill restore.databasedb1",
    ]
    assert listed["February 2027"] == [
        "1 February 2027 Signature Two people at any time.oncall.rotation on (controller)"
    ]
    marked = [node.text for node in months[0].iter("td") if node.get("class") == "chart-due"]
    assert marked == ["6", "14", "30"]
    told["run"]["started"] = STARTED + 30 * DAY
    over = words(drawn(told)["dates"])
    assert over.startswith("✘ Over already 6 December 2026 Certificate shop.example.com")


def test_values_stand_against_their_thresholds_the_worst_first() -> None:
    shown = drawn(chart_sample.told())
    assert rows(shown["backups"]) == [
        ["db1backup.freshness: age_hours", "", "✘ 31.2 h", "≤ 24 h"],
        ["db1backup.point_in_time: lag_minutes", "", "3.5 min", "≤ 15 min"],
        ["db1backup.offsite: age_hours", "", "6 h", "≤ 48 h"],
    ]
    assert [row[2:] for row in rows(shown["windows"])] == [
        ["✘ 640 ms", "≤ 500 ms"],
        ["79 ms", "≤ 2,000 ms"],
        ["0.4 %", ""],
    ]


VALUES: list[tuple[Any, float | None]] = [
    ("80.5 days left", 80.5),
    ("-3 days left", -3.0),
    (12, 12.0),
    (True, None),
    (None, None),
    ("", None),
    ("none", None),
    (float("nan"), None),
    (float("inf"), None),
    (10**400, None),
    ("9" * 400, 999_999_999_999_999.0),
    ([1], None),
]


@pytest.mark.parametrize(("value", "number"), VALUES, ids=[str(index) for index in range(len(VALUES))])
def test_only_numbers_are_numbers_and_none_breaks_the_page(value: Any, number: float | None) -> None:
    made = with_results(chart_sample.check("tls.expiry", "web1", {"a": value}))
    assert [each.value for each in reading.readings(made)] == ([] if number is None else [number])
    assert ("certificates" in drawn(made)) is (number is not None)


@pytest.mark.parametrize("value", ["soon", "9999-12-31", "0001-01-01", "2026-12-06T15:00:01+99:00", 5, None, "2" * 500])
def test_what_is_no_date_is_not_in_the_calendar(value: Any) -> None:
    made = with_results(chart_sample.check("tls.internal", "web1", {"subject": "a", "not_after": value}))
    assert "certificates" not in drawn(made)


def test_every_source_names_a_chart_and_how_it_reads() -> None:
    for source in reading._sources():
        assert source.chart in ("certificates", "backups", "windows", "dates")
        assert source.reads in ("number", "moment")
        assert source.of in SCHEMA["$defs"]["check"]["properties"]
