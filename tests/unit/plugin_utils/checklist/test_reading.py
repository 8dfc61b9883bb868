# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading checklists: which notations are items, where they stand, what is told of them, and that nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import BadChecklist, Checklist


def texts(found: Checklist) -> list[str]:
    return [item.text for item in found.items]


def boxes(found: Checklist) -> list[tuple[str, bool]]:
    return [(item.text, item.box) for item in found.items]


# -- Task lists


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- [ ] open", ("open", False)),
        ("* [x] star", ("star", True)),
        ("+ [X] plus", ("plus", True)),
        ("1. [ ] numbered", ("numbered", False)),
        ("23) [x] numbered otherwise", ("numbered otherwise", True)),
        ("> - [ ] in a quote", ("in a quote", False)),
        ("> > 1. [x] in a quote in a quote", ("in a quote in a quote", True)),
        ("- 1. [ ] number in a bullet", ("number in a bullet", False)),
        ("- [] in a hurry", ("in a hurry", False)),
        ("- [  ] wide", ("wide", False)),
        ("- [ x ] wide and ticked", ("wide and ticked", True)),
        ("- [✓] another sign", ("another sign", True)),
        ("- [x]no space", ("no space", True)),
        ("- [ ]\u00a0a space that does not break", ("a space that does not break", False)),
        (r"- \[ \] escaped by an exporter", ("escaped by an exporter", False)),
        (r"- \[x\] escaped and ticked", ("escaped and ticked", True)),
        ("- **[x] all bold**", ("**all bold**", True)),
        ("- ~~[ ] all struck~~", ("~~all struck~~", False)),
        ("- [ ] **bold** and `code`", ("**bold** and `code`", False)),
        (
            "- [ ] see [the docs](https://example.com/a_(b)) ![pic](x.png)",
            ("see [the docs](https://example.com/a_(b)) ![pic](x.png)", False),
        ),
        ("- [ ] a footnote[^1]", ("a footnote[^1]", False)),
        ("- [ ] [link](#first)", ("[link](#first)", False)),
        ("- [ ] <script>alert(1)</script>", ("<script>alert(1)</script>", False)),
        ("- [ ] ✅ emoji behind the box", ("✅ emoji behind the box", False)),
        ("- ### [ ] a heading in a list", ("a heading in a list", False)),
        ("- [ ] a heading\n  ---", ("a heading", False)),
        ("[ ] without a bullet", ("without a bullet", False)),
        ("• [x] pasted bullet", ("pasted bullet", True)),
        ("a) [ ] lettered", ("lettered", False)),
        ("<ul>\n<li>[x] in <b>HTML</b></li>", ("in HTML", True)),
    ],
)
def test_a_box_makes_an_item(read: Any, line: str, expected: tuple[str, bool]) -> None:
    found = read(f"# Title\n\n## Section\n\n{line}\n")
    assert boxes(found) == [expected]
    assert found.unread == ()


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] code\n```",
        "~~~ markdown\n- [ ] code\n~~~",
        "> ```\n> - [ ] code in a quote\n> ```",
        "- [ ] item\n\n  ```\n  - [ ] code in an item\n  ```",
        "- [link](https://example.com)",
        "- [x](https://example.com) ticked by chance",
        "[x]: https://example.com",
        "- `[ ]` is how an open box is written",
        "text [ ] in a line",
        "Approved: [ ] yes [ ] no",
        "[ ] yes [ ] no",
        "<!-- - [ ] taken out for now -->",
        "<!--\n- [ ] taken out\n- [ ] for now\n-->",
        "<script>\n- [ ] no\n</script>",
        "<pre>\n- [ ] no\n</pre>",
    ],
)
def test_what_only_looks_like_an_item_is_none(read: Any, text: str) -> None:
    found = read(f"- [ ] item\n\n{text}\n")
    assert texts(found)[:1] == ["item"]
    assert len(found.items) == (2 if "item\n\n" in text else 1)
    assert found.unread == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("    - [ ] as far in as code", (1,)),
        ("- [ ]", (1,)),
        ("- [ ] a\n\n        - [ ] too far in", (3,)),
        ("- [y] another answer", ()),
        ("- [ ] a\n\n```\n- [ ] code that never ends", (4,)),
        ("<input type='checkbox'> in a form", (1,)),
        ("text\n| [ ] | no table |", (2,)),
        ("".join(f"{'  ' * n}- [ ] level {n}\n" for n in range(25)), (20, 21, 22, 23, 24, 25)),
    ],
)
def test_what_looks_like_an_item_and_cannot_be_read_is_said(read: Any, text: str, lines: tuple[int, ...]) -> None:
    assert read(text).unread == lines


