# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that are written by hand and say what the code knows stay in step with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, components, rules, waivers
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import decoding, reading, sections
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.decisions import NOT_SELECTED, UNBOUND
from ansible_collections.golive.verify.plugins.plugin_utils.report import VERSION
from ansible_collections.golive.verify.plugins.plugin_utils.results import BEST_FIRST, Status

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.glob("howto/*.md"), *DOCS.glob("reference/*.md"), *DOCS.glob("tutorials/*.md")])


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str, header: str) -> list[list[str]]:
    """The cells of the table whose first line begins like this."""
    lines = text[text.index(header) :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_canonical_sections_are_all_there_and_their_headings_mean_them() -> None:
    table = rows(page("reference/checklist-format.md"), "| section | headings")
    assert [name.strip("`") for name, dummy in table] == list(sections.SECTIONS)
    for name, headings in table:
        for heading in headings.split(", "):
            assert sections.canonical([heading]) == name.strip("`"), heading


def test_the_phases_are_all_there_with_their_windows_and_their_headings_mean_them() -> None:
    table = rows(page("reference/checklist-format.md"), "| phase | opens")
    known = [(name, _bound(phase.opens), _bound(phase.closes)) for name, phase in sections.PHASES.items()]
    assert [(name.strip("`"), opens, closes) for name, opens, closes, dummy in table] == known
    for name, *dummy, headings in table:
        for heading in headings.split(", "):
            assert sections.phase([heading]) == name.strip("`"), heading


def _bound(hours: float | None) -> str:
    if hours is None:
        return ""
    return f"{abs(hours):g} h {'before' if hours < 0 else 'after'}" if hours else "at the launch"


def test_the_bounds_of_a_checklist_are_those_of_the_code() -> None:
    text = page("reference/checklist-format.md")
    mib = decoding.MAX_BYTES // 1024**2
    assert f"at most {mib} MiB, {decoding.MAX_LINES:,} lines of {decoding.MAX_LINE:,} characters" in text
    assert f"and {reading.MAX_ITEMS:,} items" in text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_comment_that_a_page_shows_is_understood(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = {found.replace("\\|", "|") for found in re.findall(r"<!-- golive: [^…>]+ -->", text)}
    for number, comment in enumerate(sorted(shown)):
        made = tmp_path / f"{number}.md"
        only_of_sections = re.fullmatch(r"<!-- golive: (?:(?:section|phase)=\S+ )+-->", comment)
        made.write_text(f"# A\n\n## B {comment}\n" if only_of_sections else f"- [ ] A {comment}\n", encoding="utf-8")
        checklist.read(made, catalogue())


def test_every_rule_that_the_page_shows_is_one() -> None:
    text = page("reference/gate.md")
    found = re.findall(r"""(?m)^(?:  - ")?((?:\w+=.*: )?[a-z_, ]+[<>=]+ ?[\d.]+%?)"?$""", text)
    found += [cells[0].strip("`") for cells in rows(text, "| rule | holds if")]
    for rule in found:
        rules.parse(rule)
    assert {*rules.DEFAULT, "waived <= 3", "fail <= 0"} <= set(found)


def test_every_status_has_its_line_and_they_are_ordered_as_the_gate_does() -> None:
    text = page("reference/statuses.md")
    assert [cells[0].strip("`") for cells in rows(text, "| status | of a result")] == [each.value for each in Status]
    assert ", ".join(f"`{each.value}`" for each in BEST_FIRST) in text
    assert {UNBOUND, NOT_SELECTED, "info"} == {cells[0].strip("`") for cells in rows(text, "| status | of an item")}


def test_the_components_are_all_there() -> None:
    known = yaml.safe_load(Path(components.__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    table = rows(page("howto/components.md"), "| component |")
    assert [cells[0].strip("`") for cells in table] == list(known)
    for name, words, domains in table:
        entry = known[name.strip("`")]
        assert words == ", ".join(entry["words"]), name
        assert domains == ", ".join(f"`{domain}`" for domain in entry["domains"]), name


def test_the_days_of_waivers_are_those_of_the_code() -> None:
    table = rows(page("howto/waivers.md"), "| severity | days")
    assert {severity: int(days) for severity, days in table} == {
        severity.value: days for severity, days in waivers.MAXIMUM_DAYS.items()
    }


def test_the_version_of_the_contract_is_the_one_that_is_written() -> None:
    assert f"the version of the contract, `{VERSION}`" in page("reference/run-directory-and-report.md")


def test_every_guide_is_in_the_list_of_guides() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", page("howto/index.md")))
    assert listed == {path.name for path in (DOCS / "howto").glob("*.md")} - {"index.md"}
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", page("reference/index.md")))
    assert listed == {path.name for path in (DOCS / "reference").glob("*.md")} - {"index.md"}
