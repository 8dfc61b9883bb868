# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile files are read in bounded time; the lists at hand are read whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import BadChecklist
from tests.conftest import REPOSITORY

SHARED = REPOSITORY.parent / "shared"
HOSTILE = {
    "deep": "".join(f"{'  ' * n}- [ ] level {n}\n" for n in range(500)),
    "deep quotes": ">" * 500 + " - [ ] a\n",
    "rows": "| a | done |\n|---|---|\n" + "| x | [ ] |\n" * 100_000,
    "columns": "|a" * 5000 + "|\n" + "|-" * 5000 + "|\n" + "| [ ] |\n" * 2000,
    "brackets": "- [ ] " + "[" * 19_000 + "\n",
    "open comments": "<!-- golive " * 1500 + "\n",
    "one letter a line": "a\n" * 49_000,
    "ends": "\n" * 49_000,
    **{
        f"many {what}": f"- [ ] {what * (6_000 // len(what))}\n" * 20
        for what in (
            *(
                "[",
                "`",
                "](",
                "<",
                "<!--",
                "*",
                "_",
                "~~",
                "(",
                "|",
                "- ",
                "eyJaaaaaaaa.",
                "-eyJ",
                "a:",
                "http://a:",
                "sk-",
            ),
            *(
                "password=",
                "password: a1",
                "pending ",
                "(if ",
                "if using ",
                "complete ",
                "12/",
                "___",
                "é",
                "Ã",
                "\u201aúÖ",
                "✅ ",
            ),
            *(
                "\x00",
                "<summary>",
                "bearer a",
                "SG.",
                "no todo ",
                "xox",
                "-----BEGIN ",
                "data:a/a;base64,",
                "{{",
                "1. ",
            ),
        )
    },
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_takes_a_bounded_time(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.md"
    path.write_text(text, encoding="utf-8")
    try:
        found = checklist.read(path, ())
    except BadChecklist as wrong:
        assert str(wrong).startswith(f"{path}:")  # noqa: PT017 - some are refused, and all in time
    else:
        assert all(len(item.text) < 4100 for item in found.items)


# -- Lists at hand


@pytest.mark.parametrize(("seed", "count"), [("000", 56), ("001", 63), ("002", 140), ("003", 219), ("004", 119)])
def test_the_seeds_have_as_many_items_as_people_counted(seed: str, count: int) -> None:
    paths = list((SHARED / "seeds").glob(f"{seed}_*"))
    if not paths:
        pytest.skip("the seeds are not at hand")
    found = checklist.read(paths[0], ())
    assert len(found.items) == len({item.id for item in found.items}) == count
    assert found.unread == found.secrets == ()
    assert all(item.canonical for item in found.items)


def test_the_lists_at_hand_are_read_whole() -> None:
    tables = sorted((SHARED / "eval" / "dev").glob("*.tsv"))
    if not tables:
        pytest.skip("the lists are not at hand")
    for table in tables:
        rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
        found = checklist.read(table.with_suffix(".md"), ())
        by_line = {item.line: item for item in found.items}
        assert {int(row[0]) for row in rows} <= set(by_line)
        assert found.unread == found.secrets == ()