def test_an_entry_that_goes_on_in_further_lines_is_one_item(read: Any) -> None:
    found = read("- [ ] begins\n  goes on\nand on\n\n  Details: p95 < 200 ms.\n- [ ] next\n")
    assert texts(found) == ["begins goes on and on", "next"]
    assert found.items[0].parameters == ("Details: p95 < 200 ms.",)


def test_items_that_the_indentation_would_swallow_are_read(read: Any) -> None:
    """Markdown takes them for more text of the line above; whoever wrote them did not."""
    found = read("- [ ] parent\n      - [ ] six in\n      - [x] six in as well\n\nText:\n    - [ ] four in\n")
    assert boxes(found) == [("parent", False), ("six in", False), ("six in as well", True), ("four in", False)]
    assert [item.parents for item in found.items] == [(), ("parent",), ("parent",), ()]
    assert [item.line for item in found.items] == [1, 2, 3, 6]


def test_sub_bullets_are_parameters_unless_they_have_a_box(read: Any) -> None:
    found = read(
        "- [ ] Alerts configured\n  - error rate > 1 %\n    - for 5 minutes\n  - [ ] Pager tested\n    - twice\n"
        "- Group\n  - [ ] Inside\n- [ ] Last\n\n- no item of anybody\n"
    )
    assert [(item.text, item.parents, item.parameters) for item in found.items] == [
        ("Alerts configured", (), ("error rate > 1 %", "for 5 minutes")),
        ("Pager tested", ("Alerts configured",), ("twice",)),
        ("Inside", ("Group",), ()),
        ("Last", (), ()),
    ]


def test_an_item_that_is_struck_out_is_still_one_and_says_so(read: Any) -> None:
    whole, part = read("- [x] ~~Run Redis~~\n- [x] Run ~~Redis~~ Valkey\n").items
    assert (whole.text, whole.says) == ("~~Run Redis~~", ("struck out",))
    assert part.says == ()


# -- Other boxes


@pytest.mark.parametrize(
    ("mark", "ticked"),
    [("☐", False), ("☑", True), ("☑\ufe0f", True), ("☒", True), ("⬜", False), ("□", False), ("🔲", False)],
)
@pytest.mark.parametrize("before", ["- ", "1. ", "", "> ", "- **"])
def test_a_ballot_box_is_a_box_beside_all_others(read: Any, before: str, mark: str, ticked: bool) -> None:
    found = read(f"{before}{mark} balloted\n\n- [ ] boxed\n")
    assert [item.box for item in found.items] == [ticked, False]
    assert found.items[0].text.strip("*") == "balloted"


def test_lines_of_ballot_boxes_are_items_each_with_what_follows_it(read: Any) -> None:
    found = read("Please check:\n☐ first\n☑ second\ngoes on\n☐ third\n\n**Part two**\n☐ fourth\n")
    assert boxes(found) == [("first", False), ("second goes on", True), ("third", False), ("fourth", False)]
    assert found.items[3].section == "Part two"


def test_a_choice_among_boxes_is_no_item(read: Any) -> None:
    assert texts(read("- [ ] a\n\n**Approved:** ☐ YES ☐ NO\n\n☐ yes ☐ no\n")) == ["a"]


EMOJI = (
    "## A\n- ✅ done\n- ❌ not done\n- ⚠️ hardly\n- :white_check_mark: by name\n"
    "- at the end ✅\n- at the end: ❌\n- 🚧 in work\n"
)


def test_emoji_are_boxes_where_there_are_no_others(read: Any) -> None:
    assert boxes(read(EMOJI)) == [
        ("done", True),
        ("not done", False),
        ("hardly", False),
        ("by name", True),
        ("at the end", True),
        ("at the end", False),
        ("in work", False),
    ]


def test_emoji_tell_about_something_where_there_are_boxes(read: Any) -> None:
    assert texts(read(f"{EMOJI}\n- [ ] a\n  - ✅ part of a\n")) == ["a"]


def test_emoji_and_ballot_boxes_are_one_list(read: Any) -> None:
    assert boxes(read("- ☐ open\n- ✅ done\n")) == [("open", False), ("done", True)]


def test_plain_lists_are_items_as_a_last_resort(read: Any) -> None:
    found = read("# Launch\n\nIntroduction.\n\n## Data\n- Backups run\n  - daily\n- Restore tested\n\n1. Then this\n")
    assert [(item.text, item.box, item.parameters) for item in found.items] == [
        ("Backups run", False, ("daily",)),
        ("Restore tested", False, ()),
        ("Then this", False, ()),
    ]
    assert texts(read("- no heading\n- at all\n")) == ["no heading", "at all"]
    assert texts(read("- plain\n- [ ] boxed\n")) == ["boxed"]
    assert read("Nothing but text.\n").items == ()


