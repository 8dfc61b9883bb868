# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import commands
from ansible_collections.golive.verify.plugins.module_utils.observation import variables_files as files
from tests.unit.module_utils.observation.servers import reason
from tests.unit.module_utils.observation.test_variables import CANARY, observe

SYSTEMCTL = """\
#!/bin/sh
case "$*" in
*Environment,*) cat {root}/settings ;;
*MainPID*) cat {root}/running ;;
esac
"""


@pytest.fixture
def unit(tmp_path, monkeypatch):
    """unit(settings=…, running=…): what a systemctl prints of a unit's settings and processes."""
    monkeypatch.setattr(commands, "_PATH", "%s:/usr/bin:/bin" % tmp_path)
    (tmp_path / "systemctl").write_text(SYSTEMCTL.format(root=tmp_path))
    (tmp_path / "systemctl").chmod(0o755)

    def said(settings="LoadState=loaded\n", running="LoadState=loaded\n"):
        (tmp_path / "settings").write_text(settings)
        (tmp_path / "running").write_text(running)

    return said


def test_what_systemd_gives_a_unit(unit, tmp_path):
    for name, text in (("1.env", "B=file\nC=%s\n" % CANARY), ("2.env", "C=later\nC=twice\n")):
        (tmp_path / name).write_text(text)
    unit(
        'LoadState=loaded\nEnvironment=A=1 "B=in\\"li\\\\ne two" T=a=b\n'
        "EnvironmentFiles=%s/[12].env (ignore_errors=no)\nEnvironmentFiles=/none (ignore_errors=yes)\n" % tmp_path
    )
    value = observe(
        {"unit": "shop.service"},
        judged={"B": {"one_of": ["file"]}, "C": {"one_of": ["twice"]}, "T": {"one_of": ["a=b"]}},
    )
    assert (value["names"], value["inline"], value["duplicates"]) == (["A", "B", "C", "T"], ["A", "B", "T"], ["C"])
    assert value["files"] == [str(tmp_path / "1.env"), str(tmp_path / "2.env")]
    assert all(variable["predicates"]["one_of"] for variable in value["judged"].values())
    assert CANARY not in json.dumps(observe({"unit": "shop.service"}, found={"all": "."}, distinct=["C"]))


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("LoadState=not-found\n", "not_found"),
        ("", "malformed"),
        ("LoadState=loaded\nEnvironment=A\n", "malformed"),
        ('LoadState=loaded\nEnvironment="A=1\n', "malformed"),
        ("LoadState=loaded\nEnvironmentFiles=/none (ignore_errors=no)\n", "not_found"),
        ("LoadState=loaded\nEnvironmentFiles=/none\n", "malformed"),
    ],
)
def test_a_unit_that_cannot_be_seen(unit, printed, why):
    unit(settings=printed)
    assert reason(observe({"unit": "shop"})) == why


def test_words_are_unquoted_as_systemctl_quotes_them():
    assert files.words('A=1 "B=a b" "C=\\"\\\\\\$\\`\\n\\033"') == ["A=1", "B=a b", 'C="\\$`\n\033']


@pytest.fixture
def sleeper():
    processes = []

    def start(marker, **environ):
        code = "import sys, time; print('up', flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", code, marker], env=environ, stdout=subprocess.PIPE, cwd="/")
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        processes.append(process)
        return process.pid

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_the_processes_of_a_command_line(sleeper):
    marker = "worker-%d" % os.getpid()
    pids = [sleeper(marker, NODE_ENV="production", A="1", TOKEN=CANARY), sleeper(marker, NODE_ENV="test", A="1")]
    asked = {"NODE_ENV": {"one_of": ["production"]}, "A": {"one_of": ["1"]}, "TOKEN": {"min_length": 4}}
    value = observe({"process": marker}, judged=asked)
    assert [process["pid"] for process in value["processes"]] == sorted(pids)
    assert value["processes"][0]["cwd"] == "/"
    judged = {name: (each["present"], *each["predicates"].values()) for name, each in value["judged"].items()}
    assert judged == {"NODE_ENV": (True, False), "A": (True, True), "TOKEN": (False, False)}
    assert CANARY not in json.dumps(value)


def test_the_processes_of_a_unit(unit, sleeper):
    pid = sleeper("unit", NODE_ENV="production")
    unit(running="LoadState=loaded\nMainPID=%d\nControlGroup=\n" % pid)
    assert observe({"unit": "shop", "running": True})["names"] == ["NODE_ENV"]
    unit(running="LoadState=loaded\nMainPID=0\nControlGroup=/none\n")
    assert reason(observe({"unit": "shop", "running": True})) == "not_found"


def test_processes_that_cannot_be_seen(sleeper, monkeypatch):
    assert reason(observe({"process": "no such command line %d" % os.getpid()})) == "not_found"
    assert reason(observe({"process": " "})) == "malformed"
    sleeper("bare-%d" % os.getpid())
    assert reason(observe({"process": "bare-%d" % os.getpid()})) == "malformed"
    own = " ".join(sys.argv) or "pytest"
    assert reason(observe({"process": own})) in ("not_found", "denied")
    if os.geteuid() == 0:
        sleeper("private-%d" % os.getpid(), A="1")
        os.seteuid(65534)
        try:
            assert reason(observe({"process": "private-%d" % os.getpid()})) == "denied"
        finally:
            os.seteuid(0)


def inspected(tmp_path, answer, status=0, complaint=""):
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\ncat %s/answer\necho '%s' >&2\nexit %d\n" % (tmp_path, complaint, status))
    client.chmod(0o755)
    (tmp_path / "answer").write_text(answer if isinstance(answer, str) else json.dumps(answer))
    return {"container": "api", "client": str(client)}


def test_a_container(tmp_path):
    env = ["PATH=/bin", "NODE_ENV=production", "TOKEN=" + CANARY]
    source = inspected(tmp_path, [{"State": {"Running": True}, "Config": {"Env": env}}])
    value = observe(source, judged={"TOKEN": {"min_length": 8}})
    assert value["names"] == ["NODE_ENV", "PATH", "TOKEN"]
    assert value["judged"]["TOKEN"]["predicates"] == {"min_length": True}


@pytest.mark.parametrize(
    ("answer", "status", "complaint", "why"),
    [
        ([{"State": {"Running": False}, "Config": {"Env": []}}], 0, "", "not_found"),
        ([], 1, "Error: No such container: api", "not_found"),
        ("", 1, "permission denied while trying to connect to the Docker daemon socket", "denied"),
        ("", 1, "Cannot connect to the Docker daemon. Is the docker daemon running?", "unreachable"),
        ("", 1, "?", "malformed"),
        (CANARY, 0, "", "malformed"),
        ([{"State": {"Running": True}, "Config": {"Env": [CANARY]}}], 0, "", "malformed"),
        ([{"State": {"Running": True}}], 0, "", "malformed"),
    ],
)
def test_a_container_that_cannot_be_seen(tmp_path, answer, status, complaint, why):
    outcome = observe(inspected(tmp_path, answer, status, complaint))
    assert reason(outcome) == why
    assert CANARY not in outcome[1]


def test_without_a_container_engine_a_tool_is_missing(tmp_path):
    assert reason(observe({"container": "api", "client": str(tmp_path / "none")})) == "missing_tool"
