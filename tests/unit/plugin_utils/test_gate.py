# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: an item passes only if every result that it needs exists and passes; all that is missing is no-go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import PROVEN
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Gate, ItemVerdict
from ansible_collections.golive.verify.plugins.plugin_utils.governance import Signed
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.plugin_utils.governed import Run, findings, statuses


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path)
    for host in made.targets:
        made.answers(host, {"http.health": "pass"})
    return made


HEALTH = "- [ ] Health <!-- golive: http.health on=web -->"


def test_everything_proven_is_go(run: Run) -> None:
    decision = run.decide(HEALTH, "- [x] Anywhere <!-- golive: http.health -->")
    assert (decision.word, decision.reasons) == ("go", [])
    assert statuses(decision) == ["pass", "pass"]


@pytest.mark.parametrize("status", ["fail", "error", "missed", "expired"])
def test_one_result_that_does_not_pass_is_no_go(run: Run, status: str) -> None:
    run.answers("b", {"http.health#2": status})
    decision = run.decide(HEALTH)
    assert decision.word == "no_go"
    assert statuses(decision) == [status]
    assert "line 5" in decision.reasons[0]
    assert f"http.health#2 {status}" in decision.reasons[0]


def test_an_unbound_item_is_no_go_even_when_ticked(run: Run) -> None:
    decision = run.decide("- [x] Trust me")
    assert (decision.word, statuses(decision)) == ("no_go", ["unbound"])


def test_a_host_of_the_group_without_a_result_is_no_go(run: Run) -> None:
    run.outcomes["b"] = [{"results": [], "unasked": []}]
    decision = run.decide(HEALTH)
    assert statuses(decision) == ["error"]
    assert "http.health on b: no check proves it there" in decision.reasons[0]


def test_an_unreachable_a_failed_and_a_missing_host_are_each_named(run: Run) -> None:
    run.outcomes["a"] = [{"results": [], "unasked": [], "unreachable": "no route"}]
    run.outcomes["b"] = [{"results": [], "unasked": [], "failed": "checks[0]: there is no verifier rediss"}]
    del run.outcomes["c"]
    decision = run.decide(HEALTH)
    assert "a is unreachable: no route" in decision.reasons
    assert "b is failed: checks[0]: there is no verifier rediss" in decision.reasons
    assert any(reason.startswith("c is missing") for reason in decision.reasons)


def test_an_empty_or_unknown_group_is_no_go(run: Run) -> None:
    decision = run.decide(
        "- [ ] A <!-- golive: http.health on=none -->", "- [ ] B <!-- golive: http.health on=ghost -->"
    )
    assert statuses(decision) == ["error", "error"]
    assert "the group none has no hosts" in decision.reasons[0]


def test_a_control_that_nothing_proves_is_no_go_and_says_which_option_is_missing(run: Run) -> None:
    run.answers(
        "a", {}, [{"control": "https.enforced", "verifier": "http", "host": "a", "reason": "option names is not given"}]
    )
    decision = run.decide("- [ ] TLS <!-- golive: https.enforced -->")
    assert statuses(decision) == ["error"]
    assert "option names is not given" in decision.reasons[0]


@pytest.mark.parametrize("empty", ["no targets", "no items", "no checks", "undecided"])
def test_a_run_that_looked_at_nothing_is_no_go(run: Run, empty: str) -> None:
    lines = [HEALTH]
    if empty == "no targets":
        run.targets, run.outcomes = [], {}
    elif empty == "no items":
        lines = ["nothing to tick"]
    elif empty == "no checks":
        run.outcomes = {host: [{"results": [], "unasked": []}] for host in run.targets}
    else:
        run.decided = False
    decision = run.decide(*lines)
    assert decision.word == "no_go"
    assert decision.reasons


def test_a_limit_decides_over_its_hosts_only_and_says_what_it_left_out(run: Run) -> None:
    run.targets, run.narrowing = ["a"], Narrowing(limit="a")
    run.outcomes = {"a": run.outcomes["a"]}
    decision = run.decide(
        HEALTH, "- [ ] DB <!-- golive: http.health on=db -->", "- [ ] DNS <!-- golive: https.enforced -->"
    )
    assert decision.word == "go"
    assert statuses(decision) == ["pass", "not_selected", "not_selected"]


