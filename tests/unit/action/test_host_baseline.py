# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clock, file permissions and room on disks, by what chrony, systemd, ntpd, find and the kernel say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline import clock, permissions
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.host_recordings import (
    ABSENT,
    DAY,
    NO_TOOL,
    UNKNOWABLE,
    Recorded,
    argv,
    file,
    glob,
    said,
    stat,
    unit,
)
from tests.unit.proving import prove

CHRONY, TIMESYNCD, NTPD = (
    "chronyc -n -c tracking",
    "timedatectl timesync-status",
    argv(*["ntpq", "-n", "-c"], "rv 0 leap,stratum,offset"),
)
LOCALTIME = "stat -L /etc/localtime"
TIMESYNC_STATUS = """       Server: 192.0.2.123 (ntp.example.com)
Poll interval: 34min 8s (min: 32s; max 34min 8s)
         Leap: normal
      Version: 4
      Stratum: 2
    Reference: C0000201
    Precision: 1us (-25)
Root distance: 8.361ms (max: 5s)
       Offset: {offset}
        Delay: 9.413ms
       Jitter: 1.116ms
 Packet count: 63
"""


def tracking(
    offset: float = 0.000123, heard: float = 300, reference: str = "C000020A", leap: str = "Normal"
) -> Recorded:
    stratum = 0 if reference == "00000000" else 3
    numbers = "-0.0001,0.0002,-1.2,-0.01,0.3,0.012,0.001,64.2"
    return said(f"{reference},192.0.2.10,{stratum},{time.time() - heard:.9f},{offset:.9f},{numbers},{leap}\n")


def zone(name: str) -> Recorded:
    return stat("/etc/localtime", link_target=f"/usr/share/zoneinfo/{name}")


GOOD: Recorded = {
    **{f"systemctl show {name}": ABSENT for name in clock._UNITS},
    **unit("chrony.service"),
    CHRONY: tracking(),
    TIMESYNCD: NO_TOOL,
    NTPD: NO_TOOL,
    "date +%s": said(f"{int(time.time())}\n"),
    **zone("Etc/UTC"),
}
TIMESYNCD_ONLY: Recorded = {
    "systemctl show chrony.service": ABSENT,
    **unit("systemd-timesyncd.service"),
    TIMESYNCD: said(TIMESYNC_STATUS.format(offset="-1.605ms")),
}
NTPD_ONLY: Recorded = {
    "systemctl show chrony.service": ABSENT,
    **unit("ntpsec.service"),
    NTPD: said("leap=00, stratum=2, offset=-0.321\n"),
}


def ticking(changes: Recorded, **options: Any) -> Verdict:
    date = {"date +%s": said(f"{int(time.time())}\n")}
    (verdict,) = prove(Host, "host.clock", options, GOOD | date | changes)
    return verdict


@pytest.mark.parametrize("service", [{}, TIMESYNCD_ONLY, NTPD_ONLY])
def test_a_clock_in_step_passes(service: Recorded) -> None:
    assert ticking(service).status is Status.PASS, ticking(service)


