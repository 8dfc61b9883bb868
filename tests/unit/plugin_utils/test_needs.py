# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item needs, in one table: every kind of item and binding, and what each comes to by what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing
from tests.unit.plugin_utils.governed import Run, findings

NO_REDIS = "components:\n  redis: {used: false, reason: sessions are in the database, by: Ada}\n"
NO_KUBERNETES = "components:\n  kubernetes: {used: false, reason: one machine is enough, by: Ada}\n"
NEITHER = NO_KUBERNETES + "  docker: {used: false, reason: it runs bare, by: Bob}\n"
# Two that nobody but people and services of others can prove, so that no verifier comes to.
ONE_OF = "- [ ] In a store <!-- golive: shopify.app_published|mobile.store -->"
NO_PHONES = "components:\n  mobile_app: {used: false, reason: it is for desks, by: Ada}\n"
NO_STORE = NO_PHONES + "  shopify: {used: false, reason: it is sold elsewhere, by: Bob}\n"
SEEN_ONE_OF = "- [ ] Copies <!-- golive: redis.persistence|backup.freshness -->"
WAIVER = "waivers:\n  - {item: Health, reason: known, owner: eve, ticket: T-1, expires: 2026-11-30"


@dataclass(frozen=True)
class Case:
    """An item, what is there, and what it comes to. answers: by host. attests: by control. says: part of the reason."""

    item: str
    status: str
    says: str = ""
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    attests: Mapping[str, str] = field(default_factory=dict)
    signed: tuple[str, str] | None = None
    components: str = ""
    waivers: str = ""
    severity: str = ""


HEALTH = "- [ ] Health <!-- golive: http.health -->"
ON_WEB = "- [ ] Health <!-- golive: http.health on=web -->"
PENTEST = "- [ ] Health <!-- golive: scan.independent -->"
HUMAN = "- [ ] Health <!-- golive: human -->"
PASS = {"a": {"http.health": "pass"}}
FAIL = {"a": {"http.health": "fail"}}
ERROR = {"a": {"http.health": "error"}}
SIGNED = ("attested", "eve as tester, until 2027")