def test_a_limit_does_not_hide_a_failure(run: Run) -> None:
    run.targets, run.narrowing = ["a"], Narrowing(limit="a")
    run.outcomes = {}
    run.answers("a", {"http.health": "fail"})
    assert run.decide(HEALTH).word == "no_go"


def test_tags_and_sections_leave_items_out(run: Run) -> None:
    lines = (HEALTH, "- [ ] TLS <!-- golive: https.enforced -->", "- [ ] Unbound")
    run.narrowing = Narrowing(tags=("http",))
    assert statuses(run.decide(*lines)) == ["pass", "not_selected", "unbound"]
    run.narrowing = Narrowing(section="web")
    assert statuses(run.decide(*lines)) == ["pass", "error", "unbound"]
    run.narrowing = Narrowing(section="elsewhere")
    decision = run.decide(*lines)
    assert decision.word == "no_go"
    assert "no item of the checklist was selected by section elsewhere" in decision.reasons


def test_not_applicable_is_shown_as_such(run: Run) -> None:
    run.answers("a", {"http.health#2": "not_applicable"})
    decision = run.decide(HEALTH)
    assert (decision.word, statuses(decision)) == ("go", ["not_applicable"])


# Rules of the environment.


@pytest.mark.parametrize(
    ("gate", "reasons"),
    [
        ([], ["line 5 'Health': fail: b: http.health#2 fail", "line 6 'Trust me': unbound"]),
        (["fail, error, missed, expired, unbound <= 0"], ["line 5 'Health'", "line 6 'Trust me'"]),
        (["fail <= 0"], ["the rule 'fail <= 0' does not hold: it is 1", "line 5 'Health'"]),
        (["fail <= 1"], []),
        (["severity=critical: fail <= 0"], ["the rule 'severity=critical: fail <= 0' does not", "line 5 'Health'"]),
        (["severity=low: fail <= 0"], []),
        (["section=network: fail <= 0"], []),
        (["phase=launch_day: fail <= 0"], []),
        (["pass >= 1"], []),
        (["pass >= 90%"], ["does not hold: it is 33.3 % (1 of 3)", "line 5 'Health'", "line 6 'Trust me'"]),
        (["fail <= 5", "unbound <= 0"], ["the rule 'unbound <= 0' does not hold: it is 1", "line 6 'Trust me'"]),
        (
            ["fail <= 0", "severity=critical: fail <= 0"],
            ["the rule 'fail <= 0'", "the rule 'severity=critical: fail <= 0'", "line 5 'Health'"],
        ),
    ],
)
def test_the_environment_may_have_rules_of_its_own(run: Run, gate: list[str], reasons: list[str]) -> None:
    run.gate = gate
    run.answers("b", {"http.health#2": "fail"})
    decision = run.decide(
        HEALTH,
        "- [ ] Trust me",
        "- [ ] Elsewhere <!-- golive: http.health on=a -->",
        "- [ ] Said <!-- golive: info -->",
    )
    assert decision.word == ("no_go" if reasons else "go")
    assert len(decision.reasons) == len(reasons)
    for reason, part in zip(decision.reasons, reasons, strict=True):
        assert part in reason


@pytest.mark.parametrize("fault", ["unreachable", "undecided", "no checks", "no items", "laxer", "unread"])
def test_no_rule_excuses_from_having_looked(run: Run, fault: str) -> None:
    run.gate = ["fail <= 100"]
    lines = ["nothing to tick"] if fault == "no items" else [HEALTH]
    if fault == "unreachable":
        run.outcomes["a"] = [{"results": [], "unasked": [], "unreachable": "no route"}]
    elif fault == "undecided":
        run.decided = False
    elif fault == "no checks":
        run.outcomes = {host: [{"results": [], "unasked": []}] for host in run.targets}
    elif fault == "laxer":
        run.answers("a", {}, findings=["the text asks for at least 30 days"])
    elif fault == "unread":
        lines += ["", "```", "never closed", "- [ ] swallowed"]
    assert run.decide(*lines).word == "no_go"


