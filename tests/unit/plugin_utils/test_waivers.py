# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers: read whole or not at all, cover what they say and no longer than they say, and are never silent."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Item
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity
from ansible_collections.golive.verify.plugins.plugin_utils.waivers import (
    MAXIMUM_DAYS,
    Applied,
    BadWaivers,
    Waivers,
    apply,
    read,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KNOWN = {
    name: Control(name, name, severity, "", "host", "", "")
    for name, severity in {
        "redis.persistence": Severity.HIGH,
        "tls.expiry": Severity.CRITICAL,
        "host.motd": Severity.LOW,
        "dns.records": Severity.MEDIUM,
    }.items()
}
ITEMS = [
    Item("i1", "Cache", 4, "Redis survives a restart", False, (Binding(("redis.persistence",), "cache"),)),
    Item("i2", "Cache", 5, "Redis is durable", False, (Binding(("redis.persistence",)),)),
    Item("i3", "Cache", 6, "Said twice", False),
    Item("i4", "Web", 9, "Said  twice", False, (Binding(("tls.expiry",)),)),
]
GROUPS = {"all": ["cache-1", "cache-2", "web-1"], "cache": ["cache-1", "cache-2"]}
GOOD = {
    "control": "redis.persistence",
    "target": "cache-1",
    "reason": "the new disk comes on Friday",
    "owner": "alice",
    "ticket": "OPS-1",
    "expires": "2026-12-20",
}


def written(path: Path, *entries: Mapping[str, object], before: str = "") -> Path:
    """waivers.yml with these entries; None leaves a field out, and begins each on a line that is easy to count."""
    lines = [before.rstrip("\n")] if before else []
    lines.append("waivers:")
    for entry in entries:
        fields = [f"{name}: {value}" for name, value in entry.items() if value is not None]
        lines += [f"{'  - ' if not i else '    '}{field}" for i, field in enumerate(fields)]
    file = path / "waivers.yml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def load(file: Path, now: datetime = NOW) -> Waivers:
    return read(file, KNOWN, ITEMS, now=now)


def problems(file: Path) -> list[str]:
    with pytest.raises(BadWaivers) as raised:
        load(file)
    return str(raised.value).replace(f"{file}:", "").splitlines()


def result(
    status: str = "fail", control: str = "redis.persistence", host: str = "cache-1", **more: Any
) -> dict[str, Any]:
    return {"control": control, "host": host, "target": f"{control.partition('.')[0]} port 6379", "status": status,
            "severity": "high", "message": "no append-only file", **more}  # fmt: skip


def applied(
    file: Path, results: Sequence[Mapping[str, Any]], later: timedelta = timedelta(), narrowed: bool = False
) -> Applied:
    return apply(load(file), results, ITEMS, now=NOW + later, groups=GROUPS, narrowed=narrowed)


def kinds(found: Applied) -> list[str]:
    return [finding.kind for finding in found.told({})]


# Reading


def test_no_file_and_an_empty_one_waive_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "waivers.yml") == Waivers()
    (tmp_path / "waivers.yml").write_text("# none yet\n", encoding="utf-8")
    assert load(tmp_path / "waivers.yml") == Waivers()


