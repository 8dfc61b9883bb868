# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to a drill, what it did is undone, and what came of it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.drilling import journal, steps
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

pytestmark = pytest.mark.timeout(60)

# A drill in a process of its own, as on a host; it tells when its step is taken.
PROGRAM = """
import json, sys
from ansible_collections.golive.verify.plugins.module_utils.drilling import journal, steps
journal.ROOT = sys.argv[1]
print(json.dumps(steps.take("it", json.loads(sys.argv[2]), float(sys.argv[3]), [])))
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Journals below tmp_path, whoever runs the tests."""
    place = tmp_path / "drills"
    monkeypatch.setattr(journal, "ROOT", str(place))
    monkeypatch.setattr(os.path, "expanduser", lambda dummy: str(place))
    return place


def step(name: str, *argv: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "argv": list(argv), **more}


def take(*planned: dict[str, Any], limit: float = 20, abort_when: Any = ()) -> dict[str, Any]:
    done: dict[str, Any] = steps.take("it", planned, limit, abort_when)
    return done


def owed(home: Path) -> Any:
    return json.loads((home / "it.json").read_text()) if (home / "it.json").exists() else []


def eventually(condition: Any) -> None:
    for dummy in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came true")


def test_the_steps_are_taken_and_undone_backwards(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    note = "echo $0 >> " + str(log)
    done = take(
        step("one", "sh", "-c", note, "one", undo=["sh", "-c", note, "not one"]),
        step("two", "sh", "-c", note, "two", undo=["sh", "-c", note, "not two"]),
    )
    assert log.read_text().split("\n")[:-1] == ["one", "two", "not two", "not one"]
    assert [each["name"] for each in done["undone"]] == ["two", "one"]
    assert not done["aborted"]
    assert owed(home) == []


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (step("bad", "false"), "exit status 1"),
        (step("bad", "echo", "well", matches="ill"), "does not hold ill but: well"),
        (step("bad", "no-such-tool-anywhere"), "missing_tool"),
        (step("bad", "sleep", "9", timeout=0.2), "timeout"),
        (step("bad", "false", within=0.4, every=0.1), "exit status 1"),
        (step("bad", "true", ok=[3]), "exit status 0"),
    ],
)
def test_what_does_not_go_as_wanted_ends_the_drill_and_is_undone(
    home: Path, tmp_path: Path, bad: dict[str, Any], problem: str
) -> None:
    flag = tmp_path / "flag"
    done = take(step("flag", "touch", str(flag), undo=["rm", str(flag)]), bad, step("never", "true"))
    assert problem in done["aborted"]
    assert [each["name"] for each in done["steps"]] == ["flag", "bad"]
    assert not flag.exists()


def test_a_step_is_repeated_until_it_is_as_wanted(home: Path, tmp_path: Path) -> None:
    count = tmp_path / "count"
    grow = f"echo x >> {count}; wc -l < {count}"
    (seen,) = take(step("three", "sh", "-c", grow, matches="3", within=10, every=0.01))["steps"]
    assert (seen["tries"], seen["output"].strip(), seen["problem"]) == (3, "3", "")


def test_an_abort_condition_ends_it(home: Path, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    planned = (step("one", "touch", str(stop), undo=["rm", str(stop)]), step("two", "true"))
    done = take(*planned, abort_when=[["test", "-e", str(stop)]])
    assert "abort condition met" in done["aborted"]
    assert [each["name"] for each in done["steps"]] == ["one"]
    assert not stop.exists()


def test_the_limit_ends_it(home: Path, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    done = take(step("flag", "touch", str(flag), undo=["rm", str(flag)]), step("long", "sleep", "30"), limit=0.5)
    assert "timeout" in done["aborted"]
    assert not flag.exists()


def test_what_cannot_be_undone_is_told_and_stays_owed_until_it_can(home: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    stubborn = step("stubborn", "true", undo=["rm", str(key)])
    assert take(stubborn)["undone"][0]["problem"]
    refused = take(step("next", "true"))
    assert "not undone yet" in refused["aborted"]
    assert refused["steps"] == []
    key.touch()
    done = take(step("next", "true"))
    assert [each["drill"] for each in done["cleaned"]] == ["it"]
    assert not done["aborted"]
    assert owed(home) == []


def test_one_drill_of_a_name_runs_at_a_time(home: Path) -> None:
    first = journal.Journal.held("it")
    with pytest.raises(CannotLook, match="running on this host already"):
        take(step("one", "true"))
    first.release()


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".hidden", "UPPER", "x" * 65])
def test_a_name_is_no_path(home: Path, name: str) -> None:
    with pytest.raises(CannotLook, match="no name of a drill"):
        journal.Journal.held(name)


def test_a_journal_that_others_may_write_is_not_believed(home: Path) -> None:
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    with pytest.raises(CannotLook, match="nobody else may write"):
        take(step("one", "true"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_drill_that_is_killed_is_undone(home: Path, tmp_path: Path, number: int) -> None:
    flag = tmp_path / "flag"
    planned = [step("flag", "touch", str(flag), undo=["rm", str(flag)]), step("long", "sleep", "30")]
    argv = [sys.executable, "-c", PROGRAM, str(home), json.dumps(planned), "30"]
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=env) as process:
        eventually(flag.exists)
        process.send_signal(number)
        eventually(lambda: not flag.exists())
    eventually(lambda: owed(home) == [])
