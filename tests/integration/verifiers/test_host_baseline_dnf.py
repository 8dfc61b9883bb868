# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host.security_updates against the real dnf 4, with repositories that createrepo_c made."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.backups import needs, needs_root
from tests.integration.verifiers.dnf_world import DnfHost, advisory
from tests.integration.verifiers.live import prove_live

pytestmark = [needs_root, needs("dnf", "rpm", "rpmbuild", "createrepo_c", "modifyrepo_c")]
PLUGIN = any(Path("/usr/lib").glob("python3*/*-packages/dnf-plugins/needs_restarting.py"))
needs_plugin = pytest.mark.skipif(not PLUGIN, reason="not installed: dnf-plugins-core")
OLD = {"glibc": "2.34", "openssl": "3.0.7", "bash": "5.1", "curl": "7.76"}
INSTALLED = {name: version for name, version in OLD.items() if name != "glibc"}
NEW = {**OLD, "openssl": "3.0.8", "curl": "7.77"}
FIXES = [advisory("openssl", "3.0.8"), advisory("curl", "7.77", severity="")]
ORDINARY = advisory("bash", "5.2", kind="bugfix", severity="None")


@pytest.fixture(scope="module")
def patched() -> Iterator[Path]:
    """The directory of a host for which an ordinary update waits; what is not of the system has advisories too."""
    with tempfile.TemporaryDirectory() as top:
        host = Path(top) / "host"
        made = DnfHost(host)
        made.install(**INSTALLED)
        made.publish("baseos", [ORDINARY], **{**OLD, "bash": "5.2"})
        made.publish("extra", [], bash="5.1")
        made.repositories("baseos", "extra")
        shutil.copytree(host, Path(top) / "kept", symlinks=True)
        yield host


@pytest.fixture
def host(patched: Path) -> DnfHost:
    """That host again, as every test finds it."""
    shutil.rmtree(patched)
    shutil.copytree(patched.with_name("kept"), patched, symlinks=True)
    return DnfHost(patched)


def updates(host: DnfHost, **options: Any) -> Verdict:
    (verdict,) = prove_live(Host, "host.security_updates", options, host)
    return verdict


def fails(verdict: Verdict, because: str) -> None:
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


def errs(verdict: Verdict, because: str) -> None:
    assert verdict.status is Status.ERROR, verdict
    assert because in verdict.message


@needs_plugin
def test_a_patched_host_passes(host: DnfHost) -> None:
    host.aged("baseos", days=2)
    host.repositories("baseos", "extra")  # dnf sees that nothing is new, and keeps the files it has
    verdict = updates(host, automatic=False, max_pending_days=1)
    assert verdict.status is Status.PASS, verdict
    assert list(verdict.actual["lists of updates"]) == ["baseos"]


def test_fixes_that_wait_or_are_excluded_fail(host: DnfHost) -> None:
    host.publish("baseos", [*FIXES, ORDINARY], **NEW)
    host.repositories("baseos")
    fails(updates(host, automatic=False), "2 security updates not installed (curl-7.77-1.noarch, openssl-3.0.8-1")
    host.write("etc/dnf/dnf.conf", "[main]\ngpgcheck=0\nexcludepkgs=openssl*\n")
    fails(updates(host), "held back on purpose: openssl-3.0.8-1.noarch")


def test_lists_that_cannot_be_fetched_any_more_fail(host: DnfHost) -> None:
    shutil.rmtree(host.root.parent / "baseos")
    host.aged("baseos", days=30)
    with pytest.raises(AssertionError, match="All mirrors were tried"):
        host.repositories("baseos", "extra")
    fails(updates(host), "30 days old: nobody can know what came since")


def test_a_system_without_advisories_is_an_error(host: DnfHost) -> None:
    host.publish("baseos", None, **NEW)
    host.repositories("baseos", "extra")
    errs(updates(host), "baseos has no advisories (updateinfo)")


def test_repositories_that_are_not_asked_are_an_error(host: DnfHost) -> None:
    host.repositories("baseos", fetch=False, enabled="0")
    errs(updates(host), "no enabled repository of the system")
    shutil.rmtree(host.root / "var/cache/dnf")
    host.repositories("baseos", fetch=False)
    errs(updates(host), "no cache for 'baseos'")


def test_a_cache_that_is_broken_is_an_error(host: DnfHost) -> None:
    for file in host.root.glob("var/cache/dnf/*.solv*"):
        file.unlink()
    for file in host.root.glob("var/cache/dnf/*/repodata/*updateinfo*"):
        file.write_text("garbage")
    errs(updates(host), "no cache for 'baseos'")


@needs_plugin
def test_a_reboot_that_waits_fails(host: DnfHost) -> None:
    host.install(glibc="2.34")  # after this machine was booted, of course
    up = float(Path("/proc/uptime").read_text().split()[0])
    fails(updates(host, max_pending_days=up / 86400 / 2), "a reboot is required")
