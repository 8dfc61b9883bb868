# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suites of pytest-testinfra: each way in which a test or a whole suite may end, and runs of the playbook with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import batch
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer
from ansible_collections.golive.verify.plugins.plugin_utils.testinfra import outcomes, suite
from tests.integration.playbook import LOCAL, REPOSITORY, Environment
from tests.integration.test_verify_prod import SCHEMA

MARKED = "import os, pytest, time\npytestmark = pytest.mark.control('redis.persistence')\n"
EVERYTHING = (
    MARKED
    + '''
def test_pass(host):
    """The shell is there."""
    assert host.file("/bin/sh").exists

def test_fail(host):
    assert host.run("echo aof is off").stdout == "aof is on", "AOF is off"

def test_broken(host):
    host.run("true").nonsense

def test_skip(host):
    pytest.skip("no redis here")

@pytest.mark.skipif(True, reason="not on Tuesdays")
def test_skipif(host):
    assert host.run("true").rc == 0

@pytest.mark.xfail(reason="soon")
def test_xfail(host):
    assert host.run("false").rc == 0

@pytest.mark.xfail
def test_xpass(host):
    assert host.run("true").rc == 0

@pytest.mark.xfail(strict=True)
def test_strict_xpass(host):
    assert host.run("true").rc == 0

@pytest.mark.parametrize("word", ["one", "two"])
def test_param(host, word):
    assert host.check_output("echo %s", word) == "one"

def test_asks_nothing():
    assert True

def test_swallows(host):
    try:
        host.run("true")
    except BaseException:
        pass

def test_hung(host):
    assert host.run("true").rc == 0
    time.sleep(60)

def test_hung_command(host):
    assert host.run("sleep 60").rc == 0

def test_output_too_large(host):
    assert host.run("head -c 3000000 /dev/zero").rc == 0

def test_twice(host):
    assert host.check_output("date +%N") != host.check_output("date +%N")

def test_never_the_same(host):
    first = host.check_output(f"echo {time.time_ns()}")
    assert host.check_output(f"echo {time.time_ns()}") > first

def test_not_there(host):
    assert host.run("no-such-tool").rc == 127

@pytest.fixture(scope="module")
def hostname(host):
    name = host.check_output("hostname")
    yield name
    host.check_output("true")

def test_fixture(hostname):
    assert hostname

def test_fixture_again(hostname):
    assert hostname

@pytest.fixture(scope="module")
def broken(host):
    assert host.run("false").rc == 0, "nothing prepared"

def test_broken_fixture(broken):
    pass

@pytest.fixture
def untidy(host):
    yield
    assert host.run("false").rc == 0, "left behind"

def test_broken_teardown(host, untidy):
    assert host.run("true").rc == 0

class TestGroup:
    def test_of_a_class(self, host):
        assert host.user("root").uid == 0

@pytest.mark.control("redis.ha")
def test_two_controls(host):
    assert host.service("no-such-unit").is_running is False
'''
)
ENDS = {
    "test_pass": ("pass", ""),
    "test_fail": ("fail", "AOF is off"),
    "test_broken": ("error", "the test broke: AttributeError"),
    "test_skip": ("error", "skipped: no redis here"),
    "test_skipif": ("error", "skipped: not on Tuesdays"),
    "test_xfail": ("error", "it fails, as it is marked to (xfail: soon)"),
    "test_xpass": ("error", "it passes, although it is marked to"),
    "test_strict_xpass": ("error", "it passes, although it is marked to fail"),
    "test_param[one]": ("pass", ""),
    "test_param[two]": ("fail", "assert 'two' == 'one'"),
    "test_asks_nothing": ("error", "no evidence"),
    "test_swallows": ("pass", ""),
    "test_hung": ("error", "it did not end within 1.5 s"),
    "test_hung_command": ("error", "could not look (timeout)"),
    "test_output_too_large": ("error", "could not look (too_large)"),
    "test_twice": ("pass", ""),
    "test_never_the_same": ("pass", ""),
    "test_not_there": ("pass", ""),
    "test_fixture": ("pass", ""),
    "test_fixture_again": ("pass", ""),
    "test_broken_fixture": ("error", "its setup failed: nothing prepared"),
    "test_broken_teardown": ("error", "its teardown failed: left behind"),
    "TestGroup::test_of_a_class": ("pass", ""),
    "test_two_controls": ("pass", ""),
}


@dataclass
class Ran:
    """What came of a suite that was run on this machine: the ends of its tests by name, and the batches it asked."""

    story: suite.Story
    batches: list[Sequence[str]]

    @property
    def ends(self) -> dict[str, tuple[str, str]]:
        return {
            case.name.partition("::")[2]: (self.story.ended[number].status, self.story.ended[number].message)
            for number, case in self.story.run.items()
        }


