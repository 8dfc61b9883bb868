# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What golive comments decide, and that a wrong one is one clear line and never passed over."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import BadChecklist, Binding


def test_bindings_are_read_and_never_shown(read: Any) -> None:
    (item,) = read("- [ ] Redis safe <!-- golive: redis.persistence, tls.expiry on=cache phase=launch_day -->\n").items
    assert item.text == "Redis safe"
    assert item.bindings == (Binding(("redis.persistence", "tls.expiry"), "cache"),)
    assert item.phase == "launch_day"


@pytest.mark.parametrize(
    ("text", "bindings"),
    [
        ("- [ ] a <!-- golive: redis.ha on=cache --> <!-- golive: tls.expiry -->", [("redis.ha",), ("tls.expiry",)]),
        ("- [ ] a\n  <!-- golive: redis.ha -->", [("redis.ha",)]),
        ("- [ ] a\n\n  <!-- golive: redis.ha -->", [("redis.ha",)]),
        ("- [ ] a\n  - b\n\n  <!-- golive: redis.ha -->", [("redis.ha",)]),
        ("- [ ] a\n\n  More. <!-- golive: redis.ha -->", [("redis.ha",)]),
        ("- [ ] a <!-- golive: redis.ha\n  tls.expiry -->", [("redis.ha", "tls.expiry")]),
        ("- [ ] a <!--golive:redis.ha-->", [("redis.ha",)]),
        ("- [ ] a <!-- GoLive : redis.ha,tls.expiry -->", [("redis.ha", "tls.expiry")]),
        ("- [ ] <!-- golive: redis.ha --> a", [("redis.ha",)]),
        ("| t | done |\n|---|---|\n| a <!-- golive: redis.ha --> | [ ] |", [("redis.ha",)]),
        ("| t | done |\n|---|---|\n| a | [ ] <!-- golive: redis.ha --> |", [("redis.ha",)]),
        ("☐ a <!-- golive: redis.ha -->", [("redis.ha",)]),
        ("## [ ] a <!-- golive: info -->", []),
        ("- [ ] a <!-- golive-evidence: 2026-01-01 run 1 pass -->", []),
        ("- [ ] a <!-- todo: golive later -->", []),
        ("- [ ] a <!-- golive later -->", []),
        ("- [ ] a, as in `<!-- golive: no.such -->`", []),
        ("```\n<!-- golive: no.such -->\n```\n\n- [ ] a", []),
    ],
)
def test_a_comment_belongs_to_the_item_that_it_stands_at(read: Any, text: str, bindings: list[Any]) -> None:
    (item,) = read(text).items
    assert [binding.controls for binding in item.bindings] == bindings
    assert item.text.startswith("a")


def test_one_of_several_controls_may_be_enough(read: Any) -> None:
    (item,) = read("- [ ] a <!-- golive: redis.ha docker.reviewed|kubernetes.ready tls.expiry on=web -->\n").items
    assert item.bindings == (
        Binding(("redis.ha", "tls.expiry"), "web"),
        Binding(("docker.reviewed", "kubernetes.ready"), "web", any_of=True),
    )


def test_marks_documents_and_ids(read: Any) -> None:
    human, info, document = read(
        "- [ ] a <!-- golive: human -->\n- [ ] b <!-- golive: info -->\n"
        "- [ ] c <!-- golive: document=https://wiki.example/a,b id=runbook -->\n"
    ).items
    assert (human.mark, info.mark) == ("human", "info")
    assert (document.document, document.id) == ("https://wiki.example/a,b", "runbook")


def test_a_comment_below_a_heading_speaks_of_all_below_it(read: Any) -> None:
    found = read(
        "# T\n<!-- golive: phase=ongoing -->\n- [ ] everywhere\n"
        "## Database\n<!-- golive: section=security phase=launch_day -->\n- [ ] given\n"
        "### Backups\n- [ ] inherited\n- [ ] own <!-- golive: section=cost phase=first_hour -->\n"
        "### Redis <!-- golive: section=identity -->\n- [ ] nearer\n"
        "## Database\n- [ ] from the heading\n"
    )
    assert [(item.text, item.canonical, item.phase) for item in found.items] == [
        ("everywhere", "", "ongoing"),
        ("given", "security", "launch_day"),
        ("inherited", "security", "launch_day"),
        ("own", "cost", "first_hour"),
        ("nearer", "identity", "launch_day"),
        ("from the heading", "data", "ongoing"),
    ]
    assert "golive" not in found.items[4].section


