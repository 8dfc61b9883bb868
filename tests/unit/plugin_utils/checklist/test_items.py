# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item is known by: the same wherever it stands, and another where it says something else."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.items import text_hash

SECRET = "AKIAZ7Q2WMNB4RT6YUPX"


def ids(found: Checklist) -> dict[str, str]:
    return {item.text: item.id for item in found.items}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Backups run daily", "backups run daily"),
        ("Backups run daily", "**Backups** run `daily`"),
        ("Backups run daily", "Backups run daily."),
        ("Backups run daily", "Ensure that all backups are run daily!"),
        ("Backups run daily", "Backup runs daily"),
        ("Rate limit: 100 req/min", "Rate limit: 200 req/min"),
        ("p95 < 200 ms", "p95 < 500ms"),
        ("Retention of 30 days", "Retention of 90 days"),
        ("Docs are in [the wiki](https://a.example/x)", "Docs are in [the wiki](https://b.example/yy)"),
        ("TLS — valid", "TLS - valid"),
        ("Runs on <b>Redis</b>", "Runs on Redis"),
        ("Überwachung läuft", "überwachung  läuft"),
    ],
)
def test_a_small_edit_leaves_an_item_what_it_is(read: Any, before: str, after: str) -> None:
    (one,), (two,) = read(f"- [ ] {before}\n").items, read(f"## Moved\n\nText.\n\n3. [x] {after}\n").items
    assert one.id == two.id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Backups run daily", "Backups run weekly"),
        ("Backups run", "Backups do not run"),
        ("S3 configured", "K8s configured"),
        ("Redis is up", "NATS is up"),
        ("数据库备份", "日志监控"),
        ("???", "!!!"),
        ("1", "2"),
    ],
)
def test_other_words_are_another_item(read: Any, before: str, after: str) -> None:
    (one,), (two,) = read(f"- [ ] {before}\n").items, read(f"- [ ] {after}\n").items
    assert one.id != two.id


def test_the_same_words_are_told_apart_by_section_numbers_and_last_their_order(read: Any) -> None:
    versions = "- [ ] TLS 1.2 on\n- [ ] TLS 1.3 on\n"
    found = read(f"## A\n- [ ] Backup tested\n{versions}\n## B\n- [ ] Backup tested\n- [ ] Backup tested\n")
    assert len({item.id for item in found.items}) == 5
    versions = "- [ ] TLS 1.3 on\n- [x] TLS 1.2 on\n"
    again = read(f"## B\n- [ ] Backup tested\n- [x] Backup tested\n## A\n{versions}- [ ] Backup tested\n")
    assert {(item.section, item.text, item.id) for item in found.items} == {
        (item.section, item.text, item.id) for item in again.items
    }


def test_an_id_that_a_person_gave_stays_whatever_the_words(read: Any) -> None:
    (item,) = read("- [ ] Anything at all <!-- golive: id=backup-1 -->\n").items
    assert item.id == "backup-1"


