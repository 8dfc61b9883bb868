# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JUnit XML, in the dialect that every reader accepts: one suite per section, a case per item and result.

Fields that only some schemas know are left out: <testsuites> has no attributes, times have three decimals. GitLab takes
classname and name as a case's key and drops repeated ones, so the host is part of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.entries import Entry, stands_alone

FILE = "report.xml"
BEYOND = "Beyond the checklist"

# XML 1.0 §2.2: these cannot stand in a document, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OUTCOMES = {"fail": "failure", "missed": "failure", "expired": "failure", "error": "error", "unbound": "error"}
_GOOD = ("pass", "attested")


def render(report: Mapping[str, Any]) -> str:
    """One <testsuites> document."""
    root = ET.Element("testsuites")
    sections: dict[str, list[Mapping[str, Any]]] = {}
    for item in report["items"]:
        sections.setdefault(summary.one_line(item["section"]) or "Checklist", []).append(item)
    for number, (section, items) in enumerate(sections.items()):
        root.append(_suite(number, section, items, report))
    root.extend(_beyond(len(sections), report))
    root.append(_gate(len(root), report))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _gate(number: int, report: Mapping[str, Any]) -> ET.Element:
    """The decision as a case of its own, so that a run without items does not look like a good one."""
    gate = report["gate"]
    status = "pass" if gate["decision"] == "go" else "fail"
    case = _case("gate", "go-live decision", status, "critical", "\n".join(map(summary.cut, gate["reasons"])), 0)
    return _suite_of(number, "Gate", [case], report)


def _suite(number: int, section: str, items: list[Mapping[str, Any]], report: Mapping[str, Any]) -> ET.Element:
    cases = []
    for item in items:
        name = summary.one_line(f"line {item['line']} {item['text']}")
        if stands_alone(item, report):
            cases.append(_case(section, name, item["status"], "high", summary.cut(item["reason"]), 0))
        for index in item["checks"]:
            cases.append(_result(section, name, index, report, item))
    return _suite_of(number, section, cases, report)


def _beyond(number: int, report: Mapping[str, Any]) -> Iterator[ET.Element]:
    """What no item asked for: it does not decide, and is no less seen."""
    used = {index for item in report["items"] for index in item["checks"]}
    rest = [index for index in range(len(report["checks"])) if index not in used]
    if rest:
        cases = [_result(BEYOND, "beyond the checklist", index, report) for index in rest]
        yield _suite_of(number, BEYOND, cases, report)


def _result(
    section: str, name: str, index: int, report: Mapping[str, Any], item: Mapping[str, Any] | None = None
) -> ET.Element:
    check = report["checks"][index]
    entry = Entry(item, check)
    place = summary.one_line(summary.where(check))
    label = f"{name} [{check['control']} {place} {check['vantage']} #{index}]"
    return _case(section, label, entry.status, entry.severity, _why(entry.message, check), check["duration_ms"])


def _suite_of(number: int, name: str, cases: list[ET.Element], report: Mapping[str, Any]) -> ET.Element:
    def count(tag: str) -> str:
        return str(sum(case.find(tag) is not None for case in cases))

    suite = ET.Element(
        "testsuite",
        id=str(number),
        package="golive.verify",
        name=_text(name),
        hostname=_text(report["run"]["environment"]),
        timestamp=datetime.fromtimestamp(report["run"]["started"], UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        tests=str(len(cases)),
        failures=count("failure"),
        errors=count("error"),
        skipped=count("skipped"),
        time=f"{sum(float(case.get('time', 0)) for case in cases):.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    for key in ("id", "checklist", "checklist_sha256"):
        ET.SubElement(properties, "property", name=f"run.{key}", value=_text(str(report["run"][key])))
    suite.extend(cases)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    return suite


def _case(classname: str, name: str, status: str, severity: str, why: str, milliseconds: int) -> ET.Element:
    case = ET.Element("testcase", classname=_text(classname), name=_text(name), time=f"{milliseconds / 1000:.3f}")
    if status in _OUTCOMES:
        kind = severity if _OUTCOMES[status] == "failure" else status
        outcome = ET.SubElement(case, _OUTCOMES[status], type=kind, message=_text(_first(status, why)))
        outcome.text = _text(why)
    elif status not in _GOOD:
        ET.SubElement(case, "skipped", message=_text(_first(status, why)))
    return case


def _first(status: str, why: str) -> str:
    return f"{status}: {why.partition(chr(10))[0][:500]}"


def _why(message: str, check: Mapping[str, Any]) -> str:
    said = {"expected: ": check["expected"], "actual: ": summary.plain(check["actual"]), "": check["remediation"]}
    lines = [message, *(label + text for label, text in said.items() if text)]
    return "\n".join(summary.cut(line) for line in lines)


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
