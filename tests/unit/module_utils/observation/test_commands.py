# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""commands: real processes that hang, fork, print without end and try to read what is not theirs."""

from __future__ import annotations

import os
import pwd
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import commands
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs commands as others")


def run(*argv, **wanted):
    return commands.command(Deadline(wanted.pop("seconds", 10)), list(argv), **wanted)


def shell(script, **wanted):
    return run("sh", "-c", script, **wanted)


def reason(*argv, **wanted):
    with pytest.raises((CannotLook, OSError)) as caught:
        run(*argv, **wanted)
    return getattr(caught.value, "reason", type(caught.value).__name__)


def script(path, text="#!/bin/sh\necho ran\n", mode=0o755):
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def is_gone(pid, patience=3.0):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def written_pid(path):
    end = time.monotonic() + 3
    while time.monotonic() < end:
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.01)
    raise AssertionError("no process wrote its id")


def test_what_a_command_says():
    assert shell("echo out; echo err >&2; exit 3") == {"exit": 3, "stdout": "out\n", "stderr": "err\n"}


def test_arguments_are_never_a_shells():
    assert run("echo", "$(id); `id` | &", 7)["stdout"] == "$(id); `id` | & 7\n"


def test_bytes_that_are_no_text():
    assert run("printf", r"\377x")["stdout"] == "\ufffdx"


def test_a_signal_is_a_negative_status():
    assert shell("kill -TERM $$")["exit"] == -15


def test_input_of_any_size_is_fed():
    text = "x" * 300000
    assert run("cat", stdin=text)["stdout"] == text
    assert run("true", stdin=text)["exit"] == 0
    assert run("cat")["stdout"] == ""


def test_nothing_is_inherited(monkeypatch):
    monkeypatch.setenv("GOLIVE_LEAK", "leak")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    said = dict(line.split("=", 1) for line in run("env", env={"MINE": "1"})["stdout"].splitlines())
    assert said == {
        "PATH": commands._PATH,
        "HOME": pwd.getpwuid(os.geteuid()).pw_dir,
        "LC_ALL": "C",
        "TZ": "UTC",
        "MINE": "1",
    }
    assert run("pwd")["stdout"] == "/\n"


def test_descriptors_are_not_inherited(tmp_path):
    with open(str(tmp_path / "x"), "w", encoding="ascii") as leak:
        os.set_inheritable(leak.fileno(), True)
        assert shell("ls -l /proc/self/fd | grep -c %s" % tmp_path)["stdout"] == "0\n"


def test_a_hanging_command_ends_with_all_its_processes(tmp_path):
    begun = time.monotonic()
    waiting = "sleep 300 & echo $! > %s/child; echo $$ > %s/leader; wait" % (tmp_path, tmp_path)
    assert reason("sh", "-c", waiting, seconds=2) == "timeout"
    assert time.monotonic() - begun < 60
    assert is_gone(written_pid(tmp_path / "leader"))
    assert is_gone(written_pid(tmp_path / "child"))


def test_a_command_that_closes_its_output_and_stays_ends_too(tmp_path):
    silent = "echo $$ > %s/leader; exec >&- 2>&-; sleep 300" % tmp_path
    assert reason("sh", "-c", silent, seconds=2) == "timeout"
    assert is_gone(written_pid(tmp_path / "leader"))


def test_a_child_that_outlives_its_parent_is_killed(tmp_path):
    assert shell("sleep 300 >/dev/null 2>&1 & echo $! > %s/child; echo done" % tmp_path)["stdout"] == "done\n"
    assert is_gone(written_pid(tmp_path / "child"))


def test_a_child_that_keeps_the_output_open_is_a_timeout(tmp_path):
    assert reason("sh", "-c", "sleep 300 & echo $! > %s/child" % tmp_path, seconds=2) == "timeout"
    assert is_gone(written_pid(tmp_path / "child"))


def test_a_command_that_ignores_signals_is_killed(tmp_path):
    stubborn = "trap '' TERM INT HUP; echo $$ > %s/leader; while :; do sleep 1; done" % tmp_path
    assert reason("sh", "-c", stubborn, seconds=2) == "timeout"
    assert is_gone(written_pid(tmp_path / "leader"))


@pytest.mark.parametrize("stream", ["1", "2"])
def test_endless_output_is_too_large(tmp_path, stream):
    begun = time.monotonic()
    endless = "echo $$ > %s/leader; exec yes >&%s" % (tmp_path, stream)
    assert reason("sh", "-c", endless, limit=1 << 16) == "too_large"
    assert time.monotonic() - begun < 60
    assert is_gone(written_pid(tmp_path / "leader"))


def test_output_of_exactly_the_limit_fits():
    assert len(run("printf", "%010d", "0", limit=10)["stdout"]) == 10
    assert reason("printf", "%011d", "0", limit=10) == "too_large"