def test_a_decided_zone_passes() -> None:
    assert ticking(zone("Asia/Kolkata"), timezone="Asia/Kolkata").status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"systemctl show chrony.service": ABSENT}, "no time service is active or installed"),
        (unit("chrony.service", active="inactive"), "no time service is active: chrony.service is inactive"),
        (unit("chrony.service", enabled="disabled"), "chrony.service is not enabled at boot"),
        (unit("systemd-timesyncd.service"), "against each other"),
        ({CHRONY: tracking(reference="00000000", leap="Not synchronised")}, "follows no source"),
        ({CHRONY: tracking(reference="7F7F0101")}, "follows no source"),
        ({CHRONY: tracking(offset=-0.5)}, "-500 ms off its sources"),
        ({CHRONY: tracking(heard=3 * DAY)}, "last heard from its sources on"),
        (TIMESYNCD_ONLY | {TIMESYNCD: said("Server: n/a (ntp.example.com)\nPoll interval: 0\n")}, "follows no source"),
        (TIMESYNCD_ONLY | {TIMESYNCD: said(TIMESYNC_STATUS.format(offset="+1min 2.5s"))}, "+62500 ms off"),
        (NTPD_ONLY | {NTPD: said("leap=11, stratum=16, offset=0.000\n")}, "follows no source"),
        (NTPD_ONLY | {NTPD: said("leap=00, stratum=2, offset=250.1\n")}, "+250 ms off"),
        ({"date +%s": said(f"{int(time.time()) - 3600}\n")}, "differs from the controller's by 3"),
        ({"date +%s": said(f"{int(time.time()) + 3600}\n")}, "differs from the controller's by 3"),
        (zone("Asia/Kolkata"), "the time zone is Asia/Kolkata, not UTC"),
    ],
)
def test_a_clock_out_of_step_fails(changes: Recorded, because: str) -> None:
    verdict = ticking(changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


@pytest.mark.parametrize(
    "changes",
    [
        *(
            {look: reason}
            for look in (CHRONY, "systemctl show chrony.service", "date +%s", LOCALTIME)
            for reason in UNKNOWABLE
        ),
        {CHRONY: said("506 Cannot talk to daemon\n", 1)},
        {CHRONY: said("garbage\n")},
        {CHRONY: said("")},
        TIMESYNCD_ONLY | {TIMESYNCD: said("")},
        TIMESYNCD_ONLY | {TIMESYNCD: said(TIMESYNC_STATUS.format(offset="soon"))},
        NTPD_ONLY | {NTPD: said("localhost: timed out, nothing received\n")},
        {"date +%s": said("now\n")},
        stat("/etc/localtime", link_target=None),
        {LOCALTIME: ABSENT},
    ],
)
def test_a_clock_that_cannot_be_asked_is_an_error(changes: Recorded) -> None:
    assert ticking(changes).status is Status.ERROR


@pytest.mark.parametrize(("span", "ms"), [("-1.605ms", -1.605), ("+345us", 0.345), ("2s", 2000), ("1min 2.5s", 62500)])
def test_spans_of_time_as_systemd_prints_them(span: str, ms: float) -> None:
    assert clock.milliseconds(span) == pytest.approx(ms)


SECRETS = [".env", "*.key"]
FIND = argv(*permissions.find("/srv/shop", SECRETS))
FILES: Recorded = {
    **{key: value for rule in permissions.SYSTEM for key, value in glob(rule.pattern).items()},
    **glob("/etc/passwd", file("/etc/passwd")),
    **glob("/etc/shadow", file("/etc/shadow", mode="0640", group="shadow")),
    **glob("/etc/shop.env", file("/etc/shop.env", mode="0640", group="shop")),
    **stat("/etc", type="directory", mode="0755"),
    **stat("/srv/shop", type="directory", mode="0755"),
    FIND: said(""),
}
DECLARED = {"path": "/etc/shop.env", "mode": "0640", "owner": "root", "group": "shop"}


def narrow(changes: Recorded, *files: Mapping[str, Any], **options: Any) -> Verdict:
    wanted = {"files": list(files) or [DECLARED], "trees": ["/srv/shop"], "secret_names": SECRETS}
    (verdict,) = prove(Host, "host.file_permissions", wanted | options, FILES | changes)
    return verdict


def test_narrow_files_pass() -> None:
    verdict = narrow({})
    assert verdict.status is Status.PASS, verdict
    assert verdict.actual["/etc/shop.env"] == ["0640 root:shop /etc/shop.env"]


def of_system(path: str, **changes: Any) -> Recorded:
    return glob(path, file(path, **changes))


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        (glob("/etc/shop.env"), "/etc/shop.env is not there"),
        (glob("/etc/shop.env", file("/etc/shop.env", group="shop")), "has mode 0644, more than 0640"),
        (glob("/etc/shop.env", file("/etc/shop.env", mode="0640")), "has the group root, not shop"),
        (
            glob("/etc/shop.env", file("/etc/shop.env", mode="0640", group="shop", owner="www")),
            "has the owner www, not",
        ),
        (stat("/etc", type="directory", mode="0777"), "everybody may replace what is in /etc"),
        (of_system("/etc/shadow", mode="0644"), "/etc/shadow has mode 0644, more than 0640"),
        (of_system("/etc/crontab", mode="0666"), "/etc/crontab has mode 0666"),
        (of_system("/etc/sudoers", mode="0440", owner="deploy"), "/etc/sudoers has the owner deploy, not root"),
        (glob("/etc/ssh/ssh_host_*_key", file("/etc/ssh/ssh_host_rsa_key")), "ssh_host_rsa_key has mode 0644"),
        (
            {FIND: said("666 shop /srv/shop/a b\0" + "644 shop /srv/shop/.env\0")},
            "may write 1 path below /srv/shop: /srv/shop/a b",
        ),
        ({FIND: said("644 shop /srv/shop/.env\0")}, "everybody may read 1 secret below /srv/shop: /srv/shop/.env"),
        ({FIND: said("".join(f"777 shop /srv/shop/{n}\0" for n in range(30)))}, "and 22 more"),
    ],
)
def test_what_is_too_open_fails(changes: Recorded, because: str) -> None:
    verdict = narrow(changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


def test_what_must_be_writable_is() -> None:
    uploads = {"path": "/srv/shop/uploads", "owner": "shop", "mode": "0750", "needs": "0700"}
    for mode, expected in (("0750", Status.PASS), ("0550", Status.FAIL), ("0770", Status.FAIL)):
        found = glob("/srv/shop/uploads", file("/srv/shop/uploads", type="directory", mode=mode, owner="shop"))
        assert narrow(found, uploads).status is expected, mode


@pytest.mark.parametrize(
    "changes",
    [
        *({look: reason} for look in ("ls -ld /etc/shop.env", "ls -ld /etc/shadow", FIND) for reason in UNKNOWABLE),
        glob("/etc/passwd"),
        {FIND: said("garbage\0")},
        {FIND: said("", 1, "find: '/srv/shop/private': Permission denied")},
        stat("/srv/shop"),
        {"stat -L /srv/shop": ABSENT},
    ],
)
def test_files_that_cannot_be_seen_are_an_error(changes: Recorded) -> None:
    assert narrow(changes).status is Status.ERROR


def test_what_files_matter_must_be_said_rightly() -> None:
    with pytest.raises(NotAsked, match="files"):
        prove(Host, "host.file_permissions", {}, FILES)
    assert "no mode in octal digits" in narrow({}, {**DECLARED, "mode": "rw-r-----"}).message
    assert "not an absolute path" in narrow({}, {**DECLARED, "path": "shop.env"}).message


MOUNTS = "findmnt --df"
GIB = 1 << 30


def mount(path: str, free: float = 50, inodes_free: float = 50, **changes: Any) -> Recorded:
    """A file system; free and inodes_free in percent."""
    sizes = {"size": 100 * GIB, "free": int(free * GIB), "inodes": 1000, "inodes_free": int(inodes_free * 10)}
    return {"device": f"/dev/{path}", "path": path, "type": "ext4", "options": ["rw"], **sizes, **changes}


def room(*mounts: Recorded, unread: list[Recorded] | None = None, **options: Any) -> Verdict:
    answers = {MOUNTS: {"mounts": list(mounts), "unread": unread or []}}
    (verdict,) = prove(Host, "host.headroom", options, answers)
    return verdict


@pytest.mark.parametrize(
    "extra",
    [
        mount("/snap/core", 0, 0, type="squashfs", options=["ro"]),
        mount("/cd", 0, 0, options=["ro", "relatime"]),
        mount("/boot/efi", 80, inodes=0, inodes_free=0, type="vfat"),
        mount("/sys/fs/x", 0, 0, size=0),
    ],
)
def test_disks_with_room_pass(extra: Recorded) -> None:
    assert room(mount("/"), extra).status is Status.PASS
    assert room(extra | {"path": "/x"}, mount("/")).actual["/"] == "50 % of bytes, 50 % of inodes free"


@pytest.mark.parametrize(
    ("full", "because"),
    [
        (mount("/var", 14.9), "/var has 14.9 % of its bytes free"),
        (mount("/var", 50, 2), "/var has 2.0 % of its inodes free"),
        (mount("/run", 1, type="tmpfs"), "/run has 1.0 % of its bytes free"),
    ],
)
def test_disks_that_are_nearly_full_fail(full: Recorded, because: str) -> None:
    verdict = room(mount("/"), full)
    assert verdict.status is Status.FAIL
    assert because in verdict.message
    assert room(mount("/"), full, ignore_mounts=["/var", "/run"]).status is Status.PASS


def test_one_file_system_mounted_often_is_one() -> None:
    same = [mount(path, 5, device="overlay", type="overlay") for path in ("/var/lib/docker/a", "/var/lib/docker/bb")]
    assert room(*same).message == "/var/lib/docker/a has 5.0 % of its bytes free"


def test_disks_that_do_not_answer_are_an_error() -> None:
    silent = {"path": "/mnt/nfs", "reason": "timeout", "detail": "did not answer"}
    verdict = room(mount("/"), unread=[silent])
    assert verdict.status is Status.ERROR
    assert "/mnt/nfs" in verdict.message
    assert room(mount("/", 1), unread=[silent]).status is Status.FAIL
    assert room(mount("/"), unread=[silent], ignore_mounts=["/mnt/*"]).status is Status.PASS


def test_no_disks_are_no_evidence() -> None:
    assert room().status is Status.ERROR
    assert room(mount("/", options=["ro"])).status is Status.ERROR
    for reason in UNKNOWABLE:
        assert prove(Host, "host.headroom", {}, {MOUNTS: reason})[0].status is Status.ERROR
