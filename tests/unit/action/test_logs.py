# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs verifier on what scans of logs answer: right, broken, unreadable and absent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.logs import ActionModule as Logs
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.logs_recordings import CANNOT, CONTAINER, FILE, LOG, SHOP, UNIT, one, scanned, thing
from tests.unit.proving import prove

CONTENT = ("no_sensitive_data", "structured", "quiet")


@pytest.mark.parametrize("control", CONTENT)
@pytest.mark.parametrize(
    ("source", "line"), [({"unit": "shop"}, UNIT), ({"container": "shop"}, CONTAINER), ({"file": LOG}, FILE)]
)
def test_a_healthy_log(control: str, source: dict[str, Any], line: str) -> None:
    verdict = one(control, {"sources": [source]}, {line: scanned()})
    assert (verdict.status, verdict.subject) == (Status.PASS, next(iter(source.values())))


@pytest.mark.parametrize("control", CONTENT)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (scanned(lines=0, levels={}), "0 lines within 24 h"),
        (scanned(lines=19), "too few to judge by (min_lines 20)"),
        (scanned(garbled=200), "200 of 1000 lines are no text"),
        (CannotLook("not_found", "there is no /var/log/shop.log"), "there is no"),
        *((reason, reason.reason) for reason in CANNOT),
    ],
)
def test_what_cannot_be_judged_never_passes(control: str, answer: Any, says: str) -> None:
    verdict = one(control, SHOP, {UNIT: answer})
    assert verdict.status is Status.ERROR
    assert says in verdict.message


@pytest.mark.parametrize("control", CONTENT)
def test_without_a_source_nothing_is_asked(control: str) -> None:
    for options in ({}, {"sources": [{}]}, {"sources": [{"unit": "shop", "file": LOG}]}):
        with pytest.raises(NotAsked):
            one(control, options, {})


@pytest.mark.parametrize("control", ["no_sensitive_data", "quiet"])
def test_what_was_left_out_is_not_proven(control: str) -> None:
    verdict = one(control, SHOP, {UNIT: scanned(complete=False)})
    assert (verdict.status, "raise max_scan_megabytes" in verdict.message) == (Status.ERROR, True)


def test_one_log_that_cannot_be_read_does_not_hide_another() -> None:
    options = {"sources": [{"unit": "shop"}, {"file": LOG}]}
    answers = {UNIT: CannotLook("denied", "x"), FILE: scanned(findings=thing("card number", 1, f"{LOG}:7"))}
    verdicts = prove(Logs, "logs.no_sensitive_data", options, answers)
    assert [(each.subject, each.status) for each in verdicts] == [("shop", Status.ERROR), (LOG, Status.FAIL)]


@pytest.mark.parametrize("more", [{}, {"lines": 3}, {"complete": False}], ids=["whole", "few lines", "cut"])
def test_a_finding_fails_wherever_it_is(more: dict[str, Any]) -> None:
    found = scanned(findings=thing("card number", 5, f"{LOG}:7", f"{LOG}:9"), **more)
    verdict = one("no_sensitive_data", SHOP, {UNIT: found})
    assert verdict.status is Status.FAIL
    assert verdict.message == f"card number in 5 lines ({LOG}:7, {LOG}:9, …)"


def test_as_many_findings_as_were_allowed() -> None:
    found = scanned(findings=thing("e-mail address", 2, "a:1", "a:2"))
    assert one("no_sensitive_data", {**SHOP, "max_findings": 2}, {UNIT: found}).status is Status.PASS
    assert one("no_sensitive_data", {**SHOP, "max_findings": 1}, {UNIT: found}).status is Status.FAIL


def test_text_of_a_target_is_made_harmless() -> None:
    found = scanned(findings=thing("card number", 1, "/var/log/\x1b[31m\u202e.log:1"))
    verdict = one("no_sensitive_data", SHOP, {UNIT: found})
    assert "\x1b" not in verdict.message + str(verdict.actual)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"structured": 989, "unstructured": thing("json", 11, "a:1")}, "98.9 % of the lines are structured entries"),
        ({"structured": 0, "unstructured": thing("level", 1000, "a:1")}, "without level: 1000 lines (a:1, …)"),
        ({"levels": {"info": 989, "debug": 11}}, "1.1 % of the lines are of level debug"),
        ({"lacking": thing("request_id", 1, "a:1")}, "entries of errors without request_id: 1 line (a:1)"),
    ],
)
def test_a_log_that_is_not_structured(more: dict[str, Any], says: str) -> None:
    verdict = one("structured", SHOP, {UNIT: scanned(**more)})
    assert verdict.status is Status.FAIL
    assert says in verdict.message


def test_a_little_prose_and_debugging_is_tolerated_and_a_part_suffices() -> None:
    log = scanned(structured=990, levels={"info": 990, "debug": 10}, complete=False)
    assert one("structured", SHOP, {UNIT: log}).status is Status.PASS


def test_every_warning_must_be_known() -> None:
    loud = scanned(levels={"info": 700, "error": 300}, unexplained=thing("error", 300, "a:1"), complete=False)
    verdict = one("quiet", SHOP, {UNIT: loud})
    assert (verdict.status, verdict.message) == (Status.FAIL, "unexplained, of level error: 300 lines (a:1, …)")
    assert (
        one("quiet", {**SHOP, "max_unexplained_lines": 300}, {UNIT: {**loud, "complete": True}}).status is Status.PASS
    )
    known = scanned(levels={"info": 900, "warn": 100}, explained=100)
    assert one("quiet", SHOP, {UNIT: known}).status is Status.PASS


def test_a_log_without_levels_is_not_quiet() -> None:
    verdict = one("quiet", SHOP, {UNIT: scanned(levels={"none": 1000})})
    assert (verdict.status, "states a level" in verdict.message) == (Status.ERROR, True)


def test_an_unknown_kind_is_not_silently_ignored() -> None:
    with pytest.raises(NotAsked, match="no kind emails"):
        one("no_sensitive_data", {**SHOP, "ignore": ["emails"]}, {})


def test_what_a_hostile_host_answers_is_malformed() -> None:
    for answer in ({}, {**scanned(), "lines": "many"}, {**scanned(), "findings": [{"name": "x"}]}):
        assert one("no_sensitive_data", SHOP, {UNIT: answer}).status is Status.ERROR
    absurd = scanned(oldest=1e300)
    assert one("no_sensitive_data", SHOP, {UNIT: absurd}).status is Status.ERROR