def run(path: Path, test_timeout: float = 1.5, deadline: float = 60, answer: Answer | None = None) -> Ran:
    """Run a suite here, without Ansible. answer: what every command is answered with, instead of running it."""
    batches: list[Sequence[str]] = []

    def ask(commands: Sequence[str], seconds: float) -> Sequence[Answer]:
        batches.append(commands)
        if answer:
            return [answer] * len(commands)
        looks = [dict(outcomes.request(command, test_timeout).params) for command in commands]
        return list(batch.run(looks, seconds))

    marks = outcomes.Marks("here", [], [], None, None, [])
    return Ran(suite.run([path], "here", suite.Limits(test_timeout, deadline), marks.choose, ask), batches)


def write(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.py").write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    path = write(tmp_path_factory.mktemp("suite"), test_it=EVERYTHING)
    # What a team has set for other runs must not keep one of ours from its tests, or from its end.
    (path / "pytest.ini").write_text("[pytest]\naddopts = -x -n 4 --reruns 2\ntimeout = 100\n", encoding="utf-8")
    return run(path)


def test_every_test_ends_in_its_way(everything: Ran) -> None:
    assert everything.story.problems == []
    found = {name: (status, message[: len(ENDS[name][1])]) for name, (status, message) in everything.ends.items()}
    assert found == ENDS


def test_commands_travel_together_and_run_once(everything: Ran) -> None:
    asked = [command for some in everything.batches for command in some]
    assert asked.count("true") == asked.count("false") == 1
    assert asked.count("date +%N") == 2
    assert len(everything.batches[1]) > 10
    assert len(everything.batches) < 12


def test_results_rest_on_the_commands_of_test_and_fixture(everything: Ran) -> None:
    marks = outcomes.Marks("here", [], [], None, None, [])
    made = outcomes.results(everything.story, marks)
    by_test = {result.target.partition("::")[2]: result for result in made}
    assert [look.look for look in by_test["test_fixture_again"].evidence] == ["/bin/sh -c hostname"]
    assert by_test["test_pass"].expected == "The shell is there."
    assert sorted(each.control for each in made if each.target.endswith("test_two_controls")) == [
        "redis.ha",
        "redis.persistence",
    ]
    assert (made[-1].control, made[-1].status.value) == (outcomes.SUITE, "fail")


def test_a_suite_that_cannot_begin_is_an_error(tmp_path: Path) -> None:
    story = run(write(tmp_path, conftest="1/0\n", test_a=MARKED)).story
    assert "the suite did not begin" in story.problems[0]
    assert "ZeroDivisionError" in story.problems[0]
    made = outcomes.results(story, outcomes.Marks("here", [], [], None, None, []))
    assert [(result.control, result.status.value) for result in made] == [(outcomes.SUITE, "error")]


def test_a_suite_without_tests_is_an_error(tmp_path: Path) -> None:
    assert run(write(tmp_path, test_a="")).story.problems == ["it has no tests"]


def test_files_that_cannot_be_collected_are_told_and_do_not_cost_the_others(tmp_path: Path) -> None:
    skips = "import pytest\npytest.skip('not now', allow_module_level=True)\n"
    works = MARKED + "def test_b(host):\n    assert host.exists('sh')\n"
    ran = run(write(tmp_path, test_a="import no_such_library\n", test_b=works, test_c=skips, test_d="def test(:\n"))
    assert ran.ends == {"test_b": ("pass", "")}
    assert [problem.partition(": ")[0] for problem in ran.story.problems] == [
        "test_a.py could not be collected",
        "test_c.py skips itself as a whole",
        "test_d.py could not be collected",
    ]
    assert "No module named 'no_such_library'" in ran.story.problems[0]
    assert "not now" in ran.story.problems[1]


def test_a_process_that_dies_loses_no_test(tmp_path: Path) -> None:
    tests = "".join(
        f"def test_{name}(host):\n    assert host.run('true').rc == 0\n    {more}\n"
        for name, more in {"before": "", "dies": "os._exit(7)", "after": ""}.items()
    )
    ran = run(write(tmp_path, test_a=MARKED + tests))
    assert ran.ends == {
        "test_before": ("pass", ""),
        "test_dies": ("error", "its process ended with status 7 while this test ran"),
        "test_after": ("error", "it was not run to its end: its process ended with status 7"),
    }
    assert ran.story.problems == ["the suite was cut off: its process ended with status 7"]


def test_a_test_that_cannot_be_interrupted_is_cut_off_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "_PATIENCE", 0.5)
    hangs = f"""
def test_hangs(host):
    import signal, subprocess
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    (open({str(tmp_path / "pid")!r}, 'w')).write(str(subprocess.Popen(['sleep', '60']).pid))
    time.sleep(60)
"""
    ran = run(write(tmp_path, test_a=MARKED + hangs), test_timeout=0.5)
    (status, message) = ran.ends["test_hangs"]
    assert (status, "did not end within 0.5 s while this test ran" in message) == ("error", True)
    child = Path("/proc") / (tmp_path / "pid").read_text(encoding="utf-8")
    assert not child.exists() or "Z" in (child / "stat").read_text(encoding="utf-8").split()