# Findings.


def test_a_secret_in_the_text_is_a_finding_and_shown_nowhere(run: Run) -> None:
    decision = run.decide(HEALTH, "- [ ] Login with password: hunter2hunter2 <!-- golive: info -->")
    assert findings(decision) == [("secret", False)]
    assert ":6: the text holds what looks like a secret" in decision.findings[0].message
    assert "hunter2" not in str(decision)
    assert decision.word == "go"


def test_a_line_that_could_not_be_read_blocks(run: Run) -> None:
    decision = run.decide(HEALTH, "", "```", "- [ ] swallowed")
    assert findings(decision) == [("unread", True)]
    assert decision.word == "no_go"
    assert ":8: this line looks like an item" in decision.reasons[0]


def test_an_inventory_that_is_laxer_than_the_text_blocks_and_is_said_once(run: Run) -> None:
    for host in ("a", "b"):
        run.answers(host, {}, findings=["the text asks for at least 30 days"])
    decision = run.decide(HEALTH)
    assert findings(decision) == [("threshold", True)]
    assert decision.reasons == ["the text asks for at least 30 days"]


# The decision to go live.
GO_LIVE = "- [ ] Go <!-- golive: signoff.golive -->"


@pytest.mark.parametrize(
    ("line", "results", "status"),
    [
        (HEALTH, {"http.health": "pass"}, "attested"),
        (HEALTH, {"http.health#2": "fail"}, "fail"),
        (HEALTH, {"http.health#2": "error"}, "fail"),
        (HEALTH, {"redis.persistence": "fail"}, "attested"),
        ("- [ ] TLS <!-- golive: tls.expiry -->", {}, "fail"),
        ("- [ ] TLS <!-- golive: tls.expiry phase=first_hour -->", {}, "attested"),
        ("- [ ] Trust me", {}, "attested"),
        (HEALTH, {"https.enforced": "fail"}, "fail"),
    ],
)
def test_a_signed_go_live_does_not_stand_while_something_critical_is_open(
    run: Run, line: str, results: dict[str, str], status: str
) -> None:
    run.answers("a", results)
    run.attests("signoff.golive")
    verdict = run.decide(line, GO_LIVE).items[1]
    assert verdict.status == status
    if status == "fail":
        assert "it is signed, but cannot stand while critical controls do not hold: " in verdict.reason


def test_an_item_signed_in_the_role_go_live_is_the_decision_too(run: Run) -> None:
    lines = ("## Sign-off", "", "- [ ] Go-Live: ____", HEALTH)
    run.signed = {"Go-Live: ____": ("attested", "carol as go_live")}
    assert run.decide(*lines).items[0].status == "attested"
    run.answers("a", {"http.health#2": "fail"})
    assert run.decide(*lines).items[0].status == "fail"


def test_a_waiver_of_what_is_critical_lets_it_stand(run: Run) -> None:
    run.answers("a", {"http.health#2": "fail"})
    run.attests("signoff.golive")
    run.write(
        "waivers.yml",
        "waivers:\n  - {control: http.health, target: a, reason: r, owner: o, ticket: t, expires: 2026-11-30}\n",
    )
    decision = run.decide(HEALTH, GO_LIVE)
    assert (statuses(decision), decision.word) == (["waived", "attested"], "go")


def test_what_was_signed_is_no_answer_of_a_host(run: Run) -> None:
    run.outcomes = {}
    run.attests("signoff.golive")
    run.targets = ["localhost"]
    decision = run.decide(GO_LIVE)
    assert [target.status for target in decision.targets] == ["missing"]
    assert any("no checks ran" in reason for reason in decision.reasons)


# No evidence, no pass: whatever a checklist, an environment and a run look like.
CONTROLS = ("http.health", "redis.persistence", "redis.caching", "scan.independent", "docker.compose", "docs.runbook")
COMPONENTS = {"redis": "redis: {used: false, reason: r, by: b}", "docker": "docker: true"}
SIGNATURES = ("attested", "expired", "fail", "error")


