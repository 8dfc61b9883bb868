# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall verifier against a real firewalld, with a bus of its own, in a network namespace of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from ansible.plugins.loader import init_plugin_loader

from ansible_collections.golive.verify.plugins.action.firewall import ActionModule as Firewall
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live
from tests.integration.verifiers.netns import Host, namespace

init_plugin_loader()

TOOLS = ("firewalld", "firewall-cmd", "dbus-daemon", "nft")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason="needs firewalld (apt-get install --no-install-recommends firewalld dbus)"
)
BUS = """<busconfig>
<type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>
"""
ALLOW = [22, 80]


class Firewalld:
    """A host whose firewall is firewalld."""

    def __init__(self, host: Host, bus: str) -> None:
        self.host = host
        self._bus = bus

    def cmd(self, *argv: str) -> str:
        return self.host.run("env", self._bus, "firewall-cmd", *argv)

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """Make looks there; firewall-cmd is told which bus is the system's."""
        return self.host([self._there(request) for request in requests])

    def _there(self, request: Request) -> Request:
        if request.params["kind"] != "command" or request.params["argv"][0] != "firewall-cmd":
            return request
        name, _is, path = self._bus.partition("=")
        return Request(request.vantage, {**request.params, "env": {name: path}})


@pytest.fixture(scope="module")
def firewalld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firewalld]:
    work = tmp_path_factory.mktemp("firewalld")
    (work / "etc").mkdir()
    (work / "bus.conf").write_text(BUS.format(socket=work / "bus"))
    with namespace(work / "root") as host:
        bus = f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={work / 'bus'}"
        enter = ["nsenter", "--net", f"--target={host.pid}", "--", "env", bus]
        options = ["--nofork", "--nopid", "--system-config", str(work / "etc"), "--log-target", "file"]
        options += ["--log-file", str(work / "log")]
        commands = (["dbus-daemon", "--nofork", f"--config-file={work / 'bus.conf'}"], ["firewalld", *options])
        running = []
        try:
            for argv in commands:
                running.append(_started([*enter, *argv]))
                _until((work / "bus").exists, work)
            server = Firewalld(host, bus)
            _until(lambda: "running" in _said(server), work)
            for change in ("--add-port=80/tcp", "--remove-service=dhcpv6-client"):
                server.cmd("--permanent", change)
            server.cmd("--reload")
            host.units = {"firewalld.service": "enabled"}
            yield server
        finally:
            for process in reversed(running):
                process.kill()
                process.wait()


def _started(argv: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))


def _said(server: Firewalld) -> str:
    try:
        return server.cmd("--state")
    except AssertionError:
        return ""


def _until(holds: Callable[[], object], work: Path, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            pytest.skip(f"firewalld does not run here: {(work / 'log').read_text()[-300:]}")
        time.sleep(0.1)


def verdicts(firewalld: Firewalld, *allow: int) -> list[Verdict]:
    return prove_live(Firewall, "host.firewall", {"allow": [*ALLOW, *allow]}, firewalld)


def test_what_firewalld_keeps_passes(firewalld: Firewalld) -> None:
    now, later = verdicts(firewalld)
    assert (now.status, later.status) == (Status.PASS, Status.PASS), (now.message, later.message)
    assert "80/tcp" in now.actual["ipv4"]
    assert "80/tcp" in now.actual["ipv6"]


def test_what_was_changed_at_run_time_alone_fails(firewalld: Firewalld) -> None:
    firewalld.cmd("--add-port=6379/tcp")
    try:
        now, later = verdicts(firewalld)
        assert "6379/tcp over IPv4 and IPv6 is accepted from anywhere and nobody declared it" in now.message
        assert "zone public is not the same with --permanent" in later.message
        assert verdicts(firewalld, 6379)[0].status is Status.PASS
    finally:
        firewalld.cmd("--remove-port=6379/tcp")


def test_rules_of_other_kinds_count_too(firewalld: Firewalld) -> None:
    rule = ["ipv4", "filter", "INPUT", "0", "-p", "tcp", "--dport", "80", "-j", "DROP"]
    firewalld.cmd("--direct", "--add-rule", *rule)
    try:
        now, later = verdicts(firewalld)
        assert "80/tcp" not in now.actual["ipv4"]
        assert "direct rule ipv4 filter INPUT 0 -p tcp --dport 80 -j DROP is not the same" in later.message
    finally:
        firewalld.cmd("--direct", "--remove-rule", *rule)


def test_a_firewalld_that_is_off_or_cannot_be_asked_does_not_pass(firewalld: Firewalld) -> None:
    firewalld.host.units = {"firewalld.service": "disabled"}
    assert verdicts(firewalld)[1].status is Status.FAIL
    firewalld.host.units = {"firewalld.service": "enabled"}
    firewalld.host.missing = {"firewall-cmd"}
    assert verdicts(firewalld)[1].status is Status.ERROR
    firewalld.host.missing = set()
