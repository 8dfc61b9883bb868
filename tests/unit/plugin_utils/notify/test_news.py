# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is news, what is remembered of it, and that nobody is told twice, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import owners
from ansible_collections.golive.verify.plugins.plugin_utils.notify import outbox, routes
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Event, headline, news, told
from ansible_collections.golive.verify.plugins.plugin_utils.notify.outbox import Outbox
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route
from ansible_collections.golive.verify.plugins.plugin_utils.owners import Owner
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing
from tests.unit.plugin_utils.notify.nights import night
from tests.unit.plugin_utils.reports.sample import HOSTILE

FIRST = night(0, {})
BROKEN = night(1, {"cache1": "fail"}, FIRST)
DATA = [Owner("data", ("redis.*",)), Owner("ops", hosts=("db*",))]
CHAT, PAGER = Route("chat", "slack"), Route("pager", "alertmanager")


def words(report: dict[str, Any], heard: dict[str, str] | None = None) -> list[str]:
    return [event.word for event in news(report, [], heard or {})[0]]


def after(box: Outbox, report: dict[str, Any], *all_routes: Route, deliver: bool = True) -> dict[str, list[str]]:
    """The words that each route is told of a run, and that it took them."""
    events, heard = news(report, [], box.heard)
    box.take(report["run"]["id"], events, all_routes, heard)
    found = {}
    for route in all_routes:
        message = box.message(route, report, report["run"]["started"], "")
        if message is not None:
            found[route.name] = [event.word for event in message.events]
            found[f"{route.name} stands"] = [event.word for event in message.standing]
            found[f"{route.name} over"] = [event.word for event in message.resolved]
            if deliver:
                box.delivered(route, message)
    return {name: each for name, each in found.items() if each}


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (FIRST, []),
        (night(1, {}, FIRST), []),
        (BROKEN, ["no_go", "regressed"]),
        (night(2, {"cache1": "fail"}, BROKEN), []),
        (night(2, {}, BROKEN), ["go", "fixed"]),
        (night(1, {"cache1": "error"}, FIRST), ["no_go", "regressed"]),
        (night(1, {}, FIRST, copies=1), ["value_drift"]),
        (night(1, {}, FIRST, gone=["db1"]), ["no_go", "disappeared", "regressed"]),
        # What a narrowed run, or one that was killed, decides is not about the same.
        (night(1, {"cache1": "fail"}, FIRST, narrowing=Narrowing(tags=("redis",))), ["regressed"]),
        (night(1, {}, FIRST, finished=False), []),
    ],
    ids=["first", "same", "broken", "still", "fixed", "unseen", "value", "gone", "narrowed", "killed"],
)
def test_only_changes_are_news(report: dict[str, Any], expected: list[str]) -> None:
    assert sorted(words(report)) == sorted(expected)


def test_without_a_last_run_the_baseline_counts_and_is_told_once() -> None:
    accepted = night(0, {})
    tonight = night(5, {"cache1": "fail"}, baseline=accepted)
    box = Outbox()
    assert after(box, tonight, CHAT) == {"chat": ["regressed"]}
    assert after(box, night(6, {"cache1": "fail"}, baseline=accepted), CHAT) == {}
    assert after(box, night(7, {}, baseline=accepted), CHAT) == {}
    assert after(box, night(8, {"cache1": "fail"}, baseline=accepted), CHAT) == {"chat": ["regressed"]}


def test_what_a_person_is_told_of_a_change() -> None:
    (regressed,) = [event for event in news(BROKEN, DATA, {})[0] if event.word == "regressed"]
    assert told(regressed) == [
        "regressed: redis.persistence on cache1, high, owner data, since 2026-11-25 03:00 UTC",
        "Redis survives a restart (line 5)",
        "appendonly is no",
        "expected: appendonly yes; found: appendonly no",
        "see it: true",
    ]
    box = Outbox()
    box.take("run1", news(BROKEN, DATA, {})[0], [CHAT], {})
    said = box.message(CHAT, BROKEN, 1.0, "")
    assert said
    assert headline(said) == "shop-production: the gate says NO-GO, before GO, 1 regressed"


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_targets_say_stays_in_its_line(kind: str) -> None:
    report = night(1, {"cache1": "fail"}, FIRST, message=HOSTILE[kind])
    for event in news(report, [], {})[0]:
        for line in told(event):
            assert line.isprintable()
            assert len(line) < 700


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({}, ["no_go", "regressed"]),
        ({"owners": ("data",)}, ["no_go", "regressed"]),
        ({"owners": ("ops",)}, ["no_go"]),
        ({"severities": ("critical",)}, ["no_go"]),
        ({"severities": ("high", "low")}, ["no_go", "regressed"]),
        ({"words": ("fixed",)}, []),
        ({"words": ("regressed",), "owners": ("data",), "severities": ("high",)}, ["regressed"]),
    ],
)
def test_routes_are_told_what_concerns_them(route: dict[str, Any], expected: list[str]) -> None:
    box, to = Outbox(), Route("team", "slack", **route)
    lost = box.take("run1", news(BROKEN, DATA, {})[0], [to], {})
    message = box.message(to, BROKEN, 1.0, "")
    assert [event.word for event in (message.events if message else ())] == expected
    assert {event.word for event in lost} == {"no_go", "regressed"} - set(expected)


