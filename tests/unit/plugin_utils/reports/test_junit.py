# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JUnit report: valid in the dialect that every reader accepts, and read back with the right counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import junitparser
import pytest
from lxml import etree

from ansible_collections.golive.verify.plugins.plugin_utils.reports import junit
from tests.unit.plugin_utils.reports import sample

DIALECT = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("junit.xsd"))))
OUTCOMES = {
    "pass": "passed",
    "attested": "passed",
    "fail": "Failure",
    "missed": "Failure",
    "expired": "Failure",
    "error": "Error",
    "unbound": "Error",
    "waived": "Skipped",
    "not_applicable": "Skipped",
    "not_due": "Skipped",
    "not_selected": "Skipped",
}


def expected(report: dict[str, Any]) -> Counter[str]:
    """A case for every result, for every item that none of its results speaks for, and for the decision."""
    counted = Counter({OUTCOMES["pass" if report["gate"]["decision"] == "go" else "fail"]: 1})
    used = set()
    for item in report["items"]:
        used |= set(item["checks"])
        statuses = {report["checks"][index]["status"] for index in item["checks"]}
        counted.update(OUTCOMES[report["checks"][index]["status"]] for index in item["checks"])
        counted.update([OUTCOMES[item["status"]]] if item["status"] not in statuses else [])
    counted.update(OUTCOMES[check["status"]] for index, check in enumerate(report["checks"]) if index not in used)
    return counted


@pytest.mark.parametrize("name", sample.EVERY)
def test_every_report_is_valid_and_reads_back_with_the_same_counts(name: str) -> None:
    report = sample.EVERY[name]()
    text = junit.render(report)
    DIALECT.assertValid(etree.fromstring(text.encode("utf-8")))
    suites = list(junitparser.JUnitXml.fromstring(text.encode("utf-8")))
    read: Counter[str] = Counter()
    for suite in suites:
        outcomes = [type(case.result[0]).__name__ if case.result else "passed" for case in suite]
        stated = {"Failure": suite.failures, "Error": suite.errors, "Skipped": suite.skipped}
        assert {kind: outcomes.count(kind) for kind in stated} == stated
        assert suite.tests == len(outcomes)
        read.update(outcomes)
    assert read == expected(report)


def test_names_say_line_control_host_target_and_where_it_was_seen_from() -> None:
    (suite, *dummy) = junitparser.JUnitXml.fromstring(junit.render(sample.realistic()).encode())
    (case,) = [case for case in suite if "tls.expiry web1" in case.name]
    assert case.name == (
        "line 7 Certificates do not expire within 30 days [tls.expiry web1 shop.example.com:443 controller #1]"
    )
    assert case.classname == "TLS"
    assert case.result[0].type == "critical"
    assert case.result[0].message.startswith("fail: the certificate ends in 12 days")
    assert "actual: 12 days left" in case.result[0].text


def test_values_are_bounded_and_what_xml_cannot_hold_is_replaced() -> None:
    text = junit.render(sample.hostile())
    cases = etree.fromstring(text.encode("utf-8")).findall("testsuite/testcase/failure")
    assert max(len(case.text or "") for case in cases[:-1]) < 20_000
    assert "more characters are in report.json" in text
    assert "\x1b" not in text
    assert "\ufffd[31msneaky" in text
