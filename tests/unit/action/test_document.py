# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document verifier against recorded checkouts and pages: right, broken, unreadable and absent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.document import ActionModule as Document
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.modules.document import PROVES
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.documents.requirements import requirements
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.document_recordings import (
    COMMIT,
    CONTROLS,
    LOG,
    PAGE,
    SHALLOW,
    STATUS,
    answers,
    committed,
    day,
    file,
    options,
    ran,
    right,
)
from tests.unit.proving import prove

EVERY_CONTROL = pytest.mark.parametrize("control", CONTROLS)
HEADINGS_ONLY = re.compile(r"^(?!#).+\n?", re.M)


def proof(control: str, text: str, ago: float = 5, more: Any = None, **changed: Any) -> Verdict:
    (verdict,) = prove(Document, control, options(control, **changed), answers(text, ago) | (more or {}))
    return verdict


def limit(control: str) -> float:
    return float(catalogue()[control].thresholds["max_age_days"].default or 0)


def test_every_control_of_documents_has_requirements_and_an_age_limit_and_a_right_document_here() -> None:
    documents = {control for control in catalogue() if control.startswith("docs.")}
    assert set(requirements()) == set(PROVES) == set(CONTROLS) == documents
    assert all(limit(control) for control in documents)


def test_every_threshold_that_a_topic_names_is_one_of_the_catalogue() -> None:
    for control, requirement in requirements().items():
        for topic in requirement.topics:
            assert {topic.bound, topic.entries} - {""} <= set(catalogue()[control].thresholds), (control, topic.name)


@EVERY_CONTROL
def test_a_right_document_passes(control: str) -> None:
    verdict = proof(control, right(control))
    assert (verdict.status, verdict.message) == (Status.PASS, "")
    assert verdict.actual["age_days"] == 5
    assert set(verdict.actual["found"]) == {topic.name for topic in requirements()[control].topics}


@EVERY_CONTROL
def test_a_template_a_blank_an_old_text_and_a_dead_link_fail(control: str) -> None:
    text = right(control)
    broken = [
        (HEADINGS_ONLY.sub("", text), "nothing stands below|only headings"),
        (f"{text}\nApproved by: ____________\n", "a blank: 'Approved by"),
        (f"{text}\n- Backup lead: TBD\n", "not decided: 'Backup lead"),
        (f"{text}\nCall [Name of the vendor] first.\n", "a placeholder: 'Call"),
        (f"{text}\n## Annex\n\nDescribe the annex here.\n", "only the template's instruction"),
        (f"{text}\n## Annex\n", "nothing stands below the heading 'Annex'"),
        (f"{text}\nSee [the end](#the-end-of-it).\n", "no such place in the document"),
        (f"{text}\nSee [there](../../../etc/passwd).\n", "leaves the checkout"),
        (f"{text}\nSee [there](gone.md).\n", "link to gone.md: there is no such file"),
        (f"{text}\n![The overview](overview.png)\n", "image overview.png: there is no such file"),
    ]
    gone = {f"stat -L /srv/shop/docs/{name}": CannotLook("not_found", name) for name in ("gone.md", "overview.png")}
    for changed, says in broken:
        verdict = proof(control, changed, more=gone)
        assert verdict.status is Status.FAIL, says
        assert re.search(says, verdict.message)
    old = proof(control, text, ago=limit(control) + 1.5)
    assert old.status is Status.FAIL
    assert f"was last changed {limit(control) + 1:g} days ago" in old.message
    assert proof(control, text, ago=limit(control) - 1).status is Status.PASS


@EVERY_CONTROL
def test_a_document_without_what_the_control_demands_fails(control: str) -> None:
    topics = requirements()[control].topics
    verdict = proof(control, right("docs.document").replace("runs", ""))
    assert verdict.status is (Status.FAIL if topics else Status.PASS)
    unsaid = [topic for topic in topics if topic.name not in verdict.actual["found"]]
    assert all(topic.name in verdict.message for topic in unsaid)
    assert len(unsaid) >= len(topics) / 2