def test_the_same_run_again_tells_nobody_again() -> None:
    box = Outbox()
    assert after(box, BROKEN, CHAT) == {"chat": ["no_go", "regressed"]}
    assert after(box, BROKEN, CHAT) == {}


def test_who_was_not_reached_is_told_by_the_next_run_and_nobody_else() -> None:
    box, mail = Outbox(), Route("mail", "mail")
    after(box, BROKEN, CHAT)
    box.boxes["mail"] = outbox.Box({event.uid: event for event in news(BROKEN, [], {})[0]})
    still = night(2, {"cache1": "fail"}, BROKEN)
    assert after(box, still, CHAT, mail) == {"mail": ["no_go", "regressed"]}
    assert after(box, night(3, {"cache1": "fail"}, still), CHAT, mail) == {}


def test_what_nobody_could_be_told_of_and_is_over_is_no_news() -> None:
    box = Outbox()
    after(box, BROKEN, CHAT, deliver=False)
    assert after(box, night(2, {}, BROKEN), CHAT) == {"chat": ["go", "fixed"]}
    # Neither where the run that fixed it was not told of.
    box = Outbox()
    after(box, BROKEN, CHAT, deliver=False)
    fixed = night(2, {}, BROKEN)
    assert after(box, night(3, {}, fixed), CHAT) == {}


def test_what_keeps_states_is_told_them_until_they_are_over() -> None:
    box = Outbox()
    assert after(box, BROKEN, PAGER) == {"pager": ["no_go", "regressed"], "pager stands": ["no_go", "regressed"]}
    still = night(2, {"cache1": "error"}, BROKEN)
    assert after(box, still, PAGER) == {"pager stands": ["no_go", "regressed"]}
    # A run that was narrowed, or killed, cannot say that anything is over.
    assert after(box, night(3, {}, still, narrowing=Narrowing(tags=("tls",))), PAGER)["pager stands"]
    assert after(box, night(4, {}, still, finished=False), PAGER)["pager stands"]
    fixed = after(box, night(5, {}, still), PAGER)
    assert fixed == {"pager": ["go", "fixed"], "pager over": ["no_go", "regressed"]}
    assert after(box, night(6, {}, night(5, {})), PAGER) == {}


def test_what_disappeared_stands_until_it_is_back() -> None:
    box = Outbox()
    gone = night(1, {}, FIRST, gone=["db1"])
    assert "disappeared" in after(box, gone, PAGER)["pager stands"]
    back = after(box, night(2, {}, gone), PAGER)
    assert "disappeared" in back["pager over"]
    assert "pager stands" not in back


def test_what_somebody_accepted_since_is_over() -> None:
    box = Outbox()
    after(box, BROKEN, PAGER)
    accepted = night(2, {"cache1": "fail"}, BROKEN)
    tonight = night(3, {"cache1": "fail"}, accepted, baseline=accepted)
    tonight["history"]["baseline"]["at"] = "2031-01-01T00:00:00Z"
    assert after(box, tonight, PAGER) == {"pager stands": ["no_go"], "pager over": ["regressed"]}


def test_the_outbox_comes_back_as_it_was_for_its_owners_eyes(tmp_path: Path) -> None:
    path = outbox.path_for(tmp_path / "runs", "eu/shop")
    assert outbox.read(path) == Outbox()
    box = Outbox()
    after(box, BROKEN, CHAT, PAGER, deliver=False)
    outbox.write(path, box)
    assert outbox.read(path) == box
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == [".eu%2Fshop.notify.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"[" * 50_000,
        b"{}",
        b'{"version": 9, "runs": [], "heard": {}, "boxes": {}}',
        b'{"version": 1, "runs": 4, "heard": {}, "boxes": {}}',
        b'{"version": 1, "runs": [], "heard": {}, "boxes": {"x": {"pending": {"u": {}}, "standing": {}}}}',
    ],
)
def test_a_file_that_is_garbage_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(outbox.BadOutbox, match=r"x\.json: it is none$"):
        outbox.read(path)