def test_the_suite_has_a_deadline(tmp_path: Path) -> None:
    story = run(write(tmp_path, test_a=f"{MARKED}time.sleep(60)\n"), deadline=1).story
    assert "the suite did not begin: the suite did not end within 1 s" in story.problems[0]


def test_without_a_connection_every_test_is_an_error(tmp_path: Path) -> None:
    lost = {"reason": "unreachable", "detail": "no route to host"}
    tests = (
        "def test_a(host):\n    assert not host.file('/x').exists\ndef test_b(host):\n    assert host.exists('sh')\n"
    )
    ran = run(write(tmp_path, test_a=MARKED + tests), answer=lost)
    said = ("error", "could not look (unreachable): no route to host")
    assert ran.ends == {"test_a": said, "test_b": said}


CHECKLIST = """# Shop

## Web
- [ ] Redis persists <!-- golive: redis.persistence on=all -->
- [ ] Orders flow <!-- golive: id=orders-flow -->
- [ ] Our own tests pass <!-- golive: tests.infrastructure on=all -->
"""
SHOP = """
import pytest

@pytest.mark.control("redis.persistence")
def test_persistence(host):
    assert host.file("/bin/sh").exists

@pytest.mark.item("orders-flow")
def test_orders(host):
    assert host.run("{command}").rc == 0
"""


def shop(path: Path, **hosts: Any) -> Environment:
    """Hosts with the tests beside the inventory: tests/, or one whose command fails, or one that is marked wrongly."""
    for name, text in {
        "tests": SHOP.replace("{command}", "true"),
        "failing": SHOP.replace("{command}", "exit 3"),
        "misnamed": SHOP.replace("orders-flow", "order-flow").replace("{command}", "true"),
    }.items():
        (path / name).mkdir()
        write(path / name, test_shop=text)
    made = {name: {**LOCAL, "golive_testinfra": ["tests"], **variables} for name, variables in hosts.items()}
    return Environment(path).write(CHECKLIST, made)


def test_tests_alone_may_prove_a_checklist_on_hosts_in_parallel(tmp_path: Path) -> None:
    ran = shop(tmp_path, web1={}, web2={}).verify()
    assert ran.status == 0, ran.output
    assert ran.items == {"Redis persists": "pass", "Orders flow": "pass", "Our own tests pass": "pass"}
    jsonschema.validate(ran.report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    begun = {each["host"]: each["started"] for each in ran.report["checks"]}
    ended = {each["host"]: each["evidence"][-1]["at"] for each in ran.report["checks"]}
    assert max(begun.values()) < min(ended.values())


def test_whatever_is_wrong_on_a_host_is_no_go(tmp_path: Path) -> None:
    denied = {"ansible_become": True, "ansible_become_user": "nobody", "ansible_become_exe": "/nonexistent/sudo"}
    hosts = {"fails": {"golive_testinfra": ["failing"]}, "denied": denied, "wrong": {"golive_testinfra": ["misnamed"]}}
    ran = shop(tmp_path, **hosts).verify()
    assert ran.status == 2
    assert ran.items == {"Redis persists": "error", "Orders flow": "fail", "Our own tests pass": "fail"}
    assert {target["name"]: target["status"] for target in ran.report["targets"]} == {
        "fails": "answered",
        "denied": "failed",
        "wrong": "failed",
    }
    seen = {(each["host"], each["control"], each["item"]): each for each in ran.report["checks"]}
    assert seen["fails", "redis.persistence", ""]["status"] == "pass"
    assert seen["fails", "tests.infrastructure", "orders-flow"]["message"] == "assert 3 == 0"
    assert "/nonexistent/sudo" in ran.output
    assert "did you mean orders-flow?" in seen["wrong", "tests.infrastructure", ""]["message"]


def test_the_same_files_run_with_pytest_alone(tmp_path: Path) -> None:
    environment = shop(tmp_path, web1={})
    inventory = f"--ansible-inventory={environment.path / 'hosts.yml'}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "testinfra.plugin", "--hosts=ansible://web1", inventory, "tests"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout


def test_nothing_survives_the_one_who_started_it(tmp_path: Path) -> None:
    path = write(
        tmp_path, test_a=f"{MARKED}(open({str(tmp_path / 'pid')!r}, 'w')).write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    code = f"from tests.integration.test_testinfra import *; run(Path({str(path)!r}))"
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text(encoding="utf-8"):
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    child = Path("/proc") / (tmp_path / "pid").read_text(encoding="utf-8")
    for dummy in range(100):
        if not child.exists() or "Z" in (child / "stat").read_text(encoding="utf-8").split():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the suite's process is still there")