VENDORS = right("docs.emergency_contacts").partition("## Vendors")[2]
TRIGGERS = "## Triggers and actions\n\n| Resource | Trigger | Action |"
UNDO = "```\nkubectl rollout undo deployment/web\nkubectl rollout undo deployment/orders\n```"
# What of each document is taken away or made wrong, and what is then said.
BROKEN = [
    ("docs.api", "`POST /orders`", "`POST /baskets`", "routes: it does not name /orders"),
    ("docs.api", "2.4.1", "2.4.10", "version: it does not name 2.4.1"),
    ("docs.api", "## Errors", "## Notes", "says nothing of errors"),
    ("docs.architecture", "broker", "queue", "services: it does not name broker"),
    ("docs.architecture", "External dependencies", "Elsewhere", "says nothing of dependencies"),
    ("docs.assurance_reports", "Valid until: @AHEAD@", "Valid until: 2021-03-31", "ended on 2021-03-31"),
    ("docs.assurance_reports", "findings: none", "findings: 2", "open critical findings is 2, more than 0"),
    ("docs.assurance_reports", "Assessor: Carla Meyer, QSA", "By Carla Meyer", "says nothing of assessor"),
    ("docs.backlog", "| P1 | Ben |", "| | Ben |", "'Invoices print twice on one model' has no priority"),
    ("docs.backlog", "| Owner |", "| Area |", "says nothing of owner"),
    ("docs.backup_restore", "shop-backups-eu", "shop-old-backups", "places: it does not name shop-backups-eu"),
    ("docs.backup_restore", "```\npgbackrest --stanza=main backup\n```", "Click on it twice.", "gives no command"),
    ("docs.capacity_plan", "12 months", "6 weeks", "horizon is 42 days, less than 180 days"),
    ("docs.capacity_plan", "Planning horizon: 12 months", "", "states no duration for horizon"),
    ("docs.capacity_plan", TRIGGERS, "| A | B | C |", "nothing of trigger"),
    ("docs.comm_plan", "From Monday", "From [DATE]", "a placeholder: 'From"),
    ("docs.comm_plan", "| Sender |", "| Comment |", "says nothing of sender"),
    ("docs.compliance", "| PCI DSS |", "| Other |", "regulations: it does not name PCI DSS"),
    ("docs.compliance", "| payment page of the provider |", "| |", "'PCI DSS' has no measure"),
    ("docs.deployment_guide", "STRIPE_KEY_FILE", "the key", "variables: it does not name STRIPE_KEY_FILE"),
    ("docs.deployment_guide", "```\nmake release\nmake deploy ENV=production\n```", "You know how.", "no command"),
    ("docs.dr_plan", "| Hosting provider | +1 206 555 0100 |", "| Hosting provider | |", "'Hosting provider' has no"),
    ("docs.dr_plan", "## Working meanwhile by hand", "## Tills", "says nothing of manual fallback"),
    ("docs.emergency_contacts", "support@dbvendor.example", "they know us", "'Database support C-77 they know us' has"),
    ("docs.emergency_contacts", VENDORS, "", "vendors: section .Vendors. says nothing"),
    ("docs.gdpr", "Reviewed by: Erika Stein, data protection officer, @RECENT@", "", "says nothing of reviewer"),
    ("docs.gdpr", "| Log vendor | yes, from last spring |", "| Log vendor | ? |", "put off: '?'"),
    ("docs.guides", "release 2.4.1", "release 0.3", "version: it does not name 2.4.1"),
    ("docs.guides", "## Questions", "## Colors", "says nothing of questions"),
    ("docs.incident_response", "Ann this quarter", "TBD", "not decided: 'The incident commander"),
    ("docs.incident_response", "## Review afterwards", "## Other", "says nothing of review"),
    ("docs.key_locations", "| Bank box 12 | Ben | with passport and box key | @RECENT@ |\n", "", "1, less than 2"),
    ("docs.key_locations", "@RECENT@ |\n| Bank", "2020-01-01 |\n| Bank", "an age of"),
    ("docs.key_locations", "@RECENT@ |\n| Bank", "|\n| Bank", "'Safe in the office' has no last verified"),
    ("docs.key_locations", "SHA256:kTrn5l", f"AGE-SECRET-KEY-1{'Q' * 50} ", "spells out a secret (key)"),
    ("docs.key_locations", "Rotate the", f"Password: {'hunter2' * 2}. Rotate the", "a secret (password)"),
    ("docs.migration_plan", "Expected lock: 20 seconds on", "Nobody knows the lock of", "no duration for duration"),
    ("docs.migration_plan", "## Way back", "## Remarks", "says nothing of way back"),
    ("docs.operations_manual", "quarterly | Ben | @RECENT@", "quarterly | Ben | 2020-01-02", "an age of"),
    ("docs.operations_manual", "| weekly | Ben |", "| weekly | |", "'Apply updates of the system' has no owner"),
    ("docs.pii_inventory", "users.phone", "orders.phone", "columns: it does not name users.phone"),
    ("docs.pii_inventory", "| contract | 90 days |", "| contract | |", "'telephone' has no kept for"),
    ("docs.post_launch_plan", "| 2026-03-02 | Dora |", "| 2026-03-02 | |", "'First month' has no owner"),
    ("docs.post_launch_plan", "First week", "Later", "says nothing of first week"),
    ("docs.recovery_objectives", "4 hours", "__________", "a blank: 'RTO: __________'"),
    ("docs.recovery_objectives", "4 hours", "as soon as possible", "states no duration for RTO"),
    ("docs.recovery_objectives", "4 hours", "2 hours", "restore_hours: it states 2 hours, and 3 hours is so"),
    ("docs.recovery_objectives", "60 minutes", "15 minutes", "backup_interval_hours: it states 0.25 hours, and 0.5"),
    ("docs.recovery_objectives", "The last", "An RTO of 8 hours is fine. The last", "it states 4 hours, 8 hours"),
    ("docs.release_notes", "## 2.4.1 - 2026-01-18", "## 2.0.0 - 2025-01-18", "newest version it tells of is 2.0.0"),
    ("docs.release_notes", "2.4.", "next ", "no heading names a version"),
    ("docs.retention_policy", "| Logs | 30 days | abuse and debugging |", "| Logs | | |", "'Logs' has no retention p"),
    ("docs.retention_policy", "| Backups |", "| Copies |", "says nothing of backups"),
    ("docs.rollback", "## When to go back: criteria", "## Before", "says nothing of trigger"),
    ("docs.rollback", UNDO, "Ask Ben to.", "gives no command"),
    ("docs.runbook", "| DiskFull |", "| Disk |", "alerts: it does not name DiskFull"),
    ("docs.runbook", "## Scale", "## Numbers", "says nothing of scale"),
    ("docs.slo", "99.9 %", "99 %", "availability_percent: it states 99 %, the inventory has 99.9 %"),
    ("docs.slo", "| Window |", "| Remark |", "says nothing of window"),
    ("docs.document", "[runbook](runbook.md)", "[runbook](TODO)", "the link to TODO leads nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("control", "old", "new", "says"), BROKEN)
def test_a_document_that_is_wrong_in_one_place_fails(control: str, old: str, new: str, says: str) -> None:
    old = old.replace("@RECENT@", day(10)).replace("@AHEAD@", day(-200))
    assert old in right(control)
    verdict = proof(control, right(control).replace(old, new, 1 if "\n" in old else -1))
    assert verdict.status is Status.FAIL
    assert says in verdict.message or re.search(says, verdict.message), verdict.message


def test_every_control_is_broken_in_a_way_of_its_own() -> None:
    assert {control for control, *_rest in BROKEN} == set(CONTROLS)


@EVERY_CONTROL
def test_what_cannot_be_looked_at_is_an_error(control: str) -> None:
    text = right(control)
    unseen: list[dict[str, Any]] = [
        {look: CannotLook(reason, "x")}
        for look in (PAGE, LOG, STATUS, SHALLOW)
        for reason in ("missing_tool", "denied", "timeout", "malformed", "unreachable", "too_large")
    ]
    unseen += [
        {PAGE: file("p", "\ufffd\0\ufffd" * 9)},
        {PAGE: file("p", "%PDF-1.7\n" + text)},
        {PAGE: file("p", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n")},
        {PAGE: file("p", text, link_target="elsewhere.md")},
        {LOG: ran("", 128, "fatal: not a git repository (or any of the parent directories): .git")},
        {LOG: ran("", 128, "fatal: detected dubious ownership in repository at '/srv/shop'")},
        {LOG: ran("", 128, "fatal: your current branch 'main' does not have any commits yet")},
        {LOG: ran("", 128, "fatal: something else")},
        {LOG: ran("", 128, "error: cannot open .git/HEAD: Permission denied")},
        {LOG: ran("garbage\n")},
        {LOG: ran(f"{COMMIT} yesterday {COMMIT}\n")},
        {SHALLOW: ran("--is-shallow-repository\n")},
        {SHALLOW: ran("true\n"), LOG: committed(5, parents="")},
        {STATUS: ran("", 128, "fatal: index file corrupt")},
    ]
    for more in unseen:
        verdict = proof(control, text, more=more)
        assert verdict.status is Status.ERROR, more
        assert verdict.message.startswith("could not look (")


@EVERY_CONTROL
def test_what_is_absent_or_empty_never_passes(control: str) -> None:
    absent = proof(control, "", more={PAGE: CannotLook("not_found", "x"), LOG: ran()})
    assert (absent.status, absent.message) == (Status.FAIL, "there is no file docs/page.md in /srv/shop")
    for text in ("", "\n\n \n", "---\ntitle: x\n---\n", "<!-- todo -->\n", "# Title\n", "See the wiki.\n"):
        assert proof(control, text).status is Status.FAIL, text


@EVERY_CONTROL
def test_without_what_says_what_to_prove_nothing_is_proven(control: str) -> None:
    text = answers(right(control))
    incomplete: list[dict[str, Any]] = [
        options(control, checkout=None),
        options(control, path=None),
        options(control, url="https://a.example/b"),
        options(control, path="../b.md"),
        options(control, path="/b.md"),
        {"url": "https://a.example/b", "template": "t.md", "controls": [control]},
    ]
    incomplete += [options(control, facts={"other_thing": 1})] * (requirements()[control].needs not in ((), (("*",),)))
    incomplete += [options(control, facts={})] * bool(requirements()[control].needs)
    incomplete += [options(control, controls=[])] * (control != "docs.document")
    for given in incomplete:
        with pytest.raises(NotAsked):
            prove(Document, control, {name: value for name, value in given.items() if value is not None}, text)


def test_a_check_that_names_no_control_proves_that_its_document_is_one() -> None:
    (verdict,) = prove(
        Document, "docs.document", options("docs.document", controls=[]), answers(right("docs.document"))
    )
    assert verdict.status is Status.PASS
    assert verdict.expected == "a document, filled in, at most 365 days old, without dead links"


def test_one_document_may_prove_several_controls_with_the_facts_of_one() -> None:
    text = right("docs.dr_plan") + "\n- RTO: 4 hours\n- RPO: 1 hour\n"
    facts = {"rto_hours": 4, "rpo_hours": 1, "backup_interval_hours": 0.5}
    for control in ("docs.dr_plan", "docs.recovery_objectives"):
        assert proof(control, text, facts=facts).status is Status.PASS
        assert proof(control, text, facts={**facts, "rto_hours": 3}).status is Status.FAIL


def test_the_inventory_may_ask_for_another_age_and_for_sections() -> None:
    text = right("docs.document")
    assert proof("docs.document", text, ago=40, max_age_days=30).status is Status.FAIL
    assert proof("docs.document", text, ago=500, max_age_days=600).status is Status.PASS
    assert proof("docs.document", text, sections=["where things are"]).status is Status.PASS
    assert "there is no section 'Escalation'" in proof("docs.document", text, sections=["Escalation"]).message
    empty = text.replace("## Who does what\n", "## Who does what\n\nTo be defined.\n\n## Who else\n")
    assert "section 'Who does what' says nothing" in proof("docs.document", empty, sections=["Who does what"]).message


def test_what_is_not_committed_is_dated_by_nothing() -> None:
    text = right("docs.document")
    never = proof("docs.document", text, more={LOG: ran(), STATUS: ran("?? docs/page.md\n")})
    assert (never.status, "was never committed" in never.message) == (Status.FAIL, True)
    changed = proof("docs.document", text, more={STATUS: ran(" M docs/page.md\n")})
    assert (changed.status, "changes that are not committed" in changed.message) == (Status.FAIL, True)
    ahead = proof("docs.document", text, ago=-2)
    assert (ahead.status, "still to come" in ahead.message) == (Status.FAIL, True)


def test_in_a_shallow_clone_only_what_it_holds_is_dated() -> None:
    text = right("docs.document")
    assert proof("docs.document", text, more={SHALLOW: ran("true\n")}).status is Status.PASS
    first = {LOG: committed(5, parents="")}
    assert proof("docs.document", text, more=first).status is Status.PASS


def test_a_review_long_ago_by_its_own_words_is_not_made_current_by_a_commit() -> None:
    text = right("docs.document")
    verdict = proof("docs.document", f"{text}\nLast reviewed: 12 January 2021\n")
    assert (verdict.status, "last reviewed on 2021-01-12" in verdict.message) == (Status.FAIL, True)
    assert proof("docs.document", f"{text}\nLast reviewed: {day(30)}\n").status is Status.PASS


def test_what_is_wrong_is_said_even_where_something_could_not_be_seen() -> None:
    text = f"{right('docs.document')}\nOwner: TBD\n"
    verdict = proof("docs.document", text, more={LOG: CannotLook("missing_tool", "git is not installed")})
    assert (verdict.status, "not decided" in verdict.message) == (Status.FAIL, True)


def test_what_its_template_says_is_not_its_text() -> None:
    template = "# Plan\n\n## Steps\n\nFollow the steps of the team.\n\n## Owner\n\nThe owner of this plan keeps it.\n"
    look = {"cat /srv/shop/t.md": file("t.md", template)}
    untouched = proof("docs.document", template + "\nOurs.\n", more=look, template="t.md", sections=["Steps"])
    assert untouched.status is Status.FAIL
    assert "section 'Steps' says nothing" in untouched.message
    own = template.replace(
        "Follow the steps of the team.", "Stop the web service, wait for the queue, then start it. " * 3
    )
    assert proof("docs.document", own, more=look, template="t.md", sections=["Steps"]).status is Status.PASS
    missing = {"cat /srv/shop/t.md": CannotLook("not_found", "t.md")}
    assert proof("docs.document", own, more=missing, template="t.md").status is Status.ERROR


def test_links_into_other_documents_must_meet_a_place_there() -> None:
    text = right("docs.document").replace("(runbook.md)", "(runbook.md#restart)")
    other = "cat /srv/shop/docs/runbook.md"
    assert proof("docs.document", text, more={other: file("r", "# Run\n\n## Restart\n")}).status is Status.PASS
    verdict = proof("docs.document", text, more={other: file("r", "# Run\n\n## Start\n")})
    assert (verdict.status, "no such place in that document" in verdict.message) == (Status.FAIL, True)
    for reason in ("denied", "timeout", "too_large"):
        assert proof("docs.document", text, more={other: CannotLook(reason, "x")}).status is Status.ERROR


def test_secrets_of_a_document_are_not_repeated() -> None:
    verdict = proof("docs.document", f"{right('docs.document')}\nOwner: TBD, password: hunter2hunter2\n")
    assert verdict.status is Status.FAIL
    assert "hunter2" not in verdict.message


def test_a_long_list_of_problems_is_cut() -> None:
    verdict = proof("docs.document", right("docs.document") + "\n\nOwner: TBD\n" * 500)
    assert verdict.message.endswith("and 480 more")
