# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd: a scripted systemctl that says what a real one (252) said; older ones neither quote nor print empty ones."""

from __future__ import annotations

import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import commands, systemd
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

SERVICE = """\
Restart={restart}
RestartUSec=1min 500ms
MainPID={pid}
Result={result}
NRestarts={restarts}
ExecMainStartTimestamp={start}
ExecMainExitTimestamp={end}
ExecMainCode={code}
ExecMainStatus={status}
Id={id}
Names={names}
LoadState={load}
ActiveState={active}
SubState={sub}
FragmentPath={fragment}
UnitFileState={enabled}
ActiveEnterTimestamp={enter}
ActiveExitTimestamp={leave}
"""
RUNNING = {
    "restart": "always",
    "result": "success",
    "restarts": 12,
    "start": "Mon 2026-11-23 01:17:16 UTC",
    "end": "",
    "code": 0,
    "status": 0,
    "pid": 4711,
    "id": "shop.service",
    "names": "shop.service",
    "load": "loaded",
    "active": "active",
    "sub": "running",
    "fragment": "/etc/systemd/system/shop.service",
    "enabled": "enabled",
    "enter": "Mon 2026-11-23 01:17:16 UTC",
    "leave": "Mon 2026-11-23 01:17:15 UTC",
}
FAILED = dict(RUNNING, result="exit-code", active="failed", sub="failed", code=1, status=7, pid=0, end=RUNNING["start"])
ABSENT = dict(
    RUNNING, start="", load="not-found", active="inactive", sub="dead", fragment="", enabled="", enter="", leave=""
)
MOMENT = 1795396636.0

ROOT_MOUNT = """\
Result=success
Id=-.mount
Names=-.mount
LoadState=loaded
ActiveState=active
SubState=mounted
FragmentPath=
UnitFileState=
ActiveEnterTimestamp=Mon 2026-11-23 01:17:16 UTC
ActiveExitTimestamp=
"""

TIMER_FILES = """\
mono.timer                   disabled  disabled
masked.timer                 masked    disabled
often.timer                  static    -
tpl@.timer                   static    -
"""
TIMER_UNITS = """\
* gone.timer  not-found inactive dead    gone.timer
often.timer   loaded    active   waiting Runs often.timer
tpl@a.timer   loaded    active   waiting tpl@a.timer
"""
TIMERS = """\
Unit=bad.service
NextElapseUSecRealtime=
NextElapseUSecMonotonic={span}
LastTriggerUSec=
Id=mono.timer
Names=mono.timer
LoadState=loaded
ActiveState=active
UnitFileState=disabled

Unit=good.service
NextElapseUSecRealtime=Mon 2026-11-23 01:17:20 UTC
NextElapseUSecMonotonic=0
LastTriggerUSec=Mon 2026-11-23 01:17:15 UTC
Id=often.timer
Names=often.timer
LoadState=loaded
ActiveState=active
UnitFileState=static

Unit=
NextElapseUSecRealtime=
NextElapseUSecMonotonic=infinity
LastTriggerUSec=
Id=masked.timer
Names=masked.timer
LoadState=masked
ActiveState=inactive
UnitFileState=masked

Id=gone.timer
Names=gone.timer
LoadState=not-found
ActiveState=inactive

Unit=tpl@a.service
NextElapseUSecRealtime=n/a
LastTriggerUSec=n/a
Id=tpl@a.timer
Names=tpl@a.timer
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled
"""

SCRIPT = """\
#!/bin/sh
for last; do :; done
printf '%s\\n' "$*" >> {root}/asked
case "$*" in
*NextElapse*) what=show-timers ;;
*list-unit-files*) what=list-unit-files ;;
*list-units*) what=list-units ;;
*) what=show ;;
esac
cat {root}/$what.err >&2
cat {root}/$what
exit $(cat {root}/$what.exit)
"""


@pytest.fixture
def systemctl(tmp_path, monkeypatch):
    """systemctl(show=...) scripts what each verb prints; systemctl.asked() are the command lines it got."""
    monkeypatch.setattr(commands, "_PATH", "%s:/usr/bin:/bin" % tmp_path)
    (tmp_path / "systemctl").write_text(SCRIPT.format(root=tmp_path))
    (tmp_path / "systemctl").chmod(0o755)

    class Systemctl:
        def __call__(self, status=0, complaint="", **outputs):
            for verb in ("show", "show-timers", "list-units", "list-unit-files"):
                (tmp_path / verb).write_text(outputs.get(verb.replace("-", "_"), ""))
                (tmp_path / (verb + ".err")).write_text(complaint)
                (tmp_path / (verb + ".exit")).write_text(str(status))

        def asked(self):
            return (tmp_path / "asked").read_text().splitlines()

    return Systemctl()


