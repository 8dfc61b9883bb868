# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host_baseline verifier on this machine: its apt, an sshd on loopback, real files, a real file system."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.apt_world import AptHost
from tests.integration.verifiers.live import prove_live

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")


def verdict(control: str, options: dict[str, Any], host: engine.Transport = engine.on_controller) -> Verdict:
    (one,) = prove_live(Host, f"host.{control}", options, host)
    return one


def passes(said: Verdict) -> None:
    assert said.status is Status.PASS, said


def fails(said: Verdict, because: str) -> None:
    assert said.status is Status.FAIL, said
    assert because in said.message


def errs(said: Verdict, because: str) -> None:
    assert said.status is Status.ERROR, said
    assert because in said.message


@pytest.fixture
def host(tmp_path: Path) -> AptHost:
    if shutil.which("apt-get") is None:
        pytest.skip("needs apt")
    made = AptHost(tmp_path)
    made.publish("stable", openssl="3.0.15-1", bash="5.2-1")
    made.publish("stable-security", label="Debian-Security", openssl="3.0.15-1")
    made.sources("stable", "stable-security")
    return made


def updates(host: AptHost, **options: Any) -> Verdict:
    return verdict("security_updates", options, host)


def test_a_patched_host_passes_and_apt_writes_nothing(host: AptHost) -> None:
    before = sorted(host.root.rglob("*"))
    said = updates(host)
    passes(said)
    assert list(said.actual["sources of security updates"]) == ["stable-security"]
    assert sorted(host.root.rglob("*")) == before


def test_a_fix_that_waits_fails_once_it_is_late(host: AptHost) -> None:
    host.publish("stable-security", label="Debian-Security", openssl="3.0.17-1")
    host.sources("stable", "stable-security")
    passes(updates(host))  # the next automatic run will install it
    host.succeeded(hours=-1)
    fails(updates(host), "1 security update not installed (openssl), though automatic updates ran since")
    host.succeeded(hours=24 * 40)
    fails(updates(host), "automatic updates last succeeded 40 days ago")
    fails(updates(host, automatic=False), "nothing on the host tells since when")


def test_a_fix_behind_an_ordinary_update_is_seen(host: AptHost) -> None:
    host.publish("stable", openssl="3.0.18-1", bash="5.2-2")
    host.sources("stable", "stable-security")
    passes(updates(host, automatic=False))  # neither is a security update
    host.publish("stable-security", label="Debian-Security", openssl="3.0.17-1")
    host.sources("stable", "stable-security")
    fails(updates(host, automatic=False), "1 security update not installed (openssl)")


def test_a_package_on_hold_fails(host: AptHost) -> None:
    host.publish("stable-security", label="Debian-Security", openssl="3.0.17-1")
    host.sources("stable", "stable-security")
    status = host.root / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("install ok", "hold ok", 1))
    fails(updates(host), "held back on purpose: openssl")


def test_lists_that_nobody_fetches_fail(host: AptHost) -> None:
    host.publish("stable-security", label="Debian-Security", days=30, openssl="3.0.15-1")
    shutil.rmtree(host.root / "var/lib/apt/lists")
    (host.root / "var/lib/apt/lists/partial").mkdir(parents=True)
    host.sources("stable", "stable-security")
    fails(updates(host), "30 days old: nobody can know what came since")


def test_no_source_of_security_updates_fails(host: AptHost) -> None:
    host.sources("stable", update=False)  # the list that was fetched is still there
    fails(updates(host), "no source of security updates")
    shutil.rmtree(host.root / "var/lib/apt/lists")
    (host.root / "var/lib/apt/lists").mkdir()
    fails(updates(host), "no source of security updates")


def test_automatic_updates_that_are_off_fail(host: AptHost) -> None:
    host.write("etc/apt/apt.conf.d/99off", 'APT::Periodic::Unattended-Upgrade "0";\n')
    fails(updates(host), "APT::Periodic::Unattended-Upgrade is 0")
    passes(updates(host, automatic=False))
    host.timers = []
    fails(updates(host), "there is no apt-daily-upgrade.timer")