def test_an_event_of_other_kinds_is_refused() -> None:
    good = Event("u", "regressed", "t").as_dict()
    assert Event.from_dict(good) == Event("u", "regressed", "t")
    for wrong in ({"uid": 4}, {"since": "now"}, {"line": None}, {"more": ""}):
        with pytest.raises(TypeError):
            Event.from_dict(good | wrong)


def test_it_does_not_grow_without_end(tmp_path: Path) -> None:
    box = Outbox()
    for number in range(110):
        events = [Event(f"{number}-{each}", "regressed", "t") for each in range(50)]
        box.take(f"run{number}", events, [CHAT], {})
    assert len(box.runs) == 100
    assert len(box.boxes["chat"].pending) == 5000
    box.take("last", [], [Route("other", "slack")], {})
    assert list(box.boxes) == ["other"]


CANARY = "https://hooks.example.com/q7Xv9Lr2Zt4Wk8"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (CANARY, "channel is none of"),
        ({}, "channel is none of"),
        ({"channel": CANARY}, "channel is none of"),
        ({"channel": "slack"}, "it needs url or url_file"),
        ({"channel": "slack", "url": CANARY, CANARY: 1}, "a route to slack has no more than"),
        ({"channel": "slack", "url": CANARY, "key": CANARY}, "a route to slack has no more than"),
        ({"channel": "slack", "url": CANARY, "url_file": CANARY}, "url and url_file are both given"),
        ({"channel": "slack", "url_file": f"/nowhere/{CANARY}"}, "url_file cannot be read: No such file"),
        ({"channel": "slack", "url_file": "/dev/null"}, "url_file cannot be read: it is no file of text"),
        ({"channel": "slack", "url": f"file{CANARY}"}, "its address is no URL of http or https"),
        ({"channel": "slack", "url": f"{CANARY}\r\nX: y"}, "its address is no URL of http or https"),
        ({"channel": "slack", "url": CANARY, "words": [CANARY]}, "words are among"),
        ({"channel": "slack", "url": CANARY, "severities": CANARY}, "severities are among"),
        ({"channel": "alertmanager", "url": CANARY, "hold_hours": CANARY}, "hold_hours is no number"),
        ({"channel": "alertmanager", "url": CANARY, "hold_hours": "nan"}, "hold_hours is no number"),
        ({"channel": "mail", "password": CANARY}, "mail needs host"),
        ({"channel": "mail", "host": "h", "from": "f", "to": "t", "tls": CANARY}, "tls is none of"),
        ({"channel": "mail", "host": "h", "from": "f", "to": "t", "port": CANARY}, "port is no number"),
    ],
)
def test_a_wrong_route_costs_no_other_and_tells_nothing_of_what_it_holds(entry: Any, said: str) -> None:
    good = {"channel": "slack", "name": "good", "url": CANARY}
    found, problems = routes.read([entry, good])
    assert [route.name for route in found] == ["good"]
    (problem,) = problems
    assert problem.startswith(f"golive_notify[0]: {said}")
    assert "q7Xv9Lr2" not in problem
    assert "q7Xv9Lr2" not in repr(found)


def test_two_routes_of_one_name_are_told_apart_by_names(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f" {CANARY}\n", encoding="utf-8")
    given = {"channel": "slack", "url_file": str(file)}
    found, problems = routes.read([given, given, given | {"name": "other"}])
    assert [(route.name, route.secrets["url"]) for route in found] == [("slack", CANARY), ("other", CANARY)]
    assert problems == ["golive_notify[1]: another route has its name; give each a name"]


def test_a_port_that_tls_goes_by() -> None:
    mail = {"channel": "mail", "host": "h", "from": "f", "to": "t"}
    ports = {tls: routes.read([mail | {"tls": tls}])[0][0].plain["port"] for tls in ("starttls", "tls", "none")}
    assert ports == {"starttls": 587, "tls": 465, "none": 587}


def test_owners_are_the_first_that_fit() -> None:
    found, problems = owners.read([{"owner": "data", "controls": "redis.*", "hosts": ["cache*"]}, {"who": "x"}, "x"])
    assert found == [Owner("data", ("redis.*",), ("cache*",))]
    assert [problem.partition(":")[0] for problem in problems] == ["golive_owners[1]", "golive_owners[2]"]
    assert found[0].has("redis.tls", "cache1", "")
    assert not found[0].has("redis.tls", "web1", "")


def test_no_secret_is_kept(tmp_path: Path) -> None:
    (route,) = routes.read([{"channel": "slack", "url": CANARY}])[0]
    box = Outbox()
    after(box, BROKEN, route, deliver=False)
    outbox.write(tmp_path / "x.json", box)
    assert "q7Xv9Lr2" not in (tmp_path / "x.json").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["boxes"]["slack"]["pending"]
