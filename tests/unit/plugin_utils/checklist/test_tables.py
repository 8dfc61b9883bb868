# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables whose rows are requirements, and tables that only tell something."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import tables


def table(header: str, *rows: str) -> str:
    columns = header.replace("\\|", "").count("|") - 1
    return "\n".join([header, "|" + "---|" * columns, *rows]) + "\n"


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("| Task | Done |", "| TLS | [ ] |", ("TLS", False)),
        ("| Task | Done |", "| TLS | [x] |", ("TLS", True)),
        ("| Task | Done |", "| TLS | - [x] |", ("TLS", True)),
        ("| Task | Done |", "| TLS | ✅ |", ("TLS", True)),
        ("| Task | Done |", "| TLS | ❌ |", ("TLS", False)),
        ("| Task | Done? |", "| TLS | Yes |", ("TLS", True)),
        ("| Task | Done? |", "| TLS | no |", ("TLS", False)),
        ("| Task | Completed |", "| TLS | |", ("TLS", False)),
        ("| Task | ✅ |", "| TLS | x |", ("TLS", True)),
        ("| | Task |", "| [ ] | TLS |", ("TLS", False)),
        ("| Task |", "| [x] TLS |", ("TLS", True)),
        ("| Check | Status | Notes |", "| [ ] Code reviewed | | |", ("Code reviewed", False)),
        ("| Check | Notes |", "| ☐ Code **reviewed** | by two |", ("Code **reviewed**: by two", False)),
        ("| Task | State |", "| TLS | ☑ |", ("TLS", True)),
        ("| Task | Approved |", "| TLS | ☐ Yes ☐ No |", ("TLS", False)),
        ("| Variable | Required |", "| `A_B` | YES |", ("`A_B`", False)),
        ("| Variable | Required | Notes |", "| `A_B` | PROD ONLY | 32 bytes |", ("`A_B`: 32 bytes", False)),
        ("| Variable | Required | Status |", "| `A_B` | YES | Done |", ("`A_B`", True)),
        ("| Check | Target | Why | Done |", "| p95 | < 200 ms | speed | |", ("p95: < 200 ms · speed", False)),
        ("| Name | Required |", "| `A_B` | yes |", ("`A_B`", False)),
        ("| Item | Verified By | Date |", "| Health | | |", ("Health", False)),
        ("| Item | Verified By | Date |", "| Health | Ada | 2026-01-01 |", ("Health", True)),
        ("| Item | Verified By | Date |", "| Health | pending | |", ("Health", False)),
        ("| Task | Dev | Prod |", "| TLS | [x] | [ ] |", ("TLS", False)),
        ("| Task | Dev | Prod |", "| TLS | [x] | [x] |", ("TLS", True)),
        ("| A \\| B | Done |", "| x \\| y | [ ] |", ("x | y", False)),
    ],
)
def test_a_row_is_an_item(read: Any, header: str, row: str, expected: tuple[str, bool]) -> None:
    found = read(table(header, row))
    assert [(item.text, item.box, item.line) for item in found.items] == [(*expected, 3)]
    assert found.unread == ()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("| Version | Date | Approved by |", "| 1.0 | 2026-01-01 | Ada |"),
        ("| Service | Required memory |", "| api | 512 MB |"),
        ("| Service | Verified on |", "| api | Chrome 120 |"),
        ("| Endpoint | Latency |", "| /health | 12 ms |"),
        ("| Feature | Web |", "| login | ✅ |"),
        ("| Service | Status |", "| api | Done |"),
    ],
)
def test_a_table_that_only_tells_something_has_no_items(read: Any, header: str, row: str) -> None:
    assert [item.text for item in read(f"- [ ] a\n\n{table(header, row)}").items] == ["a"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["| login | ✅ Validated |", "| logout | ⚠️ Optional |"], [("login", True), ("logout", False)]),
        (["| login | Done |", "| logout | Pending |"], [("login", True), ("logout", False)]),
        (["| login | great |", "| logout | so so |"], []),
    ],
)
def test_a_status_makes_items_where_there_are_no_boxes(read: Any, rows: list[str], expected: list[Any]) -> None:
    assert [(item.text, item.box) for item in read(table("| Feature | Status |", *rows)).items] == expected


def test_what_a_table_tells_about_a_row_is_kept_apart_from_its_words(read: Any) -> None:
    (item,) = read(
        table(
            "| # | Priority | Task | Owner | Status | Required |",
            "| 1.2 | P1 | Rotate keys | Ada | Not started | No |",
        )
    ).items
    assert (item.text, item.optional, item.says) == ("Rotate keys", True, ("not started",))
    assert item.parameters == ("Priority: P1", "Owner: Ada", "Status: Not started")


def test_a_status_that_contradicts_the_box_is_said(read: Any) -> None:
    (item,) = read(table("| Task | Status | Done |", "| TLS | Pending | [x] |")).items
    assert (item.box, item.says) == (True, ("pending",))


def test_rows_without_words_and_ragged_rows_do_no_harm(read: Any) -> None:
    found = read(table("| Task | Note | Done |", "| | | |", "| a |", "| b | c | [x] | d | e |"))
    assert [(item.text, item.box) for item in found.items] == [("a", False), ("b: c", True)]


def test_a_table_inside_an_entry_belongs_to_it(read: Any) -> None:
    found = read("- [ ] Servers\n\n  | Host | Done |\n  |---|---|\n  | web-1 | [ ] |\n")
    assert [(item.text, item.parents) for item in found.items] == [("Servers", ()), ("web-1", ("Servers",))]


def test_whoever_writes_back_finds_the_column_that_claims() -> None:
    for header, body, expected in (
        (["Task", "Status", "Done"], [["a", "x", "[ ]"]], 2),
        (["Task", "Required", "Status"], [["a", "yes", "Done"]], 2),
        (["Item", "Verified By"], [["a", ""]], 1),
        (["Task", "Required"], [["a", "yes"]], None),
    ):
        found = tables.columns(header, body)
        assert found
        assert found.claim == expected
    assert tables.columns(["a", "b"], [["c", "d"]]) is None