def look(*names):
    return systemd.units(Deadline(10), [{"name": name} for name in names])


def blocks(*services):
    return "\n".join(SERVICE.format(**service) for service in services)


def without_empty(text):
    return "".join(line for line in text.splitlines(True) if not line.endswith("=\n"))


def reasons(values):
    return [value.reason for value in values]


@pytest.mark.parametrize("shape", [str, without_empty])
def test_one_call_tells_of_many_units(systemctl, shape):
    systemctl(show=shape(blocks(FAILED, dict(RUNNING, id="other.service", names="other.service"))))
    other, shop = look("other.service", "shop")
    assert shop == {
        "name": "shop.service",
        "load": "loaded",
        "active": "failed",
        "sub": "failed",
        "enabled": "enabled",
        "result": "exit-code",
        "exit": 7,
        "started": MOMENT,
        "finished": MOMENT,
        "restarts": 12,
        "restart_policy": "always",
        "fragment": "/etc/systemd/system/shop.service",
        "pid": None,
        "restart_seconds": 60.5,
    }
    assert (other["name"], other["active"], other["exit"], other["finished"]) == ("other.service", "active", None, None)
    assert other["pid"] == 4711
    (asked,) = systemctl.asked()
    assert asked.endswith("-- other.service shop.service")


def test_a_signal_is_a_negative_status(systemctl):
    systemctl(show=blocks(dict(FAILED, result="signal", code=2, status=9)))
    assert look("shop")[0]["exit"] == -9


def test_a_unit_without_a_main_process_started_when_it_became_active(systemctl):
    systemctl(show=ROOT_MOUNT)
    (unit,) = look("-.mount")
    assert (unit["started"], unit["finished"], unit["exit"], unit["restarts"]) == (MOMENT, None, None, None)
    assert (unit["enabled"], unit["fragment"], unit["restart_policy"]) == (None, None, None)
    assert systemctl.asked()[0].endswith(" -- -.mount")


def test_an_active_unit_without_a_main_process_has_not_finished(systemctl):
    systemctl(show=blocks(dict(RUNNING, start="", end="")))
    assert (look("shop")[0]["started"], look("shop")[0]["finished"]) == (MOMENT, None)


@pytest.mark.parametrize("names", [r'"run@-a\\x2db.service"', r"run@-a\x2db.service"])
def test_an_escaped_name_is_found_quoted_or_not(systemctl, names):
    systemctl(show=blocks(dict(RUNNING, id=r"run@-a\x2db.service", names=names)))
    assert look(r"run@-a\x2db.service")[0]["name"] == r"run@-a\x2db.service"


def test_an_alias_is_its_unit(systemctl):
    systemctl(show=blocks(dict(RUNNING, id="ssh.service", names="ssh.service sshd.service")))
    assert [unit["name"] for unit in look("sshd", "ssh")] == ["ssh.service", "ssh.service"]


def test_an_absent_unit_is_not_found(systemctl):
    systemctl(show=blocks(RUNNING, dict(ABSENT, id="nope.service", names="nope.service")))
    shop, nope = look("shop", "nope")
    assert shop["active"] == "active"
    assert nope.reason == "not_found"


@pytest.mark.parametrize(
    "name", ["*", "shop*.service", "a/b", "", "a b", "x\ny", "tpl@.service", "@x.service", "a" * 300, "a;b", None, 7]
)
def test_what_is_no_unit_is_never_asked(systemctl, name):
    systemctl(show=blocks(RUNNING))
    bad, shop = look(name, "shop")
    assert bad.reason == "malformed"
    assert shop["name"] == "shop.service"
    assert systemctl.asked()[0].endswith("-- shop.service")


def test_a_name_is_never_an_option(systemctl):
    systemctl(show=blocks(dict(RUNNING, id="--host=evil.service", names="--host=evil.service")))
    assert reasons(look("--host=evil")) == ["malformed"]
    systemctl(show=blocks(dict(RUNNING, id="--now.service", names="--now.service")))
    assert look("--now")[0]["name"] == "--now.service"
    assert systemctl.asked()[0].endswith(" -- --now.service")


def test_bad_parameters_hurt_only_their_own_request(systemctl):
    systemctl(show=blocks(RUNNING))
    bad, good, empty = systemd.units(Deadline(10), [{"name": "shop", "x": 1}, {"name": "shop"}, {}])
    assert (bad.reason, empty.reason) == ("malformed", "malformed")
    assert good["name"] == "shop.service"


