# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security updates: what apt on a Debian 12 host and dnf 4.14 print, and what dnf 5 is documented to."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline import apt, dnf
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline.updates import Upgrades, pending_problems
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.host_recordings import (
    ABSENT,
    DAY,
    HOUR,
    NO_TOOL,
    NOW,
    UNKNOWABLE,
    Recorded,
    argv,
    file,
    glob,
    release_date,
    said,
    stat,
    timer,
    timers,
)
from tests.unit.proving import prove

LIST, POLICY, SOURCES, DATES = (argv(*words) for words in (apt._UPGRADABLE, apt._POLICY, apt._SOURCES, apt._DATES))
ADVISORIES, EVERY, SYSTEM, RESTART = (
    argv(*words) for words in (dnf._ADVISORIES, dnf._EVERY_ADVISORY, dnf._SYSTEM, dnf._RESTART)
)
CONFIG, HOLDS = "apt-config dump", argv(*apt._HOLDS)
STAMP, LISTS = f"stat -L {apt._SUCCESS}", f"stat -L {apt._LISTS}"
PREFIX = "/var/lib/apt/lists/deb_dists_bookworm-security_"
FIX = "openssl/stable-security 3.0.17-1 amd64 [upgradable from: 3.0.15-1]\n"
ORDINARY = "bash/stable 5.2.15-2+b13 amd64 [upgradable from: 5.2.15-2+b8]\n"
SETTINGS = """APT "";
APT::Periodic "";
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Origins-Pattern "";
Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian-Security";
"""
POLICY_BASH = """bash:
  Installed: 5.2.15-2+b8
  Candidate: 5.2.15-2+b13
  Version table:
     5.2.15-2+b13 500
        500 http://deb.example.com/debian bookworm/main amd64 Packages
{between} *** 5.2.15-2+b8 100
        100 /var/lib/dpkg/status
     5.2.15-2+b7 500
        500 http://deb.example.com/debian-security bookworm-security/main amd64 Packages
"""
BETWEEN = """     5.2.15-2+deb12u1 500
        500 http://deb.example.com/debian-security bookworm-security/main amd64 Packages
"""
APT_TIMERS = timers(timer("apt-daily.timer"), timer("apt-daily-upgrade.timer"))
NO_DNF: Recorded = {
    f"stat -L {dnf.TOOL}": ABSENT,
    **dict.fromkeys((ADVISORIES, EVERY, SYSTEM, RESTART), NO_TOOL),
    **glob(dnf._CACHES[0]),
    **glob(dnf._CACHES[1]),
    "cat /etc/dnf/automatic.conf": ABSENT,
    "cat /proc/uptime": file("/proc/uptime", content="864000.0 1.0\n"),
}
DEBIAN: Recorded = {
    **NO_DNF,
    **stat(apt.TOOL),
    LIST: said("Listing...\n"),
    HOLDS: said(),
    SOURCES: said(f"stable-security|bookworm-security|Debian-Security|{PREFIX}main_binary-amd64_Packages.lz4\n"),
    DATES: said(f"{PREFIX}InRelease:Date: {release_date(2)}\n"),
    CONFIG: said(SETTINGS),
    **stat(apt._SUCCESS, age=10 * HOUR),
    **stat(apt._LISTS, age=HOUR, type="directory"),
    **stat("/usr/bin/unattended-upgrade"),
    **APT_TIMERS,
    "stat -L /run/reboot-required": ABSENT,
    "cat /run/reboot-required.pkgs": ABSENT,
    "cat /proc/sys/kernel/osrelease": file("/proc/sys/kernel/osrelease", content="6.1.0-18-amd64\n"),
    **glob("/boot/vmlinuz-*", file("/boot/vmlinuz-6.1.0-18-amd64", age=90 * DAY)),
    **glob(
        "/var/lib/dpkg/info/linux-image-*.list",
        file("/var/lib/dpkg/info/linux-image-6.1.0-18-amd64.list", age=40 * DAY),
    ),
}