def test_a_comment_below_a_bold_line_ends_with_it(read: Any) -> None:
    found = read("## A\n**B**\n<!-- golive: section=cost -->\n- [ ] a\n\n**Queue**\n- [ ] b\n")
    assert [item.canonical for item in found.items] == ["cost", "cache_and_queue"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- [ ] a <!-- golive: redis.hi -->", "1: there is no control redis.hi; did you mean redis.ha?"),
        ("- [ ] a <!-- golive: zzzzz -->", "1: there is no control zzzzz"),
        ("- [ ] a\n  goes on <!-- golive: zzzzz -->", "2: there is no control zzzzz"),
        (
            "- [ ] a <!-- golive: tls.expiry by=me -->",
            "1: 'by=me' in the golive comment is not one of human, info, on=…",
        ),
        ("- [ ] a <!-- golive: tls.expiry on= -->", "1: 'on=' in the golive comment is not one of"),
        ("- [ ] a <!-- golive: on=cache -->", "1: the golive comment names a group but no control"),
        ("- [ ] a <!-- golive: -->", "1: the golive comment says nothing; it names controls, or human, info, on=…"),
        ("- [ ] a <!-- golive:", "1: the golive comment that begins here is never closed with -->"),
        ("<!-- golive: redis.ha\n\n- [ ] a", "1: the golive comment that begins here is never closed with -->"),
        ("- [ ] a <!-- golive redis.ha -->", "1: a golive comment has a colon: <!-- golive: … -->"),
        ("- [ ] a <!-- golive on=cache -->", "1: a golive comment has a colon"),
        ("- [ ] a <!-- golive human -->", "1: a golive comment has a colon"),
        ("- [ ] a <!-- golive: redis.ha| -->", "1: 'redis.ha|' names no control on one side of |"),
        ("- [ ] a <!-- golive: phase=first_hours -->", "1: there is no phase first_hours; did you mean first_hour?"),
        ("- [ ] a <!-- golive: section=xyz -->", "1: there is no section xyz; known are infrastructure, hosts, data"),
        (
            "- [ ] a <!-- golive: info redis.ha -->",
            "1: the golive comment says that there is nothing to check, and also",
        ),
        ("- [ ] a <!-- golive: info --> <!-- golive: human -->", "1: the golive comment says that there is nothing to"),
        ("- [ ] a <!-- golive: phase=ongoing --> <!-- golive: phase=first_day -->", "1: there is no phase first_day"),
        (
            "- [ ] a <!-- golive: phase=ongoing --> <!-- golive: phase=first_hour -->",
            "1: phase is said to be ongoing and first_hour for the same item",
        ),
        ("- [ ] a <!-- golive: id=a;b -->", "1: an id consists of at most 60 letters, digits"),
        ("- [ ] a <!-- golive: id=i -->\n- [ ] b <!-- golive: id=i -->", "2: there is another item with the id i"),
        (
            "## A <!-- golive: redis.ha -->\n- [ ] a",
            "1: this golive comment stands at a heading; put it behind an item",
        ),
        ("## A\n\n<!-- golive: redis.ha -->\n\n- [ ] a", "3: this golive comment stands at no item; put it behind one"),
        (
            "## A\n\nText <!-- golive: human -->\n\n- [ ] a",
            "3: this golive comment stands at no item; put it behind one",
        ),
        ("- [ ] a\n- b <!-- golive: redis.ha -->", "2: this golive comment stands at no item; put it behind one"),
        ("- [ ] <!-- golive: redis.ha -->", "1: this golive comment stands at no item; put it behind one"),
        (
            "- [ ] a\n- ✅ b <!-- golive: phase=ongoing -->",
            "2: this golive comment stands at no item; put it behind one",
        ),
    ],
)
def test_a_wrong_comment_is_one_clear_line(read: Any, text: str, problem: str) -> None:
    with pytest.raises(BadChecklist) as wrong:
        read(f"{text}\n")
    assert f"checklist.md:{problem}" in str(wrong.value)
    assert "\n" not in str(wrong.value)
