# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tools of Debian 13 print is understood as what those of Debian 12 print, on which the other tests stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline import apt
from ansible_collections.golive.verify.plugins.plugin_utils.logs import logrotate
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.host_recordings import said
from tests.unit.action.test_host_baseline_ssh import ANYBODY, GENERAL, GOOD, ROOT
from tests.unit.proving import prove

RECORDED = Path(__file__).with_name("recorded") / "debian13"


def recorded(name: str) -> str:
    return (RECORDED / f"{name}.txt").read_text()


@pytest.mark.parametrize(
    ("before", "after", "root_login", "says"),
    [
        ("", "", "prohibit-password", ""),
        ("", "", "no", "PermitRootLogin is without-password for root"),
        ("passwordauthentication no", "passwordauthentication yes", "prohibit-password", "password is enough"),
        ("ciphers ", "ciphers aes256-cbc,", "prohibit-password", "weak algorithms are offered: aes256-cbc"),
    ],
)
def test_sshd(before: str, after: str, root_login: str, says: str) -> None:
    told = recorded("sshd").replace(before, after) if before else recorded("sshd")
    answers = GOOD | dict.fromkeys((GENERAL, ROOT, ANYBODY), said(told))
    (verdict,) = prove(Host, "host.ssh", {"permit_root_login": root_login}, answers)
    assert verdict.status is (Status.FAIL if says else Status.PASS), verdict.message
    assert says in verdict.message


def test_upgrades_of_apt() -> None:
    found = apt.parse_upgradable(recorded("apt-upgradable"))
    fixes = {name for name, suites in found.items() if apt.is_security(suites)}
    assert fixes == {"apt", "libapt-pkg7.0", "liblzma5", "libpcre2-8-0", "zlib1g"}
    assert found.keys() - fixes == {"tzdata"}


@pytest.mark.parametrize(
    ("log", "period", "size", "count", "olddir", "empty", "minimum"),
    [
        ("a", 7, None, 4, "/var/log/shop/old", False, False),
        ("b", 7, None, 4, "/var/log/shop/old", False, False),
        ("d", 1, None, None, "", True, True),
        ("e", None, 10485760, 0, "", True, False),
        ("f", 1 / 24, None, 24, "", True, True),
        ("g", 365, None, 3, "/var/log/shop/old", True, True),
    ],
)
def test_plan_of_logrotate(
    log: str, period: float | None, size: int | None, count: int | None, olddir: str, empty: bool, minimum: bool
) -> None:
    """The number of rotations stands at the end of a stanza's line, not in its middle."""
    planned = logrotate.parse(recorded("logrotate")).of(f"/var/log/shop/{log}.log")
    assert planned is not None
    stanza, _log = planned
    assert (stanza.period, stanza.size, stanza.count) == (period, size, count)
    assert (stanza.olddir, stanza.empty, stanza.minimum) == (olddir, empty, minimum)