def updates(changes: Recorded, **options: Any) -> Verdict:
    (verdict,) = prove(Host, "host.security_updates", options, DEBIAN | changes)
    return verdict


def test_a_patched_host_passes() -> None:
    verdict = updates({})
    assert verdict.status is Status.PASS, verdict
    assert "bookworm-security" in verdict.actual["sources of security updates"]


def test_what_came_since_the_last_automatic_run_may_wait_for_the_next() -> None:
    assert updates({LIST: said(FIX)}).status is Status.PASS


def kernel(version: str, installed: float) -> Recorded:
    running = file("/boot/vmlinuz-6.1.0-18-amd64", age=90 * DAY)
    record = f"/var/lib/dpkg/info/linux-image-{version}.list"
    return {
        **glob("/boot/vmlinuz-*", running, file(f"/boot/vmlinuz-{version}", age=60 * DAY)),
        **glob("/var/lib/dpkg/info/linux-image-*.list", file(record, age=installed * DAY)),
    }


BROKEN: list[tuple[Recorded, str]] = [
    ({LIST: said(FIX), STAMP: file("s", age=40 * DAY)}, "1 security update not installed (openssl)"),
    ({LIST: said(FIX), STAMP: file("s", age=0.5 * HOUR)}, "though automatic updates ran since"),
    ({LIST: said(FIX), HOLDS: said("openssl\n")}, "held back on purpose: openssl"),
    ({STAMP: ABSENT}, "automatic updates have never succeeded"),
    ({STAMP: file("s", age=12 * DAY)}, "last succeeded 12 days ago"),
    ({"stat -L /usr/bin/unattended-upgrade": ABSENT}, "unattended-upgrades is not installed"),
    ({CONFIG: said(SETTINGS.replace('Upgrade "1"', 'Upgrade "0"'))}, "APT::Periodic::Unattended-Upgrade is 0"),
    ({CONFIG: said(SETTINGS + 'APT::Periodic::Enable "0";\n')}, "APT::Periodic::Enable is 0"),
    ({CONFIG: said('APT::Periodic::Update-Package-Lists "1";\n')}, "Unattended-Upgrade is not set"),
    ({CONFIG: said(SETTINGS.replace("Debian-Security", "Debian"))}, "not told to take security updates"),
    (timers(timer("apt-daily.timer")), "there is no apt-daily-upgrade.timer"),
    (
        timers(timer("apt-daily.timer", active="inactive"), timer("apt-daily-upgrade.timer")),
        "apt-daily.timer is inactive",
    ),
    (timers(timer("apt-daily.timer"), timer("apt-daily-upgrade.timer", result="exit-code", exit=1)), "failed"),
    ({SOURCES: said("stable|bookworm|Debian|/var/lib/apt/lists/x_Packages\n")}, "no source of security updates"),
    ({SOURCES: said("")}, "no source of security updates"),
    ({DATES: said(f"{PREFIX}InRelease:Date: {release_date(30)}\n")}, "30 days old: nobody can know what came since"),
    (stat("/run/reboot-required", age=20 * DAY), "a reboot is required for 20 days by some package"),
    (kernel("6.1.0-21-amd64", 9), "kernel 6.1.0-18-amd64 runs, though 6.1.0-21-amd64 was installed 9 days ago"),
]


