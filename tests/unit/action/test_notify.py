# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling what a run changed: killed at any point, with any state, nobody is told twice and the verdict stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action import notify
from ansible_collections.golive.verify.plugins.plugin_utils.interface import interface
from ansible_collections.golive.verify.plugins.plugin_utils.notify import outbox, sending
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Message
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route
from tests.unit.plugin_utils.notify.nights import night

FIRST = night(0, {})
BROKEN = night(1, {"cache1": "fail"}, FIRST)
ROUTES = [{"channel": "slack", "name": name, "url": f"https://{name}.example.com/q7Xv9Lr2"} for name in ("a", "b", "c")]


class Post:
    """Takes messages in the place of channels. dead: who takes none; killed_after: after so many the run is killed."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[str]]] = []
        self.links: set[str] = set()
        self.dead: set[str] = set()
        self.killed_after = 99

    def deliver(
        self, messages: Mapping[str, tuple[Route, Message]], _seconds: float
    ) -> Iterator[tuple[str, str, bool]]:
        for number, (name, (_route, message)) in enumerate(messages.items()):
            if number == self.killed_after:
                raise KeyboardInterrupt
            if name in self.dead:
                yield name, "it refuses the connection", False
            else:
                self.got.append((name, [event.word for event in message.events]))
                self.links.add(message.link)
                yield name, f"{len(message.events)} changes", True


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(sending, "deliver", made.deliver)
    return made


def tell(runs: Path, report: Mapping[str, Any], **options: Any) -> list[str]:
    """The problems of telling it."""
    given = {"run_dir": "unused", "runs_dir": str(runs), "routes": ROUTES, **options}
    teller = notify._Teller(interface("golive.verify.notify").parse(given))
    teller.tell(report)
    return teller.problems


def test_everybody_is_told_once(tmp_path: Path, post: Post) -> None:
    assert tell(tmp_path, BROKEN, report_url="https://reports.example.com/{environment}/{run}/?{x}") == []
    assert tell(tmp_path, BROKEN) == []
    assert post.got == [(name, ["no_go", "regressed"]) for name in "abc"]
    assert post.links == {"https://reports.example.com/shop-production/run1/?{x}"}


def test_a_run_that_is_killed_between_channels_is_made_up_for(tmp_path: Path, post: Post) -> None:
    post.killed_after = 1
    with pytest.raises(KeyboardInterrupt):
        tell(tmp_path, BROKEN)
    post.killed_after = 99
    assert tell(tmp_path, BROKEN) == []
    assert [name for name, _words in post.got] == ["a", "b", "c"]
    # Killed before anybody was told, and verified anew: the last run had it, and still nobody knows.
    post.killed_after = 0
    fixed = night(2, {}, BROKEN)
    with pytest.raises(KeyboardInterrupt):
        tell(tmp_path, fixed)
    post.killed_after = 99
    assert tell(tmp_path, night(3, {}, fixed)) == []
    assert post.got[3:] == [(name, ["go", "fixed"]) for name in "abc"]


def test_a_dead_channel_is_one_line_and_is_told_by_the_next_run(tmp_path: Path, post: Post) -> None:
    post.dead = {"b"}
    assert tell(tmp_path, BROKEN) == ["b was not told: it refuses the connection"]
    post.dead = set()
    assert tell(tmp_path, night(2, {"cache1": "fail"}, BROKEN)) == []
    assert [name for name, _words in post.got] == ["a", "c", "b"]


def test_a_state_that_is_garbage_costs_no_more_than_a_second_message(tmp_path: Path, post: Post) -> None:
    path = outbox.path_for(tmp_path, "shop-production")
    path.write_bytes(b"\xff garbage")
    (problem,) = tell(tmp_path, BROKEN)
    assert problem == f"what was told before is not known, so that something may be told twice: {path}: it is none"
    assert len(post.got) == 3
    assert tell(tmp_path, BROKEN) == []


def test_where_nothing_can_be_kept_everybody_is_told_all_the_same(tmp_path: Path, post: Post) -> None:
    (tmp_path / "file").touch()
    problems = tell(tmp_path / "file", BROKEN)
    assert "what was told before is not known" in problems[0]
    assert "what was told cannot be kept, so that it may be told again: " in problems[1]
    assert len(problems) == 2
    assert len(post.got) == 3


def test_what_concerns_nobody_is_said(tmp_path: Path, post: Post) -> None:
    routes = [ROUTES[0] | {"owners": ["ops"], "words": ["regressed"]}]
    assert tell(tmp_path, BROKEN, routes=routes, owners=[{"owner": "data", "controls": ["redis.*"]}]) == [
        "2 changes concern no route, the gate says NO-GO, before GO first"
    ]
    assert post.got == []


def test_a_clock_that_was_moved_back_changes_nothing(tmp_path: Path, post: Post) -> None:
    tell(tmp_path, BROKEN)
    earlier = night(-400, {}, BROKEN)
    assert tell(tmp_path, earlier) == []
    assert post.got[3:] == [(name, ["go", "fixed"]) for name in "abc"]
