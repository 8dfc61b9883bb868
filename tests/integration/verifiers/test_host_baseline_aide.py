# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host.intrusion_detection against the real AIDE, which scans a directory of the test's own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.backups import needs
from tests.integration.verifiers.live import prove_live
from tests.unit.action.host_recordings import timer

pytestmark = needs("aide")
_CONFIG = """database_in=file:{0}/var/lib/aide/aide.db
database_out=file:{0}/var/lib/aide/aide.db.new
report_url=file:{0}/var/log/aide/aide.log
{0}/watched R
"""


class AideHost:
    """What AIDE has below a directory. That a timer starts it is the test's to say."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path in ("var/lib/aide", "var/log/aide", "watched"):
            (root / path).mkdir(parents=True)
        self.database = root / "var/lib/aide/aide.db"
        self.change("one")
        (root / "aide.conf").write_text(_CONFIG.format(root))

    def change(self, name: str) -> None:
        (self.root / "watched" / name).write_text("x")

    def begin(self) -> None:
        """Have a database, as aideinit makes it."""
        assert self.aide("--init") == 0
        self.database.with_name("aide.db.new").rename(self.database)

    def aide(self, command: str, *options: str) -> int:
        argv = ["aide", "--config", str(self.root / "aide.conf"), *options, command]
        return subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        told: Answer = {"value": {"timers": [timer("dailyaidecheck.timer")]}, "at": time.time(), "ms": 1}
        made = iter(engine.on_controller([self._here(each) for each in requests if each.params["kind"] != "timers"]))
        return [told if each.params["kind"] == "timers" else next(made) for each in requests]

    def _here(self, request: Request) -> Request:
        params = dict(request.params)
        if "pattern" in params:
            params["pattern"] = f"{self.root}{params['pattern']}"
        if argv := params.get("argv"):
            params["argv"] = [f"{self.root}{word}" if word.startswith("/var/") else word for word in argv]
        return replace(request, params=params)


@pytest.fixture
def host(tmp_path: Path) -> AideHost:
    return AideHost(tmp_path)


def watch(host: AideHost) -> Verdict:
    (verdict,) = prove_live(Host, "host.intrusion_detection", {"agents": ["aide"]}, host)
    return verdict


def passes(host: AideHost, found: str) -> None:
    verdict = watch(host)
    assert verdict.status is Status.PASS, verdict
    assert verdict.actual["it found"] == found


def fails(host: AideHost, because: str) -> None:
    verdict = watch(host)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


@pytest.mark.parametrize("options", [(), ("--after=report_level=minimal",), ("--after=report_format=json",)])
def test_scans_that_got_to_their_end_pass(host: AideHost, options: Sequence[str]) -> None:
    host.begin()
    assert host.aide("--check", *options) == 0
    passes(host, "no differences")
    host.change("two")
    assert host.aide("--check", *options) in (1, 5)  # its directory has another time, or not yet
    passes(host, "differences")


def test_a_host_that_was_never_scanned_fails(host: AideHost) -> None:
    fails(host, "AIDE has no database")
    fails(host, "AIDE has written no")
    assert host.aide("--init") == 0
    fails(host, "AIDE has no database")  # one that nobody has put in its place
    host.begin()
    fails(host, "tells of no scan that got to its end")


def test_a_scan_that_broke_off_fails(host: AideHost) -> None:
    host.begin()
    assert host.aide("--check") == 0
    kept = host.database.rename(host.root / "away")
    assert host.aide("--check") > 7  # and it has emptied its log, just now
    kept.rename(host.database)
    fails(host, "tells of no scan that got to its end")


def test_what_cannot_be_read_is_an_error(host: AideHost) -> None:
    host.begin()
    assert host.aide("--check") == 0
    log = host.root / "var/log/aide/aide.log"
    log.rename(log.with_name("aide.log.1"))
    log.symlink_to("absent")
    assert watch(host).status is Status.ERROR