@st.composite
def _line(draw: st.DrawFn, number: int) -> str:
    words = draw(st.lists(st.sampled_from(CONTROLS), max_size=3, unique=True))
    if len(words) > 1 and draw(st.booleans()):
        words = ["|".join(words)]
    group = draw(st.sampled_from(["", "", "", "web", "a", "c", "none", "ghost"]))
    if words and group:
        words.append(f"on={group}")
    words += draw(st.sampled_from([[], [], ["human"], [f"document=d{number}.md"], ["phase=first_hour"]]))
    if not words and draw(st.booleans()):
        words = ["info"]
    optional, condition = draw(st.sampled_from([("", ""), ("(optional) ", ""), ("", " (if using Redis)")]))
    text = f"{optional}Item {'abcdefgh'[number] * 3}{condition}"
    comment = f" <!-- golive: {' '.join([*words, f'id=i{number}'])} -->" if words else ""
    return f"- [{draw(st.sampled_from(' x'))}] {text}{comment}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_green_without_evidence(tmp_path: Path, data: st.DataObject) -> None:
    run = Run(tmp_path)
    answer = st.dictionaries(st.sampled_from(CONTROLS), st.sampled_from([*[Status.PASS] * 9, *Status]), max_size=4)
    for host in data.draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True)):
        run.answers(host, {control: status.value for control, status in data.draw(answer).items()})
    for control in data.draw(
        st.lists(st.sampled_from(["scan.independent", "docker.compose", "http.health"]), max_size=2)
    ):
        run.attests(control, data.draw(st.sampled_from(SIGNATURES)))
    declared = data.draw(st.lists(st.sampled_from(sorted(COMPONENTS)), unique=True))
    run.write("components.yml", "".join(["components:\n", *(f"  {COMPONENTS[name]}\n" for name in declared)]))
    lines = [data.draw(_line(number)) for number in range(data.draw(st.integers(1, 6)))]
    plan = run.plan(*lines)
    signed = {
        item.id: Signed(data.draw(st.sampled_from(SIGNATURES)), "eve as tester")
        for item in plan.items
        if data.draw(st.booleans())
    }
    plan = replace(plan, governance=replace(plan.governance, signed=signed))
    gate = Gate(plan, run.outcomes, decided=True)
    decision = gate.decide()
    assert len(decision.items) == len(lines), "each item has a verdict"
    for verdict in decision.items:
        assert verdict.status == "pass" or verdict.reason
        if verdict.status in PROVEN:
            assert_proven(verdict, gate, signed, plan)
    if all(verdict.status not in PROVEN for verdict in decision.items) and not gate.results:
        assert decision.word == "no_go"


def assert_proven(verdict: ItemVerdict, gate: Gate, signed: Mapping[str, Signed], plan: Plan) -> None:
    """Every need has a result or a signature that proves it, or an excuse; and at least one proves it."""
    item = verdict.item
    signature = signed.get(item.id)
    held = signature is not None and signature.status == "attested"
    found = {gate.results[index]["status"] for index in verdict.results}
    assert found <= set(PROVEN), "nothing that it rests on says anything else"
    assert found or held, "something proves it"
    if verdict.status == "pass":
        assert found == {"pass"}
    if item.mark == "human":
        assert held
    if item.document:
        assert any(gate.results[index].get("item") == item.id for index in verdict.results)
    for binding in item.bindings:
        proven = [_is_proven(control, binding.on, verdict, gate, plan, held) for control in binding.controls]
        assert any(proven) if binding.any_of else all(proven)


def _is_proven(control: str, on: str, verdict: ItemVerdict, gate: Gate, plan: Plan, held: bool) -> bool:
    its = [gate.results[index] for index in verdict.results if gate.results[index]["control"] == control]
    if control in plan.unprovable:
        return bool(its) or held
    if not on:
        return bool(its)
    hosts = plan.everywhere.get(on, [])
    return bool(hosts) and {result["host"] for result in its} >= set(hosts)