# -- Sections


def test_sections_are_headings_bold_lines_and_summaries(read: Any) -> None:
    found = read(
        "# Shop\n\n- [ ] top\n\n## 1. Data\n\n### Cache ✅\n- [x] cached\n\n**Bold line:**\n\n- [ ] bold\n\n"
        "🔒 **Bold with a picture**\n- [ ] picture\n\nSetext\n------\n- [ ] setext\n\n"
        "<details>\n<summary><b>Folded</b></summary>\n\n- [ ] folded\n\n</details>\n\n- [ ] unfolded\n"
    )
    assert [(item.text, item.section) for item in found.items] == [
        ("top", ""),
        ("cached", "1. Data > Cache ✅"),
        ("bold", "1. Data > Cache ✅ > Bold line"),
        ("picture", "1. Data > Cache ✅ > Bold with a picture"),
        ("setext", "Setext"),
        ("folded", "Setext > Folded"),
        ("unfolded", "Setext"),
    ]


def test_what_is_folded_without_blank_lines_is_read_as_well(read: Any) -> None:
    found = read("<details>\n<summary>Folded</summary>\n- [ ] in HTML\n<!--\n- [ ] hidden\n-->\n</details>\n")
    assert [(item.text, item.section, item.line) for item in found.items] == [("in HTML", "Folded", 3)]
    assert found.unread == ()


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("# One\n- [ ] a\n# Two\n- [ ] b\n", ["One", "Two"]),
        ("# Title\n- [ ] a\n", ["Title"]),
        ("# Title\n## One\n- [ ] a\n", ["One"]),
        ("# Title\n**One**\n- [ ] a\n", ["One"]),
        ("## One\n- [ ] a\n# Two\n- [ ] b\n", ["One", "Two"]),
        ("#### Deep\n- [ ] a\n## Up\n- [ ] b\n", ["Deep", "Up"]),
        ("# T\n## **1. Env**\n### *Keys:*\n- [ ] a\n", ["1. Env > Keys"]),
        ("# T\n## A\n**B**\n- [ ] a\n## C\n- [ ] b\n", ["A > B", "C"]),
        ("# T\n## A\n**Note** this.\n- [ ] a\n", ["A"]),
        ("# T\n## A\n> **Note**\n\n- [ ] a\n", ["A"]),
        ("# T\n## A ##\n- [ ] a\n", ["A"]),
        ("# T\n## [ ] A\n- [ ] a\n", ["", "A"]),
    ],
)
def test_the_title_is_no_section_unless_there_is_no_other(read: Any, text: str, sections: list[str]) -> None:
    assert [item.section for item in read(text).items] == sections


def test_a_heading_with_a_box_is_an_item_and_a_section(read: Any) -> None:
    found = read("# T\n## Part\n### [x] Step one\n- [ ] inside\n### ✅ Step two\n- [ ] inside two\n")
    assert [(item.text, item.box, item.section) for item in found.items] == [
        ("Step one", True, "Part"),
        ("inside", False, "Part > Step one"),
        ("inside two", False, "Part > ✅ Step two"),
    ]


def test_boxes_above_a_rule_are_no_heading(read: Any) -> None:
    found = read("## A\n[ ] one\n[ ] two\n---\n[ ] three\n")
    assert [(item.text, item.section) for item in found.items] == [("one", "A"), ("two", "A"), ("three", "A")]


# -- Signatures, blanks, completion


def test_signatures_have_a_role(read: Any) -> None:
    found = read(
        "# T\n## Sign-Off\n### Business\n- [ ] Engineering Lead: ______ Date: ____\n- [ ] **QA Lead:** ........ \n"
        "- [ ] Product Owner approval\n- [ ] All issues resolved: ____ Date: ____\n\n"
        "| Role | Name | Signature | Date |\n|---|---|---|---|\n"
        "| Security Officer | | | |\n| CTO | Ada | A.M. | 2026-01-01 |\n"
    )
    assert [(item.role, item.box, item.canonical) for item in found.items] == [
        ("Engineering Lead", False, "sign_off"),
        ("QA Lead", False, "sign_off"),
        ("Product Owner", False, "sign_off"),
        ("", False, "sign_off"),
        ("Security Officer", False, "sign_off"),
        ("CTO", True, "sign_off"),
    ]
    assert [item.blanks for item in found.items] == [2, 1, 0, 2, 0, 0]


def test_a_stated_completion_is_of_the_whole(read: Any) -> None:
    found = read(
        "# T\n**Completion**: 65% (of all)\nOverall progress: 29/56 (52 %)\n\n80.5 % complete\n\n- [ ] 90% complete\n\n"
        "| a | b |\n|---|---|\n| 70% complete | |\n"
    )
    assert [(stated.line, stated.percent) for stated in found.stated] == [(2, 65), (3, 52), (5, 80.5)]


