# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing back changes boxes, evidence and the stated completion, and no other byte; and only what a run decided."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils import write_back
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import BadChecklist, Checklist, read
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = REPOSITORY.parent / "shared"
OWN = sorted([*REPOSITORY.glob("inventories/*/checklist.md"), REPOSITORY / "tests/lab/inventory/checklist.md"])
OTHERS = sorted([*(SHARED / "seeds").glob("*.txt"), *(SHARED / "eval/dev").glob("*.md")])
KNOWN = catalogue()

TICKS = {"pass", "attested"}
UNTICKS = {"fail", "error", "missed", "expired", "unbound"}
KEEPS = {"waived", "not_applicable"}
UNTOUCHED = {"not_selected", "not_due", "info"}
STATUSES = sorted(TICKS | UNTICKS | KEEPS | UNTOUCHED)
RUN, DATE, STARTED = "20261123T030000Z-4711", "2026-11-23", 1_795_402_800.0
MARKS = re.compile(r"\[[ xX✓]{0,2}\\?\]|[☐☑☒⬜✅❌✔✘✓✗⚠🟡🟢]|:\w+:")
COMMENT = r"<!-- golive-evidence:[^<>]*-->"
EVIDENCE = re.compile(rf" ?{COMMENT}")


class Lists:
    """Checklists on disk, and what a run found of them."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "checklist.md"

    def read(self, data: bytes | str) -> Checklist:
        self.path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read(self.path, KNOWN)

    def write(self, data: bytes | str, *statuses: str, **options: Any) -> write_back.Written:
        """Write back a run in which the items stand so, the last status for all that follow."""
        now = self.read(data)
        found = report(now, statuses)
        return write_back.written_back(self.path.read_bytes(), now, found, KNOWN, **options)

    def text(self, data: str, *statuses: str, **options: Any) -> str:
        return self.write(data, *statuses, **options).data.decode()


def report(checklist: Checklist, statuses: Any, **run: Any) -> dict[str, Any]:
    """What of a report matters here."""
    items = [
        {
            "id": item.id,
            "line": item.line,
            "text": item.text,
            "text_hash": item.text_hash,
            "controls": list(item.controls),
            "status": statuses[min(index, len(statuses) - 1)],
        }
        for index, item in enumerate(checklist.items)
    ]
    return {"run": {"id": RUN, "started": STARTED, "finished": True, **run}, "items": items}


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)


@pytest.fixture(scope="module")
def shared_lists(tmp_path_factory: pytest.TempPathFactory) -> Lists:
    return Lists(tmp_path_factory.mktemp("lists"))


@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_does_to_box_and_evidence_what_it_means(lists: Lists, status: str, ticked: bool) -> None:
    box = "x" if ticked else " "
    after = "x" if status in TICKS else " " if status in UNTICKS else box
    evidence = "" if status in UNTOUCHED | {"unbound"} else f" <!-- golive-evidence: {DATE} run {RUN} {status} -->"
    assert lists.text(f"- [{box}] Redis restarts\n", status) == f"- [{after}] Redis restarts{evidence}\n"


@pytest.mark.parametrize("status", sorted(KEEPS))
def test_what_is_excused_is_ticked_only_on_demand(lists: Lists, status: str) -> None:
    assert lists.text("- [ ] One thing\n", status, tick=[status]).startswith("- [x] One")
    assert lists.text("- [ ] One thing\n", status, tick=sorted(KEEPS - {status})).startswith("- [ ] One")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] It holds", "- [x] It holds"),
        ("*\t[ ]  It holds", "*\t[x]  It holds"),
        ("> 1. [ ] It holds", "> 1. [x] It holds"),
        ("- - 3) [ ] It holds", "- - 3) [x] It holds"),
        ("- ☐ It holds", "- ☑ It holds"),
        ("☐ It holds", "☑ It holds"),
        ("+ ⬜ It holds", "+ ☑ It holds"),
        ("- ❌ It holds", "- ✅ It holds"),
        ("- ⚠\ufe0f It holds", "- ✅\ufe0f It holds"),
        ("- ✗ It holds", "- ✓ It holds"),
        ("- [ ] Text with [ ] and ☐ in it", "- [x] Text with [ ] and ☐ in it"),
        ("- [ ] a | b", "- [x] a | b"),
        ("- [] It holds", "- [x] It holds"),
        ("- \\[ \\] It holds", "- \\[x\\] It holds"),
        ("- **[ ] It** holds", "- **[x] It** holds"),
        ("### [ ] It holds ###", "### [x] It holds ###"),
        ("- :x: It holds", "- :white_check_mark: It holds"),
        ("- It holds: 🔴", "- It holds: 🟢"),
        ("<details>\n☐ It holds\n</details>", "<details>\n☑ It holds\n</details>"),
    ],
)
def test_each_kind_of_box_in_lists(lists: Lists, before: str, after: str) -> None:
    assert EVIDENCE.sub("", lists.text(before, "pass")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [x] It holds", "- [ ] It holds"),
        ("- [X] It holds", "- [ ] It holds"),
        ("- ☑ It holds", "- ☐ It holds"),
        ("- ☒ It holds", "- ☐ It holds"),
        ("- ✅ It holds\n- ❌ It fails", "- ❌ It holds\n- ❌ It fails"),
        ("- ✔ It holds", "- ✘ It holds"),
        ("- [✓] It holds", "- [ ] It holds"),
        ("- ✅ It holds\n- ⬜ It fails", "- ⬜ It holds\n- ⬜ It fails"),
    ],
)
def test_each_kind_of_box_is_unticked_as_the_list_does_it(lists: Lists, before: str, after: str) -> None:
    assert EVIDENCE.sub("", lists.text(before, "fail")) == after


TABLE = """\
| # | Requirement | Staging | Production |
|---|:------------|:-------:|:----------:|
| 1 | Redis \\| AOF | {0} | {0} |
| 2 | TLS is on | {1} | {1} |
"""


@pytest.mark.parametrize(("marks", "then"), [("⬜☑", "☑☐"), ("☐☑", "☑☐"), ("❌✅", "✅❌"), ("⬜✅", "☑❌")])
def test_a_row_is_ticked_in_all_of_its_boxes_and_unticked_in_the_first(lists: Lists, marks: str, then: str) -> None:
    written = lists.text(TABLE.format(*marks), "pass", "fail")
    assert f"| Redis \\| AOF<!-- golive-evidence: {DATE} run {RUN} pass --> |" in written
    second = f"| TLS is on | {then[1]} | {marks[1]} |"
    expected = TABLE.format(*then).replace(f"| TLS is on | {then[1]} | {then[1]} |", second)
    assert EVIDENCE.sub("", written) == expected


def test_of_several_marks_in_a_row_the_one_that_claims_is_written(lists: Lists) -> None:
    table = "| Requirement | Staging | Done |\n|---|---|---|\n| TLS is on | ❌ | ❌ |\n| DNS is right | ✅ | ❌ |\n"
    written = EVIDENCE.sub("", lists.text(table, "pass"))
    assert written == table.replace("❌ |\n", "✅ |\n")


def test_a_table_without_outer_bars_and_task_boxes(lists: Lists) -> None:
    table = "Requirement | Status\n--- | ---\nTLS is on | [ ] open\nDNS is right | [x]\n"
    written = EVIDENCE.sub("", lists.text(table, "pass", "error"))
    assert written == "Requirement | Status\n--- | ---\nTLS is on | [x] open\nDNS is right | [ ]\n"


def test_words_in_utf_16_are_written_as_such(lists: Lists) -> None:
    written = lists.write("\ufeff- [ ] Größe\r\n".encode("utf-16-le"), "pass")
    assert EVIDENCE.sub("", written.data.decode("utf-16-le")) == "\ufeff- [x] Größe\r\n"
    with pytest.raises(write_back.Refused, match=r"checklist.md:1: it is no valid utf-16-le; store it as UTF-8"):
        lists.write("\ufeff- [ ] One\n".encode("utf-16-le") + b"x", "pass")


def test_what_has_no_box_is_named_and_gets_its_evidence(lists: Lists) -> None:
    written = lists.write("| Phase | Done |\n|---|---|\n| Migrations ran | |\n", "pass")
    assert written.without_box == (3,)
    assert b"| Migrations ran<!-- golive-evidence" in written.data


def test_plain_lists_get_evidence_and_no_boxes(lists: Lists) -> None:
    written = lists.text("## Before\n\n- Migrations ran\n- Backups exist\n", "pass", "fail")
    assert "- Migrations ran <!-- golive-evidence" in written
    assert "[" not in written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] One  \r\n  more", "- [x] One E  \r\n  more"),
        ("- [ ] One\\\n  more", "- [x] OneE\\\n  more"),
        ("- [ ] One <!-- golive: redis.persistence -->", "- [x] One <!-- golive: redis.persistence --> E"),
        (
            "- [ ] One <!-- golive: redis.persistence\n  on=cache -->",
            "- [x] One E <!-- golive: redis.persistence\n  on=cache -->",
        ),
        ("- [ ] Run `a\n  b`", "- [x] Run E `a\n  b`"),
        ("- [ ] Run (`a\n  b`)", "- [x] Run (E`a\n  b`)"),
        ("- [ ] Keep `<!--` and \\` out", "- [x] Keep `<!--` and \\` out E"),
        ("- [ ] See <a\n  href='x'>it</a>", "- [x] See E <a\n  href='x'>it</a>"),
        ("- One: ❌", "- One E: ✅"),
        ("## [ ] One ##", "## [x] One E ##"),
    ],
)
def test_evidence_stands_behind_the_text_and_cuts_nothing_apart(lists: Lists, before: str, after: str) -> None:
    assert re.sub(COMMENT, "E", lists.text(before, "pass")) == after


def test_evidence_is_replaced_wherever_it_was_put_and_never_piled_up(lists: Lists) -> None:
    old = "<!-- golive-evidence: 2025-01-01 run old fail -->"
    before = f"- [x] One {old} and\n  more {old}\n\n- [ ] Two {old}\n- [ ] Three {old}\n"
    written = lists.text(before, "pass", "unbound", "not_selected")
    new = f"<!-- golive-evidence: {DATE} run {RUN} pass -->"
    assert written == f"- [x] One {new} and\n  more\n\n- [ ] Two\n- [ ] Three {old}\n"


def test_a_link_can_neither_end_the_comment_nor_the_cell(lists: Lists) -> None:
    table = "| Phase | Done |\n|---|---|\n| Migrations ran | ☐ |\n"
    written = lists.text(table, "pass", link='../runs/a -->|<"b>--/report.html')
    assert "pass ../runs/a%20-%2D%3E%7C%3C%22b%3E-%2D/report.html --> |" in written


@pytest.mark.parametrize(
    ("stated", "after"),
    [
        ("**Completion**: 65% (of items)", "**Completion**: 33% (of items)"),
        ("Overall: 12.50 % complete", "Overall: 33.33 % complete"),
        ("Progress 33%", "Progress 33%"),
        ("CPU below 70%", "CPU below 70%"),
        ("65% complete.\n\nProgress: 65%", "33% complete.\n\nProgress: 33%"),
        ("Backend: 65% complete\n\nFrontend: 40% complete", "Backend: 65% complete\n\nFrontend: 40% complete"),
    ],
)
def test_the_stated_completion_becomes_the_counted_one(lists: Lists, stated: str, after: str) -> None:
    items = "- [ ] One\n- [ ] Two\n- [x] Three\n\n"
    assert (
        EVIDENCE.sub("", lists.text(items + stated, "pass", "fail"))
        == items.replace("[ ]", "[x]", 1).replace("[x] Three", "[ ] Three") + after
    )


def test_a_completion_is_never_rounded_up(lists: Lists) -> None:
    items = "".join(f"- [x] Item {number}\n" for number in range(1000))
    assert lists.text(items + "\nCompletion: 100%\n", "fail", "pass").endswith("Completion: 99%\n")


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (
            "- [ ] Keep backups 30 days",
            "- [ ] Keep backups 7 days",
            "line 1 'Keep backups 7 days' is worded differently",
        ),
        ("- [ ] One thing", "- [ ] One thing\n- [ ] Another", "line 2 'Another' is new"),
        ("- [ ] One thing\n- [ ] Another", "- [ ] One thing", "line 2 'Another' is gone"),
        (
            "- [ ] One <!-- golive: redis.persistence -->",
            "- [ ] One <!-- golive: redis.maxmemory -->",
            "line 1 'One' is bound to other controls",
        ),
    ],
)
def test_stale_text_is_refused_by_name(lists: Lists, then: str, now: str, said: str) -> None:
    found = report(lists.read(then), ["pass"])
    checklist = lists.read(now)
    with pytest.raises(write_back.Refused) as refused:
        write_back.written_back(now.encode(), checklist, found, KNOWN)
    line = re.match("line ([0-9]+)", said)
    assert line
    assert str(refused.value) == (
        f"{lists.path}:{line[1]}: the run {RUN} read another text: {said}; verify again, then write back"
    )


def test_many_differences_are_counted_and_one_line(lists: Lists) -> None:
    found = report(lists.read("- [ ] Something\n"), ["pass"])
    now = "".join(f"- [ ] Item of another\ttext {number}\n" for number in range(9))
    with pytest.raises(write_back.Refused, match=r"^.*and 5 more; verify again, then write back$"):
        write_back.written_back(now.encode(), lists.read(now), found, KNOWN)


def test_order_boxes_and_the_words_around_items_are_not_stale(lists: Lists) -> None:
    found = report(lists.read("# Old\n\n- [ ] One\n- [ ] Two\n"), ["pass", "fail"])
    now = "# New\n\nMore words.\n\n- [x] Two\n- [ ] One\n"
    written = write_back.written_back(now.encode(), lists.read(now), found, KNOWN).data.decode()
    assert EVIDENCE.sub("", written) == "# New\n\nMore words.\n\n- [ ] Two\n- [x] One\n"


def test_an_unfinished_run_is_refused(lists: Lists) -> None:
    checklist = lists.read("- [ ] One\n")
    with pytest.raises(write_back.Refused, match="did not finish"):
        write_back.written_back(b"- [ ] One\n", checklist, report(checklist, ["pass"], finished=False), KNOWN)


def test_another_file_than_the_one_that_was_read_is_refused(lists: Lists) -> None:
    checklist = lists.read("- [ ] One\n")
    with pytest.raises(write_back.Refused, match="changed while it was read"):
        write_back.written_back(b"- [ ] one\n", checklist, report(checklist, ["pass"]), KNOWN)


def test_the_file_is_replaced_whole_with_its_rights_and_through_links(tmp_path: Path) -> None:
    path, link = tmp_path / "list.md", tmp_path / "link.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path.name)
    write_back.put(link, b"new", instead_of=b"old")
    assert link.is_symlink()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    with pytest.raises(write_back.Refused, match="changed while"):
        write_back.put(link, b"newer", instead_of=b"old")
    assert path.read_bytes() == b"new"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.md", "list.md"]


def test_the_patch_shows_the_change_and_no_secret() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nabcdef\n-----END RSA PRIVATE KEY-----\n"
    before = f"{key}- [ ] Password: hunter2hunter2\nlast".encode()
    shown = write_back.patch("list.md", before, before.replace(b"[ ]", b"[x]"))
    assert "hunter2" not in shown
    assert "abcdef" not in shown
    assert "\n-- [ ] Password: [masked: password]\n+- [x] Password: [masked: password]\n" in shown
    assert shown.endswith("last\n\\ No newline at end of file\n")
    assert write_back.patch("list.md", before, before) == ""


WORDS = st.text(alphabet="abc DÄß é.,:;!?()*_`~\\<>&\"'0#%|[]\u200b✅\t", min_size=1, max_size=25)
LINE_ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
BLANKS = st.sampled_from(["", "", " ", "  ", "\t"])
OLD = st.sampled_from(
    ["", "", "", f" <!-- golive-evidence: 2025-01-01 run {RUN} fail -->", " <!-- golive: redis.ha -->"]
)
MARKERS = st.sampled_from(["- ", "* ", "  - ", "1. ", "2) ", "    - ", "> - ", "- - ", "-\t"])
BOXES = st.sampled_from(
    ["[ ] ", "[x] ", "[X] ", "[ ]  ", "[] ", "[ x] ", "[✓]", "\\[ \\] ", "**[ ] ", "☐ ", "☑ ", "⬜ ", "✅ ", "❌ "]
    + ["✔\ufe0f ", ":x: ", ":white_check_mark: ", "🟡 ", ""]
)
TRAILING = st.sampled_from(["", "", "", "", " ✅", ": ❌", " — ⬜", " :x:"])


@st.composite
def blocks(draw: st.DrawFn) -> str:
    """A part of a checklist, as people write them or worse."""
    number, words, end = draw(st.integers(0, 999)), draw(WORDS), draw(LINE_ENDS)
    tail = draw(OLD) + draw(BLANKS)
    kind = draw(
        st.sampled_from(["item", "item", "item", "row", "heading", "text", "ballot", "fence", "blank", "more", "html"])
    )
    if kind == "item":
        return f"{draw(MARKERS)}{draw(BOXES)}Item {number} {words}{draw(TRAILING)}{tail}{end}"
    if kind == "row":
        box = draw(st.sampled_from(["☐", "✅", "⬜", "❌", "[ ]", "[x]", "", "yes"]))
        rows = f"| Requirement {words}{tail} | {box} |{end}| Other {number} | ✅ |{draw(BLANKS)}{end}"
        return f"{end}| Requirement | {draw(st.sampled_from(['Done', 'Status', 'Note']))} |{end}|---|:-:|{end}{rows}"
    if kind == "ballot":
        return f"☐ Item {number} {words}{tail}{end}"
    if kind == "fence":
        return f"{end}```{end}- [ ] {words}{end}```{end}"
    if kind == "heading":
        box, closing = draw(st.sampled_from(["", "", "[ ] ", "[x] "])), draw(st.sampled_from(["", " ##"]))
        return f"{end}## {box}Section {number}{closing}{end}"
    if kind == "html":
        return f"{end}<details><summary>Part {number}</summary>{end}☐ Item {words}{end}</details>{end}"
    plain = {"text": f"{words}{end}", "more": f"  more {words}{tail}{end}"}
    return plain.get(kind, end)


@st.composite
def checklists(draw: st.DrawFn) -> bytes:
    front = draw(st.sampled_from(["", "", "\ufeff", "---\ntitle: x\n---\n", "---\r\ntitle: x\r\n---\r\n"]))
    parts = [part.encode() for part in draw(st.lists(blocks(), min_size=1, max_size=12))]
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), b"broken \xff\xfe\xc3 bytes\n")
    data = front.encode() + b"".join(parts)
    return data.rstrip(b"\r\n") if draw(st.booleans()) else data


def assert_round_trip(lists: Lists, data: bytes, rng: random.Random) -> None:
    """Nothing but boxes and evidence changes; what is read is the same; a second time changes nothing."""
    before = lists.read(data)
    statuses = [rng.choice(STATUSES) for dummy in before.items] or ["pass"]
    found = report(before, statuses)
    written = write_back.written_back(data, before, found, KNOWN, tick=["waived"], link="../report.html")

    old, new = (EVIDENCE.sub("", each.decode("utf-8", "surrogateescape")) for each in (data, written.data))
    if len({stated.percent for stated in before.stated}) == 1:
        old, new = (re.sub(r"[0-9.]+(?=\s?%)", "", each) for each in (old, new))
    assert MARKS.sub("", old) == MARKS.sub("", new)
    assert (old == new) == (written.data == data or not any(c.what in ("ticked", "unticked") for c in written.changes))

    after = lists.read(written.data)
    for item, status in zip(after.items, statuses, strict=False):
        if status in TICKS | UNTICKS | {"waived"} and item.line not in written.without_box:
            assert item.box == (status not in UNTICKS)
    again = write_back.written_back(written.data, after, found, KNOWN, tick=["waived"], link="../report.html")
    assert again.data == written.data
    assert again.changes == ()


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=checklists(), seed=st.integers(0, 2**16))
@example(data=b"\xef\xbb\xbf- [ ] One\r\n- [x] Two  \n- [X] Three \xff\r- [ ] Four", seed=3)
def test_any_checklist_keeps_every_other_byte(shared_lists: Lists, data: bytes, seed: int) -> None:
    try:
        shared_lists.read(data)
    except BadChecklist:
        assume(False)
    assert_round_trip(shared_lists, data, random.Random(seed))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.parent.name)
def test_our_own_checklists_keep_every_other_byte(lists: Lists, path: Path) -> None:
    for seed in range(3):
        assert_round_trip(lists, path.read_bytes(), random.Random(seed))


@pytest.mark.skipif(not OTHERS, reason="the checklists of others are not at hand")
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_checklists_of_others_keep_every_other_byte(lists: Lists, path: Path) -> None:
    assert_round_trip(lists, path.read_bytes(), random.Random(1))


def test_a_large_hostile_list_is_written_in_bounded_time(lists: Lists) -> None:
    line = "- [ ] " + "<!-- golive-evidence: " * 50 + "`" * 7 + " <a " * 50 + "\\" * 99 + " " * 500 + "|x"
    data = "".join(f"{line} {number}\n" for number in range(100)) + "|" + " " * 15_000 + "-|\n"
    written = lists.write(data, "pass")
    assert len(written.changes) >= 100
