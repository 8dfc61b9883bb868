# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading checklists: what is an item, where it stands, what it is bound to, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import BadChecklist, Binding, Item

KNOWN = ("redis.persistence", "tls.expiry", "tls.protocols")


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str) -> list[Item]:
        path = tmp_path / "checklist.md"
        path.write_text(text, encoding="utf-8")
        return checklist.read(path, KNOWN)

    return reading


def test_items_have_section_line_text_and_box(read) -> None:
    items = read(
        "# Shop\n\n## 1. Data\n\n### Cache\n- [x] Redis **persistent**\n  * [ ] nested\n\n## 2. Web\n1. [ ] TLS\n"
    )
    assert [(i.section, i.line, i.text, i.box) for i in items] == [
        ("1. Data > Cache", 6, "Redis **persistent**", True),
        ("1. Data > Cache", 7, "nested", False),
        ("2. Web", 10, "TLS", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] code\n```\n",
        "    - [ ] indented code\n",
        "- no box\n",
        "- [y] other\n",
        "text [ ] inline\n",
        "- [ ]nothing\n",
    ],
)
def test_what_only_looks_like_an_item_is_none(read, text: str) -> None:
    assert read(text) == []


def test_bindings_are_read_and_never_shown(read) -> None:
    (item,) = read("- [ ] Redis safe <!-- golive: redis.persistence, tls.expiry on=cache phase=launch_day -->\n")
    assert item.text == "Redis safe"
    assert item.bindings == (Binding(("redis.persistence", "tls.expiry"), "cache"),)
    assert item.phase == "launch_day"


def test_an_item_may_have_several_bindings_also_below_it(read) -> None:
    first, second = read(
        "- [ ] Both <!-- golive: redis.persistence on=cache --> <!-- golive: tls.expiry -->\n"
        "- [ ] Below\n\n  <!-- golive: tls.protocols on=web -->\n"
    )
    assert first.controls == ("redis.persistence", "tls.expiry")
    assert second.bindings == (Binding(("tls.protocols",), "web"),)


def test_other_comments_bind_nothing(read) -> None:
    (item,) = read("- [ ] A <!-- todo: golive later -->\n")
    assert item.bindings == ()


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        (
            "redis.persistance",
            r"checklist.md:3: there is no control redis.persistance; did you mean redis.persistence\?",
        ),
        ("tls.expiry by=me", r"checklist.md:3: 'by=me' in the golive comment is not one of on=…, phase=…"),
        ("on=cache", r"checklist.md:3: the golive comment names a group but no control"),
    ],
)
def test_a_wrong_binding_is_one_clear_line(read, comment: str, problem: str) -> None:
    with pytest.raises(BadChecklist, match=problem):
        read(f"# A\n\n- [ ] A <!-- golive: {comment} -->\n")


def test_identity_survives_reordering_and_tells_repeated_items_apart(read) -> None:
    one = {item.text: item.id for item in read("## S\n- [ ] A\n- [ ] B\n")}
    two = {item.text: item.id for item in read("## S\n- [x] B\n\n- [ ] A\n")}
    assert one == two
    assert len({item.id for item in read("## S\n- [ ] A\n- [ ] A\n")}) == 2


def test_windows_line_ends_tables_and_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "c.md"
    path.write_bytes(b"## S\r\n\r\n| a |\r\n|---|\r\n| [ ] b |\r\n\r\n- [ ] caf\xff\r\n")
    (item,) = checklist.read(path, KNOWN)
    assert (item.line, item.text) == (7, "caf\ufffd")


def test_a_hostile_or_missing_file_is_refused_or_bounded(tmp_path: Path) -> None:
    with pytest.raises(BadChecklist, match=r"no.md:1: the checklist cannot be read: No such file"):
        checklist.read(tmp_path / "no.md", KNOWN)
    large = tmp_path / "large.md"
    large.write_bytes(b"x" * (checklist.MAX_BYTES + 1))
    with pytest.raises(BadChecklist, match="more than 10 MiB"):
        checklist.read(large, KNOWN)
    deep = tmp_path / "deep.md"
    deep.write_text("".join(f"{'  ' * n}- [ ] level {n}\n" for n in range(500)), encoding="utf-8")
    assert checklist.read(deep, KNOWN)