def test_a_reboot_that_waits_fails(host: AptHost) -> None:
    host.age("run/reboot-required", hours=24 * 20)
    host.write("run/reboot-required.pkgs", "linux-image-amd64\n")
    fails(updates(host), "a reboot is required for 20 days by linux-image-amd64")


def test_sources_that_apt_cannot_read_are_an_error(host: AptHost) -> None:
    host.write("etc/apt/sources.list", "garbage\n")
    errs(updates(host), "exit status 100")


class Sshd:
    """An SSH daemon on loopback, in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.config = directory, directory / "sshd_config"
        (directory / "sshd_config.d").mkdir()
        self.added = directory / "sshd_config.d" / "50-own.conf"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / "key")], check=True, timeout=30
        )
        self.port = _free_port()
        self.write()
        self.process = subprocess.Popen([str(SSHD), "-D", "-f", str(self.config)], stderr=subprocess.PIPE)
        self.settle(0.0)

    def write(self, *settings: str, added: str = "") -> None:
        """Change the configuration without telling the daemon."""
        first = [f"Include {self.directory}/sshd_config.d/*.conf", f"Port {self.port}", "ListenAddress 127.0.0.1"]
        paths = [f"HostKey {self.directory}/key", f"PidFile {self.directory}/sshd.pid"]
        strict = ["PermitRootLogin no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "UsePAM yes"]
        self.config.write_text("\n".join([*first, *paths, *settings, *strict, ""]))
        self.added.write_text(added)

    def reload(self) -> None:
        before = (self.directory / "sshd.pid").stat().st_mtime
        self.process.send_signal(1)
        self.settle(before)

    def settle(self, before: float) -> None:
        """Wait until the daemon has written its pid file anew, to its end, and listens."""
        end = time.monotonic() + 10
        pid = self.directory / "sshd.pid"
        while time.monotonic() < end:
            # It takes the file away before it makes it anew.
            with suppress(FileNotFoundError):
                if pid.read_text() and pid.stat().st_mtime > before and _answers(self.port):
                    return
            time.sleep(0.02)
        raise AssertionError("sshd did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    if SSHD is None or shutil.which("ssh-keygen") is None:
        pytest.skip("needs sshd (apt-get install openssh-server)")
    Path("/run/sshd").mkdir(exist_ok=True)  # which the package's unit makes
    daemon = Sshd(tmp_path_factory.mktemp("sshd"))
    yield daemon
    daemon.stop()


def ssh(sshd: Sshd, **options: Any) -> Verdict:
    return verdict("ssh", {"sshd_config": str(sshd.config), **options})


def test_a_daemon_that_takes_keys_alone_passes(sshd: Sshd) -> None:
    sshd.write()
    sshd.reload()
    passes(ssh(sshd))


@pytest.mark.parametrize(
    ("settings", "added", "because"),
    [
        (["PermitRootLogin yes"], "", "PermitRootLogin is yes for root"),
        (["PermitRootLogin prohibit-password"], "", "PermitRootLogin is without-password"),
        ([], "PasswordAuthentication yes\n", "password is enough to get in"),  # the first one counts
        ([], "KbdInteractiveAuthentication yes\n", "keyboard-interactive is enough to get in"),
        ([], "Match User root\n  PermitRootLogin yes\n", "PermitRootLogin is yes for root"),
        ([], "Match Address 10.0.0.0/8\n  PasswordAuthentication yes\n", "for Match Address 10.0.0.0/8"),
        (["MaxAuthTries 50"], "", "maxauthtries is 50"),
        (["Ciphers aes128-ctr,aes128-cbc"], "", "weak algorithms are offered: aes128-cbc"),
        (["PasswordAuthentication yes", "AuthenticationMethods password"], "", "password is enough"),
    ],
)
def test_a_daemon_that_lets_others_in_fails(sshd: Sshd, settings: list[str], added: str, because: str) -> None:
    sshd.write(*settings, added=added)
    sshd.reload()
    fails(ssh(sshd), because)


def test_a_second_factor_passes(sshd: Sshd) -> None:
    sshd.write("KbdInteractiveAuthentication yes", "AuthenticationMethods publickey,keyboard-interactive:pam")
    sshd.reload()
    passes(ssh(sshd))


def test_a_daemon_that_was_not_reloaded_fails(sshd: Sshd) -> None:
    sshd.write()
    fails(ssh(sshd), "sshd has not read it since: reload it")
    sshd.reload()
    passes(ssh(sshd))


def test_a_configuration_that_cannot_be_read_is_an_error(sshd: Sshd) -> None:
    sshd.write("Nonsense yes")
    errs(ssh(sshd), "Bad configuration option: Nonsense")
    sshd.write()
    errs(ssh(sshd, sshd_config=f"{sshd.config}.absent"), "No such file")


def test_a_daemon_that_is_gone_is_an_error(sshd: Sshd) -> None:
    sshd.write()
    sshd.reload()
    pid = sshd.directory / "sshd.pid"
    mine = pid.read_text()
    try:
        pid.write_text("999999\n")
        errs(ssh(sshd), "listens")
    finally:
        pid.write_text(mine)


def permissions(tmp_path: Path, **options: Any) -> Verdict:
    declared = {"path": str(tmp_path / "shop.env"), "mode": "0640", "owner": "root", "needs": "0400"}
    return verdict("file_permissions", {"files": [declared], "trees": [str(tmp_path)], **options})


def test_files_that_are_too_open_fail(tmp_path: Path) -> None:
    file, key = tmp_path / "shop.env", tmp_path / "tls.key"
    fails(permissions(tmp_path), "shop.env is not there")
    for each in (file, key):
        each.write_text("x")
        each.chmod(0o600)
    passes(permissions(tmp_path))
    file.chmod(0o644)
    fails(permissions(tmp_path), "has mode 0644, more than 0640")
    file.chmod(0o200)
    fails(permissions(tmp_path), "lacks some of 0400")
    file.chmod(0o640)
    os.chown(file, 65534, -1)
    fails(permissions(tmp_path), "has the owner nobody, not root")
    os.chown(file, 0, -1)
    key.chmod(0o644)
    fails(permissions(tmp_path), "everybody may read 1 secret")
    key.chmod(0o600)
    (tmp_path / "upload\n s").mkdir()
    (tmp_path / "upload\n s").chmod(0o777)
    fails(permissions(tmp_path), "everybody may write 1 path")
    (tmp_path / "upload\n s").chmod(0o1777)
    passes(permissions(tmp_path))
    (tmp_path / "link").symlink_to("/nonexistent")
    passes(permissions(tmp_path))
    errs(permissions(tmp_path, trees=[str(tmp_path / "absent")]), "not_found")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte and a hundred inodes."""
    place = tmp_path / "small"
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=100", "golive-test", str(place)]
    if subprocess.run(options, capture_output=True, check=False, timeout=10).returncode:
        pytest.skip("this machine does not let us mount")
    yield place
    subprocess.run(["umount", str(place)], check=True, timeout=10)


def headroom(small: Path) -> Verdict:
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return verdict("headroom", {"ignore_mounts": [path for path in mounted if path != str(small)]})


def test_a_file_system_that_fills_up_fails(small: Path) -> None:
    passes(headroom(small))
    (small / "data").write_bytes(b"x" * 950_000)
    fails(headroom(small), "of its bytes free")
    (small / "data").unlink()
    for number in range(95):
        (small / str(number)).touch()
    fails(headroom(small), "of its inodes free")


def test_a_machine_without_a_time_service_does_not_pass() -> None:
    if shutil.which("systemctl") and Path("/run/systemd/system").exists():
        pytest.skip("this machine runs systemd")
    assert verdict("clock", {}).status is not Status.PASS
    fails(verdict("clock", {"timezone": "Antarctica/Troll"}), "the time zone is")


def test_agents_that_are_not_installed_do_not_pass() -> None:
    agents = [
        name for name, tool in (("auditd", "auditctl"), ("fail2ban", "fail2ban-client")) if not shutil.which(tool)
    ]
    for said in prove_live(Host, "host.intrusion_detection", {"agents": agents}) if agents else []:
        assert said.status is not Status.PASS, said
