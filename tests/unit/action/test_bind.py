# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Binding: what is certain is written and told, the rest is told, and whatever is in the way leaves the checklist."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.binding.matcher import Candidate, Question
from tests.unit.action.acting import SHOP, act, content, refused
from tests.unit.plugin_utils import dying

CHECKLIST = """\
## Cache
- [ ] Redis persistence configured (RDB + AOF)
- [ ] Redis is quick <!-- golive: human -->

## Team
- [ ] Everybody had a good breakfast, password: tr0ub4dor&3
"""
BOUND = CHECKLIST.replace("(RDB + AOF)", "(RDB + AOF) <!-- golive: redis.persistence -->")
OPTIONS = SHOP | {"matcher": "acme_matching.Matcher"}


class Matcher:
    """Sure of one control, and not of the other; ours takes a second to begin."""

    confidence = 0.9

    def __init__(self, controls: Mapping[str, Any]) -> None:
        self._known = controls

    def rank(self, questions: Sequence[Question]) -> list[list[Candidate]]:
        sure = [each.text.startswith("Redis") for each in questions]
        return [[Candidate("redis.persistence", 1.0, 0.95 if one else 0.4, "it says so")] for one in sure]


@pytest.fixture(autouse=True)
def checklist(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(sys.modules, "acme_matching", SimpleNamespace(Matcher=Matcher))
    (shop / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
    return shop / "checklist.md"


@pytest.mark.parametrize("check", [False, True])
def test_what_is_certain_is_told_and_written_and_a_preview_writes_nothing(checklist: Path, check: bool) -> None:
    told = act("bind", OPTIONS, check=check)
    assert (told["changed"], told["checklist"]) == (True, str(checklist))
    assert [(each["line"], each["controls"]) for each in told["bound"]] == [(2, ["redis.persistence"])]
    assert [(each["line"], each["controls"]) for each in told["open"]] == [(6, [])]
    offered = {"control": "redis.persistence", "score": 1.0, "confidence": 0.4, "reason": "it says so"}
    assert told["open"][0]["candidates"] == [offered]
    assert told["lines"][0] == "3 items: 1 decided before, 1 bound now, 1 left to you"
    assert told["lines"][-1] == "     40%  redis.persistence  it says so"
    assert "+- [ ] Redis persistence configured (RDB + AOF) <!-- golive: redis.persistence -->" in told["patch"]
    assert told["diff"]["before_header"] == str(checklist)
    # What is printed is masked, what is written is not.
    assert "tr0ub4dor" not in str(told["diff"]) + str(told["patch"])
    assert checklist.read_text("utf-8") == (CHECKLIST if check else BOUND)


def test_what_is_bound_once_is_left_alone(checklist: Path) -> None:
    act("bind", OPTIONS)
    told = act("bind", OPTIONS)
    assert (told["changed"], told["bound"], told["patch"]) == (False, [], [])
    assert checklist.read_text("utf-8") == BOUND


def test_it_only_proposes_where_no_confidence_is_enough() -> None:
    told = act("bind", OPTIONS | {"confidence": 1.1})
    assert (told["changed"], told["bound"], len(told["open"])) == (False, [], 2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"checklist": "none.md"}, "nothing was written: none.md"),
        ({"confidence": "high"}, "confidence"),
        ({"collections": ["acme.none"]}, "there is no collection acme.none"),
        ({"matcher": "magic"}, "nothing was written: no matcher 'magic': use words, embeddings, or the Python name"),
        ({"matcher": "acme.Matcher"}, "nothing was written: the matcher acme.Matcher cannot be used: No module"),
        ({"matcher": "embeddings"}, "the matcher embeddings cannot be used: it needs a model: the directory of one"),
    ],
)
def test_what_cannot_be_meant_is_one_line(given: dict[str, Any], said: str) -> None:
    assert said.replace("none.md", str(Path("none.md").absolute())) in refused("bind", SHOP | given)


def test_without_the_library_of_a_matcher_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("model.safetensors").touch()
    monkeypatch.setitem(sys.modules, "model2vec", None)
    assert "cannot be used: import of model2vec" in refused("bind", SHOP | {"matcher": "embeddings", "model": "."})


@pytest.mark.parametrize("point", ["before a draft", "with a whole draft", "before it takes its place"])
def test_without_room_the_checklist_is_as_it_was(point: str) -> None:
    with dying.failing(point, 1, dying.no_room):
        assert "nothing was written: [Errno 28] No space left on device" in refused("bind", OPTIONS)


def test_what_a_person_writes_in_the_meantime_is_kept(checklist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = CHECKLIST + "- [ ] One more\n"

    class Slow(Matcher):
        def rank(self, questions: Sequence[Question]) -> list[list[Candidate]]:
            checklist.write_text(own, encoding="utf-8")
            return super().rank(questions)

    monkeypatch.setattr(sys.modules["acme_matching"], "Matcher", Slow)
    with pytest.raises(AnsibleActionFail, match=r"nothing was written: .*checklist\.md:1: it was changed while"):
        act("bind", OPTIONS)
    assert content(Path()) == {"checklist.md": own.encode()}
