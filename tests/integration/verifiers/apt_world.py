# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of apt's own: packages, sources and lists below a directory, as the real apt sees and makes them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from tests.unit.action.host_recordings import timer

_ELSEWHERE = ("/proc/", "/usr/bin/apt-get", "/usr/bin/dnf")
_STANZA = (
    "Package: {}\nVersion: {}\nArchitecture: all\nMaintainer: A <a@example.com>\nPriority: optional\nSection: net\n"
)
_PERIODIC = """APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Origins-Pattern { "label=Debian-Security"; };
"""


class AptHost:
    """Makes the looks of host_baseline at that host. What systemd would say is the test's to say."""

    def __init__(self, top: Path) -> None:
        self.root, self.repository = top / "root", top / "repository"
        self.timers: list[Mapping[str, Any]] = [timer("apt-daily.timer"), timer("apt-daily-upgrade.timer")]
        for path in ("etc/apt/apt.conf.d", "var/lib/apt/lists/partial", "var/lib/apt/periodic", "var/lib/dpkg/info"):
            (self.root / path).mkdir(parents=True)
        for path in ("var/cache/apt/archives/partial", "var/log/apt", "usr/bin", "run", "boot"):
            (self.root / path).mkdir(parents=True)
        settings = {
            "Dir": self.root,
            "Dir::State::status": self.root / "var/lib/dpkg/status",
            "APT::Architecture": "amd64",
        }
        machine = {"Dir::Bin::Methods": "/usr/lib/apt/methods", "Dir::Bin::dpkg": "/usr/bin/dpkg"}
        lines = (f'{each[0]} "{each[1]}";\n' for each in {**settings, **machine, "APT::Sandbox::User": "root"}.items())
        self._environment = {"APT_CONFIG": str(self.write("apt.conf", "".join(lines)))}
        self.write("usr/bin/unattended-upgrade", "")
        self.write("etc/apt/apt.conf.d/20auto-upgrades", _PERIODIC)
        self.installed(openssl="3.0.15-1", bash="5.2-1")
        self.succeeded(hours=10)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.write_text(text, encoding="utf-8")
        return file

    def succeeded(self, hours: float) -> None:
        """unattended-upgrade ended well some hours ago."""
        self.age("var/lib/apt/periodic/upgrade-stamp", hours)

    def age(self, path: str, hours: float) -> None:
        file = self.write(path, "")
        os.utime(file, (time.time() - hours * 3600,) * 2)

    def installed(self, **packages: str) -> None:
        stanzas = (
            _STANZA.format(*each) + "Status: install ok installed\nDescription: x\n" for each in packages.items()
        )
        self.write("var/lib/dpkg/status", "\n".join(stanzas))

    def publish(self, suite: str, *, label: str = "Debian", days: float = 0, **packages: str) -> None:
        """A suite of the repository, with the date of some days ago."""
        directory = self.repository / "dists" / suite
        (directory / "main" / "binary-amd64").mkdir(parents=True, exist_ok=True)
        stanza = "Filename: pool/x.deb\nSize: 1\nSHA256: " + "0" * 64 + "\nDescription: x\n"
        text = "\n".join(_STANZA.format(*each) + stanza for each in packages.items())
        (directory / "main" / "binary-amd64" / "Packages").write_text(text, encoding="utf-8")
        digest = f" {hashlib.sha256(text.encode()).hexdigest()} {len(text)} main/binary-amd64/Packages\n"
        head = f"Origin: Debian\nLabel: {label}\nSuite: {suite}\nCodename: {suite}\nArchitectures: amd64 all\n"
        dated = f"Components: main\nDate: {formatdate(time.time() - days * 86400, usegmt=True)}\n"
        (directory / "Release").write_text(f"{head}{dated}SHA256:\n{digest}", encoding="utf-8")

    def sources(self, *suites: str, update: bool = True) -> None:
        lines = (f"deb [trusted=yes] file:{self.repository} {suite} main\n" for suite in suites)
        self.write("etc/apt/sources.list", "".join(lines))
        if update:
            own = {**os.environ, **self._environment}
            done = subprocess.run(
                ["apt-get", "-q", "update"], env=own, capture_output=True, text=True, timeout=60, check=False
            )
            if done.returncode:
                raise AssertionError(done.stderr)

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        made = iter(engine.on_controller([self._here(each) for each in requests if each.params["kind"] != "timers"]))
        told: Answer = {"value": {"timers": self.timers}, "at": time.time(), "ms": 1}
        return [told if each.params["kind"] == "timers" else next(made) for each in requests]

    def _here(self, request: Request) -> Request:
        params = dict(request.params)
        for name in ("path", "pattern"):
            if name in params and not params[name].startswith(_ELSEWHERE):
                params[name] = f"{self.root}{params[name]}"
        if argv := params.get("argv"):
            own = [f"{self.root}{word}" if word.startswith("/var/lib/apt") else word for word in argv]
            params["argv"] = own
            params["env"] = self._environment
        return replace(request, params=params)