CASES = {
    # What is bound to nothing, and what needs nothing.
    "unbound": Case("- [ ] Health", "unbound", "no control is bound to it"),
    "unbound and ticked": Case("- [x] Health", "unbound"),
    "unbound and signed": Case("- [ ] Health", "attested", "eve as tester", signed=SIGNED),
    "unbound and the signature is void": Case("- [ ] Health", "fail", "changed", signed=("fail", "the text changed")),
    "unbound and the signature is over": Case("- [ ] Health", "expired", signed=("expired", "it expired")),
    "unbound and the signature cannot be verified": Case("- [ ] Health", "error", signed=("error", "no ssh-keygen")),
    "information": Case("- [ ] Health <!-- golive: info -->", "info", "nothing to check"),
    "information, signed": Case("- [ ] Health <!-- golive: info -->", "info", signed=SIGNED),
    # What only people know.
    "human": Case(HUMAN, "error", "nobody who knows has signed"),
    "human, ticked": Case(HUMAN.replace("[ ]", "[x]"), "error"),
    "human, signed": Case(HUMAN, "attested", signed=SIGNED),
    "human, signature over": Case(HUMAN, "expired", signed=("expired", "it expired")),
    "human and a control, only seen": Case("- [ ] Health <!-- golive: human http.health -->", "error", answers=PASS),
    "human and a control, only signed": Case("- [ ] Health <!-- golive: human http.health -->", "error", signed=SIGNED),
    "human and a control, both": Case(
        "- [ ] Health <!-- golive: human http.health -->", "attested", answers=PASS, signed=SIGNED
    ),
    "human and a control that fails, signed": Case(
        "- [ ] Health <!-- golive: human http.health -->", "fail", "http.health fail", answers=FAIL, signed=SIGNED
    ),
    # Signatures are never outweighing what was seen.
    "signed, but it fails": Case(HEALTH, "fail", answers=FAIL, signed=SIGNED),
    "signed, but it could not be seen": Case(HEALTH, "error", answers=ERROR, signed=SIGNED),
    "signed, but nobody looked": Case(HEALTH, "error", "no check of the inventory proves it", signed=SIGNED),
    "passes; a signature adds nothing": Case(HEALTH, "pass", answers=PASS, signed=SIGNED),
    "the control is attested, but it fails": Case(
        HEALTH, "fail", answers=FAIL, attests={"http.health": "attested"}
    ),
    "the control is attested, and nothing else is known": Case(
        HEALTH, "attested", attests={"http.health": "attested"}
    ),
    "the control is attested, but each host is to prove it": Case(
        ON_WEB, "error", "http.health on a: no check proves it there", attests={"http.health": "attested"}
    ),
    # What no verifier proves yet.
    "no verifier": Case(PENTEST, "error", "no verifier yet proves it, and nobody has signed", severity="high"),
    "no verifier, ticked": Case(PENTEST.replace("[ ]", "[x]"), "error", "no verifier yet"),
    "no verifier, item attested": Case(PENTEST, "attested", "eve", signed=SIGNED),
    "no verifier, control attested": Case(PENTEST, "attested", attests={"scan.independent": "attested"}),
    "no verifier, item's signature over": Case(PENTEST, "expired", signed=("expired", "it expired")),
    "no verifier, control's signature void": Case(PENTEST, "fail", attests={"scan.independent": "fail"}),
    "no verifier, control's signature void, item's good": Case(
        PENTEST, "fail", attests={"scan.independent": "fail"}, signed=SIGNED
    ),
    "no verifier, on a group": Case(
        PENTEST.replace(" -->", " on=web -->"), "attested", attests={"scan.independent": "attested"}
    ),
    "one control without a verifier, signed, beside one that fails": Case(
        "- [ ] Health <!-- golive: http.health scan.independent -->", "fail", answers=FAIL, signed=SIGNED
    ),
    "one control without a verifier, signed, beside one that passes": Case(
        "- [ ] Health <!-- golive: http.health scan.independent -->", "attested", answers=PASS, signed=SIGNED
    ),
    # What hosts say.
    "passes": Case(HEALTH, "pass", answers=PASS, severity="critical"),
    "fails": Case(HEALTH, "fail", "a: http.health fail", answers=FAIL, severity="critical"),
    "errs": Case(HEALTH, "error", "a: http.health error", answers=ERROR),
    "one passes and one fails": Case(
        HEALTH, "fail", "b: http.health fail", answers={**PASS, "b": {"http.health": "fail"}}
    ),
    "one fails and one errs": Case(HEALTH, "fail", answers={**ERROR, "b": {"http.health": "fail"}}),
    "nobody proves it": Case(HEALTH, "error", "no check of the inventory proves it", severity="critical"),
    "not applicable, says the inventory": Case(
        HEALTH, "not_applicable", "http.health not_applicable", answers={"a": {"http.health": "not_applicable"}}
    ),
    "each host of a group": Case(ON_WEB, "pass", answers={**PASS, "b": {"http.health": "pass"}}),
    "one host of a group is silent": Case(ON_WEB, "error", "http.health on b", answers=PASS),
    "another host does not count for the group": Case(
        ON_WEB, "error", "on b", answers={**PASS, "c": {"http.health": "pass"}}
    ),
    "one of two controls is missing": Case(
        "- [ ] Health <!-- golive: http.health redis.persistence -->", "error", "redis.persistence: no check",
        answers=PASS, severity="high",
    ),
    "how bad it is says what does not hold": Case(
        "- [ ] Health <!-- golive: http.health redis.caching -->", "fail",
        answers={"a": {"http.health": "pass", "redis.caching": "fail"}}, severity="medium",
    ),
    "a missing result is as bad as its control": Case(
        "- [ ] Health <!-- golive: http.health redis.caching -->", "error",
        answers={"a": {"redis.caching": "error"}}, severity="critical",
    ),
    # Any of several.
    "any of: none": Case(ONE_OF, "error", "shopify.app_published: no verifier yet"),
    "any of: the second": Case(ONE_OF, "attested", attests={"mobile.store": "attested"}),
    "any of: the item is signed": Case(ONE_OF, "attested", signed=SIGNED),
    "any of: one passes, one fails": Case(
        SEEN_ONE_OF, "pass", answers={"a": {"redis.persistence": "fail", "backup.freshness": "pass"}}
    ),
    "any of: one fails, nobody looked at the other": Case(
        SEEN_ONE_OF, "fail", "redis.persistence fail", answers={"a": {"redis.persistence": "fail"}}
    ),
    "any of: one errs, one fails": Case(
        SEEN_ONE_OF, "error", answers={"a": {"redis.persistence": "error", "backup.freshness": "fail"}}
    ),
    "any of: nobody looked": Case(SEEN_ONE_OF, "error", "no check of the inventory proves it"),
    "any of: the one that is there counts": Case(
        SEEN_ONE_OF, "fail", "redis.persistence fail", components="components:\n  redis: true\n",
        answers={"a": {"redis.persistence": "fail", "backup.freshness": "pass"}},
    ),
    "any of: one is not there": Case(
        ONE_OF, "attested", components=NO_PHONES, attests={"shopify.app_published": "attested"}
    ),
    "any of: one is not there, the other is unproven": Case(
        ONE_OF, "error", "shopify.app_published", components=NO_PHONES
    ),
    "any of: one is there, but only the other is signed": Case(
        ONE_OF, "error", "mobile.store", components="components:\n  mobile_app: true\n",
        attests={"shopify.app_published": "attested"},
    ),
    "any of: none is there": Case(
        ONE_OF, "not_applicable", "it is sold elsewhere (declared by Bob)", components=NO_STORE
    ),
    "any of: a signature is not weighed against what was seen": Case(
        "- [ ] Health <!-- golive: redis.persistence|scan.independent -->", "fail",
        answers={"a": {"redis.persistence": "fail"}}, signed=SIGNED,
    ),
    # Components.
    "of a component that is not there": Case(
        "- [ ] Cache <!-- golive: redis.persistence -->", "not_applicable",
        "sessions are in the database (declared by Ada)", components=NO_REDIS,
    ),
    "of a component that is there": Case(
        "- [ ] Cache <!-- golive: redis.persistence -->", "error", components="components:\n  redis: true\n"
    ),
    "beside a component that is not there": Case(
        "- [ ] Cache <!-- golive: http.health redis.persistence -->", "fail", components=NO_REDIS, answers=FAIL
    ),
    "beside a component that is not there, proven": Case(
        "- [ ] Cache <!-- golive: http.health redis.persistence -->", "not_applicable", components=NO_REDIS,
        answers=PASS,
    ),
    "condition that does not hold": Case(
        "- [ ] Sessions are shared (if using Redis) <!-- golive: http.health -->", "not_applicable",
        "declared by Ada", components=NO_REDIS, answers=FAIL,
    ),
    "condition that holds": Case(
        "- [ ] Sessions are shared (if using Redis) <!-- golive: http.health -->", "fail",
        components="components:\n  redis: true\n", answers=FAIL,
    ),
    "condition that nobody decided": Case(
        "- [ ] Sessions are shared (if using Redis) <!-- golive: http.health -->", "fail", answers=FAIL
    ),
    "condition on another component": Case(
        "- [ ] Pods restart (if using Kubernetes) <!-- golive: http.health -->", "fail",
        components=NO_REDIS, answers=FAIL,
    ),
    "condition of one or the other, one is there": Case(
        "- [ ] Sessions (if using Redis or Kubernetes) <!-- golive: http.health -->", "fail",
        components=NO_KUBERNETES + "  redis: true\n", answers=FAIL,
    ),
    "condition of one or the other, only one is decided": Case(
        "- [ ] Sessions (if using Redis or Kubernetes) <!-- golive: http.health -->", "fail",
        components=NO_KUBERNETES, answers=FAIL,
    ),
    "condition of one or the other, none is there": Case(
        "- [ ] Sessions (if using Docker or Kubernetes) <!-- golive: http.health -->", "not_applicable",
        components=NEITHER, answers=FAIL,
    ),
    "unbound with a condition that does not hold": Case(
        "- [ ] Pods restart (if using Kubernetes)", "not_applicable", "one machine is enough", components=NO_KUBERNETES
    ),
    "optional, of what is not there": Case(
        "- [ ] Redis Sentinel (optional)", "not_applicable", "sessions", components=NO_REDIS
    ),
    "optional, and nobody decided": Case("- [ ] Redis Sentinel (optional)", "unbound"),
    "optional, of what is there": Case(
        "- [ ] Redis Sentinel (optional)", "unbound", components="components:\n  redis: true\n"
    ),
    "vague condition": Case(
        "- [ ] Redis Sentinel (if needed)", "not_applicable", "sessions", components=NO_REDIS
    ),
    "named, but without a condition": Case("- [ ] Redis Sentinel", "unbound", components=NO_REDIS),
    "the item itself does not apply": Case(
        "- [ ] Cookie policy (if applicable)", "not_applicable", "the shop sets none (declared by Eve)",
        components="items:\n  - {item: cookie  policy (if applicable), reason: the shop sets none, by: Eve}\n",
    ),
    # Documents.
    "a document that nobody examined": Case(
        "- [ ] Health <!-- golive: document=docs/runbook.md -->", "error", "docs/runbook.md was not examined"
    ),
    "a document, signed": Case(
        "- [ ] Health <!-- golive: document=docs/runbook.md -->", "error", "was not examined", signed=SIGNED
    ),
    # Waivers.
    "waived": Case(HEALTH, "waived", "waived until 2026-12-01T00:00:00Z by eve (T-1): known; it is fail",
                   answers=FAIL, waivers=f"{WAIVER}}}\n"),
    "an error is not waived": Case(HEALTH, "error", answers=ERROR, waivers=f"{WAIVER}}}\n"),
    "an error is waived by its name": Case(
        HEALTH, "waived", "it is error", answers=ERROR, waivers=f"{WAIVER}, covers: [fail, error]}}\n"
    ),
    "what nobody looked at is not waived": Case(HEALTH, "error", waivers=f"{WAIVER}}}\n"),
    "what nobody looked at is waived by its name": Case(
        HEALTH, "waived", "by eve (T-1): known; it is error: http.health: no check",
        waivers=f"{WAIVER}, covers: [error]}}\n",
    ),
    "an empty group is waived by its name": Case(
        "- [ ] Health <!-- golive: http.health on=none -->", "waived", "the group none has no hosts",
        waivers=f"{WAIVER}, covers: [error]}}\n",
    ),
    "no verifier, waived by its name": Case(PENTEST, "waived", "no verifier yet",
                                            waivers=f"{WAIVER}, covers: [error]}}\n"),
    "no verifier is not waived else": Case(PENTEST, "error", waivers=f"{WAIVER}}}\n"),
    "nobody signed, waived by its name": Case(HUMAN, "waived", "nobody", waivers=f"{WAIVER}, covers: [error]}}\n"),
    "an expired signature is waived by its name": Case(
        HUMAN, "waived", "it is expired", signed=("expired", "it expired"), waivers=f"{WAIVER}, covers: [expired]}}\n"
    ),
    "a void signature is a failure, and can be waived": Case(
        HUMAN, "waived", "it is fail", signed=("fail", "the text changed"), waivers=f"{WAIVER}}}\n"
    ),
    "unbound is never waived": Case(
        "- [ ] Health", "unbound", waivers=f"{WAIVER}, covers: [fail, error, missed, expired]}}\n"
    ),
    "one control waived, the other fails": Case(
        "- [ ] Health <!-- golive: http.health redis.caching -->", "fail", "redis.caching fail",
        answers={"a": {"http.health": "fail", "redis.caching": "fail"}},
        waivers=f"{WAIVER.replace('item: Health', 'control: http.health, target: web')}}}\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_how_an_item_stands(tmp_path: Path, name: str) -> None:
    case, run = CASES[name], Run(tmp_path)
    for host in run.targets:
        run.answers(host, case.answers.get(host, {}))
    for control, status in case.attests.items():
        run.attests(control, status)
    for file, text in (("components.yml", case.components), ("waivers.yml", case.waivers)):
        if text:
            run.write(file, text)
    if case.signed:
        text = case.item.partition("] ")[2].partition(" <!--")[0]
        run.signed = {text: case.signed}
    decision = run.decide(case.item)
    (verdict,) = decision.items
    assert (verdict.status, case.says in verdict.reason) == (case.status, True), verdict.reason
    if case.severity:
        assert verdict.severity == case.severity
    assert verdict.status == "pass" or verdict.reason
    assert decision.word == ("go" if verdict.status in OPEN and case.answers else "no_go"), decision.reasons


OPEN = ("pass", "attested", "not_applicable", "waived", "info", "not_due")


def test_a_sign_off_is_one_by_role(tmp_path: Path) -> None:
    run = Run(tmp_path)
    lines = ("## Sign-off", "", "- [ ] Security Officer: ____")
    verdict = run.verdict(*lines)
    assert (verdict.status, verdict.reason) == (
        "error",
        "only a person can state it, and nobody as Security Officer has signed that it holds",
    )
    run.signed = {"Security Officer: ____": SIGNED}
    assert run.verdict(*lines).status == "attested"


def test_a_sign_off_may_be_bound_to_its_control_as_well(tmp_path: Path) -> None:
    run = Run(tmp_path)
    lines = ("## Sign-off", "", "- [ ] Security Officer: ____ <!-- golive: signoff.security -->")
    assert run.verdict(*lines).status == "error"
    run.attests("signoff.security")
    assert run.verdict(*lines).status == "attested"


def test_what_is_seen_of_an_absent_component_blocks(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("components.yml", NO_REDIS)
    run.answers("a", {"redis.persistence": "fail", "http.health": "pass"})
    decision = run.decide("- [ ] Cache <!-- golive: redis.persistence -->", HEALTH)
    assert findings(decision) == [("component", True)]
    assert "there is no redis (sessions are in the database (declared by Ada)), but a has it" in decision.reasons[-1]


@pytest.mark.parametrize("status", ["error", "not_applicable"])
def test_what_could_not_be_seen_contradicts_nothing(tmp_path: Path, status: str) -> None:
    run = Run(tmp_path)
    run.write("components.yml", NO_REDIS)
    run.answers("a", {"redis.persistence": status})
    assert findings(run.decide("- [ ] Cache <!-- golive: redis.persistence -->")) == []


def test_a_declaration_on_an_item_that_is_not_there_is_told(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("components.yml", "items:\n  - {item: Cookie policy, reason: none, by: Eve}\n")
    decision = run.decide(HEALTH)
    assert findings(decision) == [("component", False)]
    assert "Cookie policy" in decision.findings[0].message


def test_a_result_of_another_item_alone_proves_nothing_here(tmp_path: Path) -> None:
    run = Run(tmp_path)
    lines = (
        "- [ ] Runbook <!-- golive: docs.runbook document=docs/runbook.md id=one -->",
        "- [ ] Another <!-- golive: docs.runbook document=docs/other.md id=two -->",
        "- [ ] Any <!-- golive: docs.runbook id=three -->",
    )
    first = run.result("docs.runbook", "pass", "(controller)", item="one")
    second = run.result("docs.runbook", "fail", "(controller)", item="two")
    run.outcomes["(controller)"] = [{"results": [first, second], "unasked": []}]
    assert [each.status for each in run.decide(*lines).items] == ["pass", "fail", "error"]


def test_a_limit_leaves_alternatives_out_without_excusing_them(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write("components.yml", NO_KUBERNETES)
    run.targets, run.narrowing = ["c"], Narrowing(limit="c")
    run.answers("c", {"redis.persistence": "pass"})
    left_out = "- [ ] A <!-- golive: kubernetes.volumes|redis.persistence on=web -->"
    assert run.verdict(left_out).status == "not_selected"