@pytest.mark.parametrize(
    "output",
    [
        "",
        "garbage",
        "\x00\xff\n\n\n",
        blocks(dict(RUNNING, id="other.service", names="other.service")),
        blocks(dict(RUNNING, start="yesterday")),
        blocks(dict(RUNNING, start="Mon 2026-11-23 01:17:16 CET")),
        blocks(dict(RUNNING, restarts="many")),
        blocks(dict(RUNNING, code=1, status="?")),
        "Id=shop.service\nNames=shop.service\n",
    ],
)
def test_garbage_is_malformed(systemctl, output):
    systemctl(show=output)
    assert reasons(look("shop")) == ["malformed"]


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("System has not been booted with systemd as init system (PID 1). Can't operate.\n", "unreachable"),
        ("Failed to connect to bus: No such file or directory\n", "unreachable"),
        ("Failed to get D-Bus connection: Operation not permitted\n", "unreachable"),
        ("Failed to get properties: Access denied\n", "denied"),
        ("Failed to get properties: Connection timed out\n", "timeout"),
        ("Failed to do whatever\n", "malformed"),
        ("", "malformed"),
    ],
)
def test_a_systemctl_that_fails_says_why(systemctl, complaint, reason):
    systemctl(show=blocks(RUNNING), status=1, complaint=complaint)
    for ask in (lambda: look("shop"), lambda: systemd.timers(Deadline(10))):
        with pytest.raises(CannotLook) as caught:
            ask()
        assert caught.value.reason == reason


def test_no_systemctl_is_a_missing_tool(tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "_PATH", str(tmp_path))
    with pytest.raises(CannotLook) as caught:
        look("shop")
    assert caught.value.reason == "missing_tool"


def test_timers_are_all_there_also_those_that_do_not_run(systemctl):
    systemctl(
        list_unit_files=TIMER_FILES,
        list_units=TIMER_UNITS,
        show_timers=TIMERS.format(span="1h 30min 46.734224s"),
        show=blocks(
            dict(FAILED, id="bad.service", names="bad.service"),
            dict(RUNNING, id="good.service", names="good.service", code=1),
            dict(RUNNING, id="tpl@a.service", names="tpl@a.service"),
        ),
    )
    booted = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
    masked, mono, often, instance = systemd.timers(Deadline(10))["timers"]
    assert mono.pop("next") == pytest.approx(booted + 5446.734224, abs=1)
    assert mono == {
        "name": "mono.timer",
        "unit": "bad.service",
        "last": None,
        "enabled": "disabled",
        "active": "active",
        "result": "exit-code",
        "exit": 7,
    }
    assert (often["next"], often["last"], often["exit"]) == (1795396640.0, 1795396635.0, 0)
    assert (masked["enabled"], masked["next"], masked["result"], masked["exit"]) == ("masked", None, None, None)
    assert (instance["name"], instance["next"], instance["exit"]) == ("tpl@a.timer", None, None)
    listing = [line for line in systemctl.asked() if "NextElapse" in line]
    assert listing[0].endswith("-- gone.timer masked.timer mono.timer often.timer tpl@a.timer")


def test_no_timers_is_an_empty_list(systemctl):
    systemctl()
    assert systemd.timers(Deadline(10)) == {"timers": []}


def test_a_timer_that_is_listed_but_not_shown_is_not_lost(systemctl):
    systemctl(list_unit_files="backup.timer enabled enabled\n")
    with pytest.raises(CannotLook) as caught:
        systemd.timers(Deadline(10))
    assert (caught.value.reason, "backup.timer" in caught.value.detail) == ("malformed", True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Mon 2026-11-23 01:17:16 UTC", MOMENT),
        ("Mon 2026-11-23 01:17:16.250000 UTC", MOMENT + 0.25),
        ("2026-11-23 01:17:16 UTC", MOMENT),
        ("Thu 1970-01-01 00:00:10 UTC", 10.0),
        ("", None),
        (None, None),
        ("n/a", None),
        ("0", None),
        ("infinity", None),
        ("--- XXXX-XX-XX XX:XX:XX", None),
    ],
)
def test_times(text, seconds):
    assert systemd._timestamp(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5us", 5e-6),
        ("734ms", 0.734),
        ("1min 2.5s", 62.5),
        ("1w 2d 3h", 788400),
        ("1month 1y", 34187400),
    ],
)
def test_spans(text, seconds, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "clock_gettime", lambda _clock: 0.0)
    assert systemd._elapses({"NextElapseUSecMonotonic": text}) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["soon", "5", "5 parsecs!", "1h x"])
def test_a_span_that_is_none_is_an_error(text):
    with pytest.raises((ValueError, KeyError)):
        systemd._elapses({"NextElapseUSecMonotonic": text})