def test_a_tool_that_is_not_installed_is_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no-such-tool").mkdir()
    assert reason("no-such-tool") == "missing_tool"
    assert reason(str(tmp_path / "nothing")) == "missing_tool"


def test_a_file_that_is_no_program_is_denied(tmp_path):
    assert reason(script(tmp_path / "tool", mode=0o644)) == "denied"


def test_only_root_runs_as_others(unprivileged):
    answer = unprivileged(lambda: run("id", user="root"))
    assert answer.reason == "denied"
    assert "become" in answer.detail


def test_an_unknown_user_is_no_reason_to_run_as_root():
    with pytest.raises((CannotLook, KeyError)):
        run("id", user="no-such-user")


@as_root
def test_a_command_runs_as_another_user():
    account = pwd.getpwnam("nobody")
    said = shell("id -u; id -g; echo $HOME $LEAK; umask >/dev/null; exit 5", user="nobody", env={"LEAK": "mine"})
    assert said["stdout"].split() == [str(account.pw_uid), str(account.pw_gid), account.pw_dir, "mine"]
    assert said["exit"] == 5


@as_root
def test_a_command_of_another_user_ends_with_all_its_processes(shared_path):
    (shared_path / "pids").mkdir()
    (shared_path / "pids").chmod(0o777)
    waiting = "sleep 300 & echo $! > %s/pids/child; wait" % shared_path
    assert reason("sh", "-c", waiting, user="nobody", seconds=2) == "timeout"
    assert is_gone(written_pid(shared_path / "pids" / "child"))


@as_root
def test_what_another_user_may_not_execute_is_denied(shared_path):
    assert reason(script(shared_path / "tool", mode=0o700), user="nobody") == "denied"
    (shared_path / "closed").mkdir()
    (shared_path / "closed").chmod(0o700)
    assert reason(script(shared_path / "closed" / "tool"), user="nobody") == "denied"


@as_root
def test_a_commands_own_status_126_is_its_own():
    assert shell("exit 126", user="nobody")["exit"] == 126


@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_secret_reaches_the_command_and_is_masked_in_what_it_says(tmp_path, stream):
    (tmp_path / "secret").write_text("hunter2\n")
    said = shell(
        'test "$TOKEN" = hunter2 && echo "token is $TOKEN, $TOKEN" >&%s' % stream,
        env_files={"TOKEN": str(tmp_path / "secret")},
    )
    assert said["exit"] == 0
    assert said["stdout"] + said["stderr"] == "token is ***, ***\n"


def test_a_secret_never_shows_in_the_arguments(tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    said = shell("tr '\\0' ' ' < /proc/$$/cmdline", env_files={"TOKEN": str(tmp_path / "secret")})
    assert "hunter2" not in said["stdout"]


def test_a_secret_within_another_is_masked_whole(tmp_path):
    for name, value in (("SHORT", "hunter"), ("LONG", "hunter2-and-more")):
        (tmp_path / name).write_text(value)
    files = {name: str(tmp_path / name) for name in ("SHORT", "LONG")}
    assert shell("echo $LONG $SHORT", env_files=files)["stdout"] == "*** ***\n"


def test_a_secret_that_cannot_be_read_is_not_run_without(tmp_path):
    (tmp_path / "empty").write_text("\n")
    assert reason("env", env_files={"TOKEN": str(tmp_path / "empty")}) == "malformed"
    assert reason("env", env_files={"TOKEN": str(tmp_path / "nothing")}) == "FileNotFoundError"
    assert reason("env", env_files={"TOKEN": str(tmp_path)}) == "malformed"


def test_of_json_only_what_is_asked_for_leaves_the_machine():
    printed = '[{"name": "api", "env": {"state": "hunter2"}, "state": {"pid": 7, "token": "hunter2"}}, 1]'

    def kept(*paths, text=printed, status=0):
        return shell("echo '%s'; exit %d" % (text, status), keep=list(paths))["stdout"]

    assert kept("*.name", "*.state.pid") == '[{"name": "api", "state": {"pid": 7}}, null]'
    assert kept("*.*.pid") == '[{"name": null, "env": {}, "state": {"pid": 7}}, null]'
    assert kept("*.state", "*.none") == '[{"state": {"pid": 7, "token": "hunter2"}}, null]'
    assert kept("*.name", status=1) == ""
    assert shell("echo", keep=["*"])["stdout"] == ""
    assert reason("echo", "hunter2", keep=["*"]) == "malformed"


def test_no_descriptor_stays_open():
    before = len(os.listdir("/proc/self/fd"))
    for dummy in range(5):
        shell("echo x")
        reason("sleep", "300", seconds=0.05)
    assert len(os.listdir("/proc/self/fd")) == before