@pytest.mark.parametrize(("changes", "because"), BROKEN, ids=[because for _changes, because in BROKEN])
def test_what_is_not_right_fails(changes: Recorded, because: str) -> None:
    verdict = updates(changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


def test_a_reboot_may_wait_for_some_days() -> None:
    asked = stat("/run/reboot-required", age=2 * DAY)
    packages = {"cat /run/reboot-required.pkgs": file("p", content="linux-image-amd64\nlinux-image-amd64\n")}
    assert updates({**asked, **packages, **kernel("6.1.0-21-amd64", 2)}).status is Status.PASS
    assert "by linux-image-amd64" in updates({**asked, **packages}, max_pending_days=1).message


def test_a_kernel_of_another_flavor_or_machine_says_nothing() -> None:
    assert updates(kernel("6.1.0-21-cloud-amd64", 9)).status is Status.PASS
    elsewhere = {"cat /proc/sys/kernel/osrelease": file("o", content="6.8.1-host\n")}
    assert updates({**kernel("6.1.0-21-amd64", 9), **elsewhere}).status is Status.PASS


def test_a_security_update_behind_an_ordinary_one_is_found() -> None:
    policy = f"{POLICY} bash"
    hidden = {LIST: said(ORDINARY), policy: said(POLICY_BASH.format(between=BETWEEN)), STAMP: file("s", age=0)}
    assert "1 security update not installed (bash)" in updates(hidden).message
    assert updates(hidden | {policy: said(POLICY_BASH.format(between=""))}).status is Status.PASS


def test_where_people_install_updates_each_one_that_waits_fails() -> None:
    by_hand = {STAMP: ABSENT, "stat -L /usr/bin/unattended-upgrade": ABSENT, CONFIG: said("")}
    assert updates(by_hand, automatic=False).status is Status.PASS
    verdict = updates(by_hand | {LIST: said(FIX)}, automatic=False)
    assert verdict.status is Status.FAIL
    assert "nothing on the host tells since when" in verdict.message


@pytest.mark.parametrize("reason", UNKNOWABLE, ids=lambda reason: reason.reason)
@pytest.mark.parametrize("look", [LIST, HOLDS, SOURCES, DATES, CONFIG, "systemctl list-timers --all", STAMP])
def test_what_cannot_be_seen_is_an_error(look: str, reason: Exception) -> None:
    assert updates({look: reason}).status is Status.ERROR


@pytest.mark.parametrize(
    ("look", "printed"),
    [
        (LIST, said("E: something else")),
        (LIST, said("", 100, "E: The package lists could not be parsed")),
        (CONFIG, said("")),
        (SOURCES, said("nonsense\n")),
        (DATES, said(f"{PREFIX}InRelease:Date: yesterday\n")),
        (DATES, said("", 1)),
    ],
)
def test_garbage_is_an_error(look: str, printed: Recorded) -> None:
    assert updates({look: printed}).status is Status.ERROR


def test_a_host_with_neither_tool_is_an_error() -> None:
    verdict = updates({f"stat -L {apt.TOOL}": ABSENT})
    assert verdict.status is Status.ERROR
    assert "neither apt nor dnf" in verdict.message


ADVISORY = "RHSA-2026:1234 Important/Sec. openssl-libs-1:3.0.7-27.el9.x86_64\n"
ADVISORY_5 = """Name                   Type     Severity  Package                      Issued
FEDORA-2026-1234abcd   security Important openssl-libs-1:3.2.1-2.x86_64 2026-01-02 03:04:05
"""
AUTOMATIC = "cat /etc/dnf/automatic.conf"
NO_RESTART = "No core libraries or services have been updated since boot-up.\nReboot should not be necessary.\n"
DO_RESTART = (
    "Core libraries or services have been updated since boot-up:\n  * kernel\n\nReboot is required to fully use.\n"
)
REPODATA = "/var/cache/dnf/{}-0123456789abcdef/repodata/{}.xml.gz"


def cached(advisories: bool = True, **ages: float) -> Recorded:
    """What dnf has of some repositories, each looked for as many seconds ago."""
    names = ["aa-primary", *(["bb-updateinfo"] if advisories else [])]
    return glob(dnf._CACHES[0], *(file(REPODATA.format(*each), age=ages[each[0]]) for each in product(ages, names)))


def advised(text: str) -> Recorded:
    return dict.fromkeys((ADVISORIES, EVERY), said(text))


RHEL: Recorded = {
    **dict.fromkeys((LIST, HOLDS, SOURCES, DATES, CONFIG), NO_TOOL),
    **dict.fromkeys((f"stat -L {apt.TOOL}", STAMP, LISTS), ABSENT),
    **stat(dnf.TOOL),
    **dict.fromkeys((ADVISORIES, EVERY), said()),
    SYSTEM: said("baseos\n\nbaseos\n"),
    RESTART: said(NO_RESTART),
    **cached(baseos=HOUR),
    **timers(timer("dnf-automatic.timer")),
    AUTOMATIC: file("automatic.conf", content="[commands]\nupgrade_type = security\napply_updates = yes\n"),
}


def test_a_patched_host_with_dnf_passes() -> None:
    assert updates(RHEL).status is Status.PASS
    assert updates(RHEL | advised(ADVISORY)).status is Status.PASS  # it came after the last run
    assert updates(RHEL | {RESTART: said(DO_RESTART, 1), "cat /proc/uptime": file("u", content="3600 1")}).status is (
        Status.PASS
    )


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({**advised(ADVISORY), **timers(timer("dnf-automatic.timer", last=NOW - 60))}, "openssl-libs-1:3.0.7"),
        ({**advised(ADVISORY_5), **timers(timer("dnf-automatic.timer", last=NOW - 60))}, "openssl-libs-1:3.2.1"),
        (timers(), "there is none of dnf-automatic.timer"),
        (timers(timer("dnf-automatic.timer", enabled="disabled")), "is disabled"),
        (timers(timer("dnf-automatic.timer", result="exit-code", exit=1)), "failed"),
        ({AUTOMATIC: file("a", content="apply_updates = no\n")}, "apply_updates is not yes"),
        ({AUTOMATIC: ABSENT}, "apply_updates is not yes"),
        ({RESTART: said(DO_RESTART, 1)}, "a reboot is required, and the host runs for 10 days"),
        (cached(baseos=30 * DAY), "30 days old"),
        (cached(baseos=30 * DAY, epel=HOUR), "30 days old"),
        ({EVERY: said(ADVISORY)}, "held back on purpose: openssl-libs-1:3.0.7"),
    ],
)
def test_what_is_not_right_with_dnf_fails(changes: Recorded, because: str) -> None:
    verdict = updates(RHEL | changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


@pytest.mark.parametrize(
    "changes",
    [
        {ADVISORIES: said("Updating Subscription Management repositories.\n")},
        {ADVISORIES: said("", 1, "Error: Cache-only enabled but no cache for 'baseos'")},
        {RESTART: said("", 1, "No such command: needs-restarting.")},
        {"cat /proc/uptime": file("u", content=""), RESTART: said(DO_RESTART, 1)},
        glob(dnf._CACHES[0]),
        cached(epel=HOUR),
        cached(advisories=False, baseos=HOUR),
        glob(
            dnf._CACHES[0],
            file(REPODATA.format("baseos", "aa-primary")),
            *(file(REPODATA.format("epel", name)) for name in ("aa-primary", "bb-updateinfo")),
        ),
        {SYSTEM: said()},  # every repository is disabled, or was skipped because it was unavailable
        {SYSTEM: said("Last metadata expiration check: 0:01:03 ago\n")},
        *({look: reason} for look in (ADVISORIES, EVERY, SYSTEM, RESTART) for reason in UNKNOWABLE),
    ],
)
def test_what_cannot_be_seen_with_dnf_is_an_error(changes: Recorded) -> None:
    assert updates(RHEL | changes).status is Status.ERROR


@pytest.mark.parametrize(
    ("succeeded", "learned", "late"),
    [(NOW - DAY, NOW - HOUR, False), (NOW - HOUR, NOW - DAY, True), (NOW - 8 * DAY, NOW, True), (None, NOW, True)],
    ids=["an hour", "unknown lists", "a week without success", "never"],
)
def test_how_long_an_update_may_have_waited(succeeded: float | None, learned: float, late: bool) -> None:
    seen = Upgrades(succeeded, learned)
    assert bool(pending_problems(["openssl"], [], seen, 7, NOW)) is late
    assert pending_problems([], ["openssl"], seen, 7, NOW) == []