# -- Files


def test_line_ends_byte_order_marks_and_front_matter_change_nothing(read: Any) -> None:
    text = "---\ntitle: x\ntags: [a, b]\n---\n## S\n\n- [ ] a\n\n| t | done |\n|---|---|\n| b | [ ] |\n"
    expected = [("S", 7, "a"), ("S", 11, "b")]
    for data in (
        text.encode(),
        text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
        text.replace("\n", "\r\n", 5).encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("utf-16"),
        text.rstrip().encode(),
    ):
        found = read(data)
        assert [(item.section, item.line, item.text) for item in found.items] == expected
        assert len({item.id for item in found.items} | {item.id for item in read(text).items}) == 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("---\n- [ ] a\n---\n", [2]),
        ("---\ntext\n---\n- [ ] a\n", [4]),
        ("---\n- one\n---\n- [ ] a\n", [4]),
        ("---\nNote: it begins\nwith a rule\n---\n- [ ] a\n", [5]),
        ("---\n---\n- [ ] a\n", [3]),
        ("---\ntitle: never closed\n- [ ] a\n", [3]),
        ("---\n" + "[" * 5000 + "\n---\n- [ ] a\n", [4]),
    ],
)
def test_a_rule_at_the_top_hides_nothing(read: Any, text: str, lines: list[int]) -> None:
    assert [item.line for item in read(text).items] == lines


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "latin-1"])
@pytest.mark.parametrize("text", ["✅ Über", "⚠️ \u2013 \u201cnaïve\u201d", "☐ → 90 %", "🚀 Ünder"])
def test_text_that_was_encoded_twice_is_read_as_it_was_meant(read: Any, text: str, encoding: str) -> None:
    try:
        damaged = text.encode().decode(encoding)
    except UnicodeError:
        pytest.skip("cannot be damaged in this way")
    (item,) = read(f"- [ ] {damaged}\n").items
    assert item.text == text


def test_damaged_marks_are_boxes_and_damaged_titles_are_repaired(read: Any) -> None:
    damaged = "☐ a".encode().decode("mac_roman")
    heading = "Über uns".encode().decode("cp1252")
    (item,) = read(f"## {heading}\n\n{damaged}\n").items
    assert (item.text, item.box, item.section) == ("a", False, "Über uns")


def test_text_that_is_right_is_not_repaired(read: Any) -> None:
    for text in ("déjà vu \u2013 naïve", "数据库备份已检查", "Ελληνικά", "✅🚀 größer"):
        assert texts(read(f"- [ ] {text}\n")) == [text]


def test_bytes_that_are_no_text_do_no_harm(read: Any) -> None:
    found = read(b"- [ ] caf\xff\n- [ ] n\x00ul\n- [ ] \x1b[31mred\x1b[0m\n")
    assert texts(found) == ["caf\ufffd", "n\ufffdul", "\ufffd[31mred\ufffd[0m"]
    assert read(bytes(range(256)) * 100).items == ()
    assert read(b"").items == ()


def test_reading_alters_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "c.md"
    path.write_bytes("- [ ] caf\u00c3\u00a9\r\n".encode() + b"\xff")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    checklist.read(path, ())
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "c.md:1: the checklist cannot be read: No such file or directory"),
        (lambda path: path.mkdir(), "c.md:1: the checklist "),
        (os.mkfifo, "c.md:1: the checklist is not a plain file"),
        (lambda path: path.write_bytes(b"x" * (10 * 1024 * 1024 + 1)), "c.md:1: the checklist has more than 10 MiB"),
        (lambda path: path.write_text("a\n" * 50_001), "c.md:50000: the checklist has more than 50,000 lines"),
        (lambda path: path.write_text("\n- [ ] " + "a" * 20_000), "c.md:2: this line has more than 20,000 characters"),
        (lambda path: path.write_text("- [ ] a\n" * 20_001), "c.md:20001: the checklist has more than 20,000 items"),
        (
            lambda path: path.write_text("- + * " * 100 + "a\n" + "- + * a\n" * 40_000),
            "has more than 100,000 list entries",
        ),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, make: Any, problem: str) -> None:
    make(tmp_path / "c.md")
    with pytest.raises(BadChecklist) as wrong:
        checklist.read(tmp_path / "c.md", ())
    assert problem in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_picture_in_the_text_is_no_hindrance(read: Any) -> None:
    found = read("- [ ] a\n\n![](data:image/png;base64," + "A" * 900_000 + ")\n\n- [ ] b\n")
    assert texts(found) == ["a", "b"]
