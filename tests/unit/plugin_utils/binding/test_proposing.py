# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Binding a checklist: what is certain is written, what a person decided stands, and no other byte changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.binding import matchers, proposing
from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate, Question
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue

KNOWN = catalogue()


class Oracle:
    """A matcher of somebody else's: sure of Redis, unsure of TLS, without an idea of the rest."""

    confidence = 0.8

    def rank(self, questions: Sequence[Question]) -> list[list[Candidate]]:
        return [self._candidates(question.text) for question in questions]

    def _candidates(self, text: str) -> list[Candidate]:
        if "Redis" in text:
            return [
                Candidate("redis.persistence", 9, 0.95, "says Redis"),
                Candidate("redis.ha", 8, 0.85, "says Redis"),
                Candidate("redis.tls", 1, 0.1, "says Redis"),
            ]
        return [Candidate("tls.expiry", 2, 0.6, "says TLS")] if "TLS" in text else []


def read(tmp_path: Path, text: str) -> checklist.Checklist:
    path = tmp_path / "checklist.md"
    path.write_bytes(text.encode())
    return checklist.read(path, KNOWN)


def bound(tmp_path: Path, text: str) -> str:
    found = read(tmp_path, text)
    chosen = {each.item.id: each.bind for each in proposing.proposals(found, Oracle(), Oracle.confidence)}
    return proposing.bound(text, found, chosen)


def test_what_is_certain_is_bound_and_the_rest_offered(tmp_path: Path) -> None:
    found = read(tmp_path, "## A\n\n- [ ] Redis safe\n- [ ] TLS fine\n- [ ] Coffee\n")
    redis, tls, coffee = proposing.proposals(found, Oracle(), 0.8)
    assert redis.bind == ("redis.persistence", "redis.ha")
    assert (tls.bind, [candidate.control for candidate in tls.candidates]) == ((), ["tls.expiry"])
    assert (coffee.bind, coffee.candidates) == ((), ())


@pytest.mark.parametrize(
    "decided",
    [
        "- [ ] Redis <!-- golive: tls.expiry -->",
        "- [ ] Redis <!-- golive: human -->",
        "- [ ] Redis <!-- golive: info -->",
        "- [ ] Redis <!-- golive: document=docs/redis.md -->",
        "- [ ] Redis Lead: ____________ Date: ______",
    ],
)
def test_what_a_person_decided_stands(tmp_path: Path, decided: str) -> None:
    text = f"## A\n\n{decided}\n"
    assert bound(tmp_path, text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] Redis safe", "- [ ] Redis safe <!-- golive: redis.persistence redis.ha -->"),
        ("1. [x] Redis safe  ", "1. [x] Redis safe <!-- golive: redis.persistence redis.ha -->  "),
        ("* [ ] Redis\r\n  and more", "* [ ] Redis <!-- golive: redis.persistence redis.ha -->\r\n  and more"),
        ("☐ Redis", "☐ Redis <!-- golive: redis.persistence redis.ha -->"),
    ],
)
def test_the_comment_stands_behind_the_words_and_nothing_else_changes(tmp_path: Path, before: str, after: str) -> None:
    frame = "# List\r\n\r\n{}\r\n\r\nLast words, without an end of line"
    assert bound(tmp_path, frame.format(before)) == frame.format(after)


def test_a_bound_checklist_reads_as_before_and_is_not_bound_again(tmp_path: Path) -> None:
    text = "## A\n\n- [ ] Redis safe\n- [ ] TLS fine\n\n| Check | Done |\n|---|---|\n| Redis | [ ] |\n"
    before = read(tmp_path, text)
    once = bound(tmp_path, text)
    after = read(tmp_path, once)
    assert [(item.id, item.text_hash) for item in after.items] == [(item.id, item.text_hash) for item in before.items]
    assert next(item.controls for item in after.items) == ("redis.persistence", "redis.ha")
    assert bound(tmp_path, once) == once


def test_a_matcher_of_ones_own_is_found_by_its_name_and_a_missing_one_is_said() -> None:
    assert matchers.named("words", KNOWN).confidence > 0.5
    with pytest.raises(matchers.NoMatcher, match="no matcher 'guess'"):
        matchers.named("guess", KNOWN)
    with pytest.raises(matchers.NoMatcher, match=r"acme\.Nothing"):
        matchers.named("acme.Nothing", KNOWN)