@pytest.mark.parametrize(
    ("expires", "zone", "moment"),
    [
        ("2026-12-20", None, datetime(2026, 12, 21, tzinfo=UTC)),
        ("2026-12-20", "Europe/Berlin", datetime(2026, 12, 20, 23, tzinfo=UTC)),
        ("2026-12-20", "America/New_York", datetime(2026, 12, 21, 5, tzinfo=UTC)),
        ("2026-12-20T18:00:00Z", None, datetime(2026, 12, 20, 18, tzinfo=UTC)),
        ("2026-12-20T18:00:00+01:00", "Asia/Tokyo", datetime(2026, 12, 20, 17, tzinfo=UTC)),
        ("2026-12-20T18:00", "Asia/Tokyo", datetime(2026, 12, 20, 9, tzinfo=UTC)),
        ("'2026-12-20 18:00+00:00'", None, datetime(2026, 12, 20, 18, tzinfo=UTC)),
    ],
)
def test_when_a_waiver_ends(tmp_path: Path, expires: str, zone: str | None, moment: datetime) -> None:
    file = written(tmp_path, {**GOOD, "expires": expires, "zone": zone})
    assert load(file).entries[0].expires == moment


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"reason": None}, "2: the waiver has no reason"),
        ({"reason": "'  '"}, "4: the waiver has no reason"),
        ({"owner": None}, "2: the waiver has no owner"),
        ({"ticket": "~"}, "6: the waiver has no ticket"),
        ({"expires": None}, "2: the waiver has no expires"),
        ({"owners": "bob"}, "8: the waiver has no field 'owners'; did you mean owner?"),
        ({"reason": "[1, 2]"}, "4: reason is not a text"),
        ({"expires": "soon"}, "7: expires: 'soon' is neither a date"),
        ({"expires": "2026-13-01"}, "7: expires: '2026-13-01' is neither a date"),
        ({"expires": "2026-12-20T18:00:00"}, "7: expires: '2026-12-20T18:00:00' has no zone"),
        ({"expires": "9999-12-31"}, "7: expires: '9999-12-31' is beyond all dates"),
        ({"zone": "Europe/Atlantis"}, "8: zone: there is no time zone 'Europe/Atlantis'"),
        ({"zone": "../../etc/passwd"}, "8: zone: there is no time zone"),
        ({"expires": "2027-01-20"}, "7: what is high can be waived for 30 days from now"),
        ({"control": "redis.persistance"}, "2: there is no control redis.persistance; did you mean redis.persistence?"),
        ({"control": None}, "2: the waiver names neither a control with its target nor an item"),
        ({"control": None, "target": None, "item": "i9"}, "6: the checklist has no item with the id or text 'i9'"),
        ({"control": None, "target": None, "item": "said twice"}, "6: 2 items have this text; name one by its id: i3"),
        ({"item": "i1"}, "8: the waiver names an item and a control or target as well; keep to one"),
        ({"target": None}, "2: the waiver names no target"),
        ({"target_glob": "cache-*"}, "3: the waiver has a target and a target_glob; keep to one"),
        ({"covers": "fail"}, "8: covers is not a list of words"),
        ({"covers": "[]"}, "8: covers is not a list of words"),
        ({"covers": "[fail, pass]"}, "8: covers names 'pass', which is not one of fail, missed, expired, error"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, changed: Mapping[str, Any], problem: str) -> None:
    found = problems(written(tmp_path, {**GOOD, **changed}))
    assert len(found) == 1, found
    assert found[0].startswith(problem)


