# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage counts an item by its weakest need, and nothing as covered that nothing can prove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist, read
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.coverage import Coverage, Orphan, coverage, lines, render
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity


def control(identity: str, proof: str) -> Control:
    return Control(identity, identity, Severity.HIGH, "security", proof, "Because.", "Do it.")


KNOWN = {
    each.id: each
    for each in (
        control("m.one", "host"),
        control("m.two", "endpoint"),
        control("m.later", "cloud"),
        control("d.runbook", "document"),
        control("d.later", "document"),
        control("x.restore", "drill"),
        control("x.later", "drill"),
        control("a.review", "attestation"),
    )
}
PROVABLE = {"m.one", "m.two", "d.runbook", "x.restore"}


def checklist(tmp_path: Path, *items: str, above: str = "## Security") -> Checklist:
    path = tmp_path / "checklist.md"
    path.write_text(f"# All\n\n{above}\n\n" + "".join(f"- [ ] {item}\n" for item in items), encoding="utf-8")
    return read(path, KNOWN)


def report(found: Checklist, *statuses: str, checks: tuple[str, ...] = (), silent: str = "") -> dict[str, Any]:
    return {
        "run": {"id": "r1"},
        "items": [{"id": i.id, "status": status} for i, status in zip(found.items, statuses, strict=True)],
        "checks": [{"control": each} for each in checks],
        "targets": [{"name": silent or "web1", "status": "unreachable" if silent else "answered"}],
    }


def means(found: Coverage) -> str:
    [(name, dummy)] = [(name, count) for name, count in found.whole.by.items() if count]
    return name


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("m.one", "machine"),
        ("m.one m.two", "machine"),
        ("d.runbook", "document"),
        ("x.restore", "drill"),
        ("a.review", "attestation"),
        ("m.later", "no_verifier"),
        ("d.later", "no_verifier"),
        ("x.later", "no_verifier"),
        ("m.one d.runbook", "document"),
        ("m.one a.review", "attestation"),
        ("m.one m.later", "no_verifier"),
        ("a.review m.later", "no_verifier"),
        ("m.one|m.later", "machine"),
        ("m.later|a.review", "attestation"),
        ("human", "attestation"),
        ("human m.one", "attestation"),
        ("info", "info"),
        ("document=docs/runbook.md", "document"),
        ("document=docs/runbook.md m.later", "no_verifier"),
        ("phase=launch_day", "unbound"),
    ],
)
def test_an_item_counts_where_its_weakest_need_stands(tmp_path: Path, comment: str, expected: str) -> None:
    assert means(coverage(checklist(tmp_path, f"It holds <!-- golive: {comment} -->"), KNOWN, PROVABLE)) == expected


def test_unbound_is_not_covered_and_a_signature_is_by_the_one_who_signs(tmp_path: Path) -> None:
    assert means(coverage(checklist(tmp_path, "It holds"), KNOWN, PROVABLE)) == "unbound"
    signs = checklist(tmp_path, "Security lead: ____________ Date: ______", above="## Sign-off")
    assert means(coverage(signs, KNOWN, PROVABLE)) == "attestation"


def test_what_somebody_attested_is_covered_by_the_attestation(tmp_path: Path) -> None:
    found = checklist(tmp_path, "It holds")
    assert means(coverage(found, KNOWN, PROVABLE, report(found, "attested"))) == "attestation"


def test_sections_headings_and_the_whole_add_up(tmp_path: Path) -> None:
    found = checklist(
        tmp_path,
        "One <!-- golive: m.one -->",
        "Two\n\n## Redis\n\n### Cache",
        "Three <!-- golive: m.later -->\n\n## Security again",
        "Four",
    )
    counted = coverage(found, KNOWN, PROVABLE, report(found, "pass", "unbound", "error", "attested"))
    assert [(t.name, t.items, t.proven) for t in counted.sections] == [("security", 3, 2), ("cache_and_queue", 1, 0)]
    assert [(t.name, t.items) for t in counted.headings] == [
        ("Security", 2),
        ("Redis > Cache", 1),
        ("Security again", 1),
    ]
    assert counted.whole.by == {
        **dict.fromkeys(("document", "drill", "info"), 0),
        **dict.fromkeys(("machine", "attestation", "no_verifier", "unbound"), 1),
    }
    assert counted.whole.proven == 2
    assert counted.no_verifier == {"m.later": 1}


def test_what_is_under_no_known_heading_is_named_so(tmp_path: Path) -> None:
    counted = coverage(checklist(tmp_path, "One", above="## Zebra"), KNOWN, PROVABLE)
    assert [tally.name for tally in counted.sections] == ["(no section)"]
    assert [tally.name for tally in counted.headings] == ["Zebra"]


def test_bindings_and_checks_that_miss_each_other(tmp_path: Path) -> None:
    found = checklist(
        tmp_path,
        "One <!-- golive: m.one m.later -->",
        "Two <!-- golive: m.two|x.restore -->",
        "Three <!-- golive: d.runbook -->",
    )
    run = report(found, "error", "pass", "not_selected", checks=("m.two", "m.two", "a.review"), silent="db1")
    counted = coverage(found, KNOWN, PROVABLE, run)
    assert counted.orphans == (Orphan(5, "One", "m.one"),)
    assert counted.unwanted == {"a.review": 1}
    assert counted.silent == ("db1",)
    assert list(lines(counted))[-4:] == [
        "no verifier yet: m.later, which 1 item asks for",
        "asked for by no check: m.one, to which line 5 is bound (One)",
        "asked for by no item: a.review, with 1 result",
        "db1 did not answer, so what its checks ask for is not known",
    ]


def test_without_a_run_only_the_checklist_is_told(tmp_path: Path) -> None:
    counted = coverage(checklist(tmp_path, "One <!-- golive: m.one -->"), KNOWN, PROVABLE)
    assert (counted.run, counted.whole.proven, counted.orphans, counted.unwanted) == ("", None, (), {})
    assert list(lines(counted)) == [
        "section   items  machine  document  drill  attestation  no verifier  unbound  info",
        "security      1        1         ·      ·            ·            ·        ·     ·",
        "all           1        1         ·      ·            ·            ·        ·     ·",
    ]


def test_markdown_holds_both_tables_and_obeys_no_heading(tmp_path: Path) -> None:
    found = checklist(tmp_path, "One", above="## Security | <b>*x*</b>")
    text = render(coverage(found, KNOWN, PROVABLE, report(found, "unbound")), ".md")
    assert text.count("\n| --- | --: |") == 2
    assert "Security \\| \\<b\\>\\*x\\*\\</b\\>" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1


def test_json_is_the_whole_of_it(tmp_path: Path) -> None:
    counted = coverage(checklist(tmp_path, "One <!-- golive: m.later -->"), KNOWN, PROVABLE)
    assert json.loads(render(counted, ".json")) == json.loads(json.dumps(counted.as_dict()))


def test_an_empty_checklist_covers_nothing(tmp_path: Path) -> None:
    counted = coverage(checklist(tmp_path), KNOWN, PROVABLE)
    assert counted.whole.items == 0
    assert list(lines(counted))[-1].startswith("all")
