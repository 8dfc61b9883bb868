# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signed baseline: it comes back as it was accepted, and what is wrong with it is one line with file and reason."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.drift import baseline
from ansible_collections.golive.verify.plugins.plugin_utils.drift.baseline import BadBaseline, Baseline
from ansible_collections.golive.verify.plugins.plugin_utils.drift.sides import Side
from tests.unit.plugin_utils import dying
from tests.unit.plugin_utils.reports import sample

ALICE, EVE = "alice@example.com", "eve@example.com"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment's directory with the keys of Alice, who may accept, and of Eve, who may not."""
    made = tmp_path_factory.mktemp("shop")
    (made / "attestations").mkdir()
    lines = []
    for person in (ALICE, EVE):
        key = made / person.partition("@")[0]
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(argv, check=True, timeout=20, stdin=subprocess.DEVNULL)
        lines.append(f"{person} {key.with_suffix('.pub').read_text(encoding='utf-8')}")
    (made / "attestations" / "allowed_signers").write_text("".join(lines), encoding="utf-8")
    roles = f"people:\n  {ALICE}: [approver]\n  {EVE}: [tester]\n"
    (made / "attestations" / "roles.yml").write_text(roles, encoding="utf-8")
    return made


def accepted(person: str = ALICE) -> Baseline:
    items = [sample.item("Redis", "Redis survives", "redis.persistence", on="cache"), sample.item("A", "B")]
    checks = {"cache1": [sample.check("redis.persistence", "cache1", actual={"copies": 0, "on": False})]}
    return Baseline(Side.of_report(sample.build(items, checks, environment="shop")), person, NOW, "As launched")


def read(place: Path, environment: str = "shop", now: datetime = NOW) -> Baseline | None:
    return baseline.read(place / "baseline.json", place, environment, now=now)


@pytest.fixture
def signed(place: Path) -> Path:
    baseline.accept(place / "baseline.json", place, accepted(), place / "alice")
    return place


def test_it_comes_back_as_it_was_accepted_and_a_later_one_takes_its_place(signed: Path) -> None:
    assert read(signed) == accepted()
    later = replace(accepted(), reason="Again")
    files = baseline.accept(signed / "baseline.json", signed, later, signed / "alice")
    assert [path.name for path in files] == ["baseline.json", "baseline.json.sig"]
    assert read(signed) == later
    assert not list(signed.glob(".draft-*"))


def test_without_one_there_is_none(tmp_path: Path) -> None:
    assert read(tmp_path) is None


def _edit(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def edit(path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(json.dumps(data), encoding="utf-8")

    return edit


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


BROKEN: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.write_text("{", encoding="utf-8"), "line 1: is not JSON: "),
    (lambda path: path.write_text("[]", encoding="utf-8"), "it is no baseline"),
    (lambda path: path.write_bytes(b"\xff\xfe{"), "is not "),
    (lambda path: path.write_text("[" * 100_000, encoding="utf-8"), "is nested too deep"),
    (_pipe, "is not a plain file"),
    (Path.unlink, "cannot be read: No such file"),
    (lambda path: path.with_name("baseline.json.sig").unlink(), "it is not signed: baseline.json.sig is missing"),
    (lambda path: path.with_name("baseline.json.sig").write_text("x", encoding="utf-8"), "is not an SSH signature"),
    (lambda path: path.write_bytes(path.read_bytes() + b"\n"), f"the signature of {ALICE} does not stand: "),
    (_edit(lambda data: data.update(kind="attestation")), "it is no baseline"),
    (_edit(lambda data: data.update(version=2)), "it is of version 2, and 1 is the one I know"),
    (_edit(lambda data: data.pop("items")), "it has no items"),
    (_edit(lambda data: data.update(items=[{"status": "pass"}])), "uid"),
    (_edit(lambda data: data.update(items=[{"uid": "u", "status": "pass", "x": 1}])), "a result has no field x"),
    (_edit(lambda data: data.update(results=[{"uid": 1, "status": "pass"}])), "uid of a result is not what it should"),
    (_edit(lambda data: data.update(alone=["nothing"])), "it has no nothing"),
    (_edit(lambda data: data.update(started=1e300)), ""),
    (_edit(lambda data: data.update(accepted="soon")), "'soon' is neither a date"),
    (_edit(lambda data: data.update(person="../x")), "person is not a principal"),
    (_edit(lambda data: data.update(person=EVE)), f"{EVE} has neither the role baseline nor approver"),
    (_edit(lambda data: data.update(person="bob@example.com")), "bob@example.com is not in attestations/allowed"),
]


@pytest.mark.parametrize(("broken", "why"), BROKEN)
def test_what_is_wrong_is_one_line(signed: Path, broken: Callable[[Path], object], why: str) -> None:
    path = signed / "baseline.json"
    broken(path)
    try:
        with pytest.raises(BadBaseline) as wrong:
            read(signed)
    finally:
        path.unlink(missing_ok=True)
    said = str(wrong.value)
    assert said.startswith(f"{path}: ")
    assert why in said
    assert len(said.splitlines()) == 1
    assert len(said) < 600


def test_it_is_for_one_environment_and_not_of_tomorrow(signed: Path) -> None:
    with pytest.raises(BadBaseline, match="it is one of 'shop', not of staging"):
        read(signed, "staging")
    with pytest.raises(BadBaseline, match="which is yet to come"):
        read(signed, now=NOW - timedelta(hours=1))


def test_who_may_not_accept_leaves_what_was_there(signed: Path) -> None:
    before = (signed / "baseline.json").read_bytes()
    with pytest.raises(BadBaseline, match="has neither the role"):
        baseline.accept(signed / "baseline.json", signed, accepted(EVE), signed / "eve")
    with pytest.raises(BadBaseline, match=f"the signature of {ALICE} does not stand"):
        baseline.accept(signed / "baseline.json", signed, accepted(), signed / "eve")
    with pytest.raises(BadBaseline, match="did not sign with"):
        baseline.accept(signed / "baseline.json", signed, accepted(), signed / "nobody")
    assert (signed / "baseline.json").read_bytes() == before


@pytest.mark.parametrize("point", dying.POINTS)
@pytest.mark.parametrize("how", ["killed", "no room"])
def test_one_that_was_not_written_to_its_end_is_the_old_the_new_or_none_that_is_trusted(
    signed: Path, point: str, how: str
) -> None:
    old, new = accepted(), replace(accepted(), reason="Again")
    for nth in (1, 2):
        baseline.accept(signed / "baseline.json", signed, old, signed / "alice")

        before = {*signed.glob(".draft-*")}

        def again() -> None:
            baseline.accept(signed / "baseline.json", signed, new, signed / "alice")

        if how == "killed":
            assert dying.killed(point, nth, again)
        else:
            with dying.failing(point, nth, dying.no_room), pytest.raises(BadBaseline, match="No space left on device"):
                again()
            assert not [left for left in {*signed.glob(".draft-*")} - before if left.stat().st_size]
        both_replaced = (point, nth) == ("in its place", 2)
        half = (point, nth) in (("in its place", 1), ("before it takes its place", 2))
        if half:
            with pytest.raises(BadBaseline, match=r"the signature of .* does not stand"):
                read(signed)
        else:
            assert read(signed) == (new if both_replaced else old)