def test_the_line_is_the_one_of_the_field(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD, {**GOOD, "expires": "never"})
    assert problems(file) == [
        "13: expires: 'never' is neither a date (2026-12-01) nor a time (2026-12-01T18:00:00+01:00)"
    ]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    found = problems(written(tmp_path, {**GOOD, "reason": None, "zone": "Nowhere"}, {"item": "i9"}, GOOD, {"x": 1}))
    assert [line.partition(":")[0] for line in found] == [
        "2",
        "7",
        "8",
        "8",
        "8",
        "8",
        "8",
        "15",
        "15",
        "15",
        "15",
        "15",
        "15",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "1: the file is not a mapping"),
        ("waiver: []\n", "1: the file has no field 'waiver'; did you mean waivers?"),
        ("waivers: all\n", "1: waivers is not a list"),
        ("waivers:\n  - all\n", "2: the waiver is not a mapping"),
        ("warn_days: 0\n", "1: warn_days: '0' is not a number of days from 1 to 366"),
        ("maximum_days:\n  high: 1e9\n", "2: high: '1e9' is not a number of days"),
        ("maximum_days: {urgent: 3}\n", "1: maximum_days has no field 'urgent'"),
        ("waivers: [\n", "2: is not YAML"),
        ("a: 1\na: 2\n", "2: a stands here twice"),
        ("---\na: 1\n---\nb: 1\n", "3: a second document begins here"),
        ("waivers: !!python/object/apply:os.system [id]\n", "1: tags are not read"),
        ("waivers:\n- &a {reason: x}\n- *a\n", "3: aliases (*name) are not read"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "2: aliases (*name) are not read"),
        ("waivers: " + "[" * 100_000, "1: is nested more than 12 levels deep"),
        ("waivers: [" + "a," * 60_000 + "]", "1: has more than 50,000 values"),
        ("#" * 1_100_000, "1: has more than 1,048,576 bytes"),
        ("waivers: \x00\n", "1: is not YAML"),
        ('waivers: "\\ud83d"\n', "1: is not YAML"),
        ("? [a, b]\n: c\n", "1: a key is not a word"),
    ],
)
def test_malformed_and_hostile_files_are_refused_fast(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "waivers.yml"
    file.write_text(text, encoding="utf-8")
    assert problems(file)[0].startswith(problem)


def test_what_is_no_text_and_no_plain_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yml"
    file.write_bytes(b"waivers:\n  - reason: \xff\n")
    assert problems(file) == ["2: is not UTF-8 text"]
    file.unlink()
    os.mkfifo(file)
    assert problems(file) == ["1: is not a plain file"]
    file.unlink()
    file.symlink_to("gone")
    assert problems(file) == ["1: cannot be read: No such file or directory"]


def test_a_flood_of_problems_is_bounded(tmp_path: Path) -> None:
    assert len(problems(written(tmp_path, *({"x": 1} for dummy in range(500))))) == 100


@pytest.mark.parametrize("control", KNOWN)
def test_the_maximum_goes_by_severity(tmp_path: Path, control: str) -> None:
    most = MAXIMUM_DAYS[KNOWN[control].severity]
    last = (NOW + timedelta(days=most)).date()
    assert load(written(tmp_path, {**GOOD, "control": control, "expires": last})).entries
    found = problems(written(tmp_path, {**GOOD, "control": control, "expires": last + timedelta(days=1)}))
    assert f"can be waived for {most} days from now" in found[0]


def test_the_environment_may_set_other_maximums(tmp_path: Path) -> None:
    assert "for 3 days" in problems(written(tmp_path, GOOD, before="maximum_days: {high: 3}"))[0]
    longer = load(
        written(tmp_path, {**GOOD, "expires": "2027-02-20"}, before="maximum_days: {high: 100}\nwarn_days: 7")
    )
    assert (longer.maximum_days[Severity.HIGH], longer.maximum_days[Severity.LOW], longer.warn_days) == (100, 180, 7)


@pytest.mark.parametrize(("item", "days"), [("i1", 30), ("i3", 30), ("i4", 14), ("redis  is DURABLE", 30)])
def test_an_item_is_as_severe_as_its_worst_control(tmp_path: Path, item: str, days: int) -> None:
    entry = {**GOOD, "control": None, "target": None, "item": item}
    last = (NOW + timedelta(days=days)).date()
    assert load(written(tmp_path, {**entry, "expires": last})).entries
    assert f"for {days} days" in problems(written(tmp_path, {**entry, "expires": last + timedelta(days=1)}))[0]


# Applying: what a waiver of a failing high control on cache-1 until 2026-12-20 makes of each status

SOON, DAY = timedelta(days=20), timedelta(days=1)
AFTER = timedelta(days=28)


@pytest.mark.parametrize(
    ("status", "covers", "later", "becomes", "findings"),
    [
        ("fail", None, timedelta(), "waived", []),
        ("fail", None, SOON, "waived", ["expiring"]),
        ("fail", None, AFTER, "fail", ["expired"]),
        ("pass", None, timedelta(), "pass", ["passing"]),
        ("pass", None, AFTER, "pass", ["expired"]),
        ("attested", None, timedelta(), "attested", ["passing"]),
        ("not_applicable", None, timedelta(), "not_applicable", ["passing"]),
        ("error", None, timedelta(), "error", ["uncovered"]),
        ("error", "[fail]", timedelta(), "error", ["uncovered"]),
        ("error", "[fail, error]", timedelta(), "waived", []),
        ("error", "[error]", AFTER, "error", ["expired"]),
        ("fail", "[error]", timedelta(), "fail", ["uncovered"]),
        ("missed", None, timedelta(), "missed", ["uncovered"]),
        ("missed", "[missed]", timedelta(), "waived", []),
        ("expired", None, timedelta(), "expired", ["uncovered"]),
        ("expired", "[expired]", SOON, "waived", ["expiring"]),
        ("not_due", None, timedelta(), "not_due", []),
    ],
)
def test_statuses(
    tmp_path: Path, status: str, covers: str | None, later: timedelta, becomes: str, findings: list[str]
) -> None:
    found = applied(written(tmp_path, {**GOOD, "covers": covers}), [result(status)], later)
    assert (found.results[0]["status"], kinds(found)) == (becomes, findings)


def test_what_was_is_kept_in_sight(tmp_path: Path) -> None:
    original = result()
    waived = applied(written(tmp_path, GOOD), [original]).results[0]
    by = "waived until 2026-12-21T00:00:00Z by alice (OPS-1): the new disk comes on Friday"
    assert waived["message"] == f"{by}; it is fail: no append-only file"
    assert waived["waiver"]["status"] == "fail"
    assert waived["waiver"]["message"] == "no append-only file"
    assert waived["waiver"]["where"].endswith("waivers.yml:2")
    assert original == result()


def test_it_ends_at_the_moment_it_says(tmp_path: Path) -> None:
    waivers = load(written(tmp_path, GOOD))
    at = datetime(2026, 12, 21, tzinfo=UTC)
    assert apply(waivers, [result()], now=at - timedelta(seconds=1)).results[0]["status"] == "waived"
    assert apply(waivers, [result()], now=at).results[0]["status"] == "fail"


@pytest.mark.parametrize(
    ("target", "covered"),
    [
        ({"target": "cache-1"}, {"cache-1"}),
        ({"target": "cache"}, {"cache-1", "cache-2"}),
        ({"target": "all"}, {"cache-1", "cache-2", "web-1"}),
        ({"target": "redis port 6379"}, {"cache-1", "cache-2", "web-1"}),
        ({"target": "cache-*"}, set()),
        ({"target": None, "target_glob": "cache-*"}, {"cache-1", "cache-2"}),
        ({"target": None, "target_glob": "cach?"}, {"cache-1", "cache-2"}),
        ({"target": None, "target_glob": "redis*"}, {"cache-1", "cache-2", "web-1"}),
        ({"control": "dns.records", "target": "all"}, set()),
    ],
)
def test_targets(tmp_path: Path, target: Mapping[str, Any], covered: set[str]) -> None:
    results = [result(host=host) for host in GROUPS["all"]]
    found = applied(written(tmp_path, {**GOOD, **target}), results)
    assert {r["host"] for r in found.results if r["status"] == "waived"} == covered
    assert kinds(found) == ([] if covered else ["unused"])


def test_a_pattern_where_none_is_read_gets_a_hint(tmp_path: Path) -> None:
    assert "a pattern is written as target_glob" in str(
        next(applied(written(tmp_path, {**GOOD, "target": "c*"}), []).told({}))
    )


def test_a_narrowed_run_says_nothing_of_what_it_did_not_look_at(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    assert kinds(applied(file, [])) == ["unused"]
    assert kinds(applied(file, [], narrowed=True)) == []


def test_an_item_is_waived_for_itself_only(tmp_path: Path) -> None:
    file = written(tmp_path, {**GOOD, "control": None, "target": None, "item": "redis survives a RESTART"})
    results = [result(), result(host="web-1")]
    found = applied(file, results)
    assert [r["status"] for r in found.results] == ["fail", "fail"]
    assert found.for_item("i1", results[0])["status"] == "waived"
    assert found.for_item("i2", results[0])["status"] == "fail"
    assert kinds(found) == []
    assert kinds(applied(file, results[1:])) == ["unused"]
    assert kinds(applied(file, [result("pass")])) == ["passing"]
    late = applied(file, results, AFTER)
    assert (late.for_item("i1", results[0])["status"], kinds(late)) == ("fail", ["expired"])


def test_an_item_is_waived_with_what_speaks_for_it_alone(tmp_path: Path) -> None:
    file = written(tmp_path, {**GOOD, "control": None, "target": None, "item": "i1"})
    marked = {**result(host="web-1", control="tests.infrastructure"), "item": "i1"}
    found = applied(file, [marked])
    assert found.for_item("i1", marked)["status"] == "waived"
    assert kinds(found) == []
    assert kinds(applied(file, [{**result(), "item": "i2"}])) == ["unused"], "of another item, though of its control"


def test_ignorance_of_an_item_is_waived_only_by_name(tmp_path: Path) -> None:
    entry = {**GOOD, "control": None, "target": None, "item": "i1"}
    error = {"status": "error", "severity": "high", "target": "line 4"}
    assert applied(written(tmp_path, entry), []).of_item("i1", error) is None
    named = applied(written(tmp_path, {**entry, "covers": "[error]"}), [])
    assert named.of_item("i1", error) is not None
    assert named.of_item("i2", error) is None
    assert named.of_item("i1", {**error, "severity": "critical"}) is None, "so long it cannot be waived"
    assert applied(written(tmp_path, {**entry, "covers": "[error]"}), [], AFTER).of_item("i1", error) is None


def test_a_waiver_is_used_by_what_no_result_says_as_well(tmp_path: Path) -> None:
    found = applied(written(tmp_path, {**GOOD, "control": None, "target": None, "item": "i1"}), [])
    unseen = {"status": "error", "severity": "high", "target": "line 4"}
    assert kinds(found) == ["unused"]
    assert [each.kind for each in found.told({"i1": [unseen]})] == ["uncovered"]
    assert [each.kind for each in found.told({"i1": [{**unseen, "status": "attested"}]})] == ["passing"]
    assert [each.kind for each in found.told({"i2": [unseen]})] == ["unused"]


def test_a_result_worse_than_its_control_needs_a_shorter_waiver(tmp_path: Path) -> None:
    worse = result(severity="critical")
    found = applied(written(tmp_path, GOOD), [worse])
    assert (found.results[0]["status"], kinds(found)) == ("fail", ["too_long"])
    assert applied(written(tmp_path, {**GOOD, "expires": "2026-12-05"}), [worse]).results[0]["status"] == "waived"


def test_of_two_waivers_the_one_in_force_covers(tmp_path: Path) -> None:
    file = written(tmp_path, {**GOOD, "expires": "2026-11-20"}, {**GOOD, "target": "cache", "ticket": "OPS-2"})
    found = applied(file, [result(), result("error", host="cache-2")])
    assert found.results[0]["waiver"]["ticket"] == "OPS-2"
    assert [r["status"] for r in found.results] == ["waived", "error"]
    assert kinds(found) == ["expired", "uncovered"]


def test_an_expired_waiver_that_nothing_needs_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, {**GOOD, "expires": "2026-11-20"})
    assert "nothing needs it now, so remove it" in str(next(applied(file, [result("pass")]).told({})))
    assert "1 of its results count again" in str(next(applied(file, [result()]).told({})))