WORDS = st.lists(
    st.sampled_from(
        ["redis", "backup", "daily", "tls", "expires", "log", "rotated", "key", "vault", "tested", "p95", "role"]
    ),
    min_size=1,
    max_size=6,
)
LINES = st.lists(WORDS.map(" ".join), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists") / "checklist.md"


def read_at(path: Path, text: str) -> Checklist:
    path.write_text(text, encoding="utf-8")
    return checklist.read(path, ())


@given(lines=LINES, data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ids_survive_any_order_any_boxes_and_any_other_list(place: Path, lines: list[str], data: st.DataObject) -> None:
    lines = list(dict.fromkeys(" ".join(sorted(set(line.split()))) for line in lines))
    before = ids(read_at(place, "## S\n" + "".join(f"- [ ] {line}\n" for line in lines)))
    assert len(set(before.values())) == len(lines)
    shuffled = data.draw(st.permutations(lines))
    boxes = data.draw(st.lists(st.sampled_from(" xX"), min_size=len(lines), max_size=len(lines)))
    bullets = data.draw(st.lists(st.sampled_from(["-", "*", "+", "1."]), min_size=len(lines), max_size=len(lines)))
    after = "".join(f"{bullet} [{box}] {line}\n\n" for bullet, box, line in zip(bullets, boxes, shuffled, strict=True))
    assert ids(read_at(place, f"# T\n## Other\n### Deeper\n{after}")) == before


@given(lines=LINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_two_items_share_an_id(place: Path, lines: list[str]) -> None:
    found = read_at(
        place, "".join(f"- [ ] {line}\n" for line in lines) + "## S\n" + "".join(f"- [ ] {line}\n" for line in lines)
    )
    assert len(found.items) == len({item.id for item in found.items}) == 2 * len(lines)


@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_one_line(place: Path, text: str) -> None:
    try:
        found = read_at(place, f"## A\n- [ ] first\n\n{text}\n")
    except checklist.BadChecklist as wrong:
        assert "\n" not in str(wrong)  # noqa: PT017 - either way is right
    else:
        assert found.items[0].text == "first" or found.items[0].text.startswith("first ")
        assert all(item.text and item.id and item.text_hash for item in found.items)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_with_a_box_is_lost(place: Path, seed: int) -> None:
    """Lists, quotes, code, tables, headings and HTML in any order: every box is an item, hidden, or unread."""
    chosen = random.Random(seed)
    blocks = [
        "- [ ] item {n}",
        "  - [x] nested {n}",
        "        - [ ] far in {n}",
        "> - [ ] quoted {n}",
        "1. [ ] numbered {n}",
        "## Heading {n}",
        "text {n}",
        "",
        "| a | b |\n|---|---|\n| [ ] | row {n} |",
        "**Bold {n}**",
        "---",
        "<details>",
        "</details>",
        "- bullet {n}",
        "[ ] bare {n}",
    ]
    text = "\n".join(chosen.choice(blocks).format(n=number) for number in range(30)) + "\n- [ ] last\n"
    found = read_at(place, text)
    said = {item.line for item in found.items} | set(found.unread)
    assert {number for number, line in enumerate(text.split("\n"), 1) if "[ ]" in line or "[x]" in line} <= said


def test_evidence_is_bound_to_the_words_and_not_to_the_space_between_them(read: Any) -> None:
    def hashed(text: str) -> str:
        return str(read(text).items[0].text_hash)

    words = hashed("- [ ] Keep 30 days of backups\n")
    assert hashed("## S\n\n* [x]   Keep 30 days\n  of backups <!-- golive: redis.ha --> <!-- anything -->\n") == words
    assert hashed("- [ ] Keep 31 days of backups\n") != words
    assert hashed("- [ ] Keep 30 days of **backups**\n") != words
    assert hashed("- [ ] keep 30 days of backups\n") != words
    assert text_hash("a  b\n c") == text_hash("a b c")


def test_the_hash_is_of_all_words_though_not_all_are_shown(read: Any) -> None:
    long = " ".join(["word"] * 1500)
    one, two = (read(f"- [ ] {long} {end}\n").items[0] for end in ("one", "two"))
    assert one.text == two.text
    assert len(one.text) < 4100
    assert one.text_hash != two.text_hash


def test_a_secret_is_shown_nowhere_and_cannot_be_guessed_from_a_hash(read: Any) -> None:
    found = read(
        f"# T\n## Keys {SECRET}\n- group {SECRET}\n  - [ ] uses {SECRET} here\n    - param {SECRET}\n\n"
        f"| Task | Owner | Done |\n|---|---|---|\n| rotate {SECRET} | {SECRET} | [ ] |\n\n"
        f"- [ ] sign {SECRET}: ____ (if using {SECRET})\n"
    )
    assert SECRET not in repr(found)
    assert repr(found).count("[masked: AWS access key]") >= 8
    assert found.secrets == (2, 3, 4, 5, 9, 11)
    other = read("- [ ] password: hunter2!9\n").items[0], read("- [ ] password: hunter3!9\n").items[0]
    assert other[0].text_hash == other[1].text_hash


def test_what_stands_around_an_item_is_not_repeated_without_end(read: Any) -> None:
    found = read(f"## {'h' * 5000}\n- {'p' * 5000}\n  - [ ] a\n    - {'q' * 5000}\n")
    (item,) = found.items
    assert max(map(len, (item.section, *item.parents, *item.parameters))) < 310


def test_the_controls_of_an_item_are_named_once() -> None:
    bindings = (Binding(("a.b", "c.d"), "web"), Binding(("c.d", "e.f"), any_of=True))
    assert Item("i", "", 1, "", False, bindings).controls == ("a.b", "c.d", "e.f")
