# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of dnf's own: packages and repositories below a directory, as the real rpm, createrepo_c and dnf make them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from tests.integration.verifiers.backups import run
from tests.unit.action.host_recordings import timer

_SPEC = """Name: {}
Version: {}
Release: 1
Summary: a package
License: none
BuildArch: noarch
%description
%files
"""
_ADVISORY = """<update status="stable" type="{kind}"><id>{id}</id><title>x</title><issued date="2026-01-02 03:04:05"/>
{severity}<pkglist><collection><name>x</name><package name="{name}" version="{version}" release="1" epoch="0"
arch="noarch"><filename>{name}-{version}-1.noarch.rpm</filename></package></collection></pkglist></update>
"""
_AUTOMATIC = "[commands]\nupgrade_type = security\napply_updates = yes\n"


class DnfHost:
    """Makes the looks of host_baseline at that host. What systemd would say is the test's to say."""

    def __init__(self, top: Path) -> None:
        self.root, self.built = top / "root", top / "built"
        self.timers: list[Mapping[str, Any]] = [timer("dnf-automatic.timer", last=time.time() - 5 * 3600)]
        self._top = top
        self._dnf = ["--installroot", str(self.root), "--releasever", "9"]
        self.write("etc/dnf/dnf.conf", "[main]\ngpgcheck=0\n")
        self.write("etc/dnf/automatic.conf", _AUTOMATIC)
        self.write("usr/bin/dnf", "")

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def package(self, name: str, version: str) -> Path:
        """A package without files, built by rpmbuild where it is not built yet."""
        file = self.built / "noarch" / f"{name}-{version}-1.noarch.rpm"
        if not file.exists():
            self.built.mkdir(exist_ok=True)
            spec = self.built / "spec"
            spec.write_text(_SPEC.format(name, version), encoding="utf-8")
            defined = [("_topdir", self._top / "rpmbuild"), ("_rpmdir", self.built)]
            run("rpmbuild", "-bb", "--quiet", *(f"--define={name} {value}" for name, value in defined), spec)
        return file

    def install(self, **packages: str) -> None:
        run("rpm", "--root", self.root, "-i", "--nodeps", *(self.package(*each) for each in packages.items()))

    def publish(self, repository: str, advisories: Sequence[str] | None = (), **packages: str) -> None:
        """A repository of packages with advisories, or with None where it tells of none whatever comes."""
        place = self._top / repository
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for each in packages.items():
            shutil.copy(self.package(*each), place)
        run("createrepo_c", "-q", place)
        if advisories is not None:
            (place / "updateinfo.xml").write_text(f"<updates>{''.join(advisories)}</updates>", encoding="utf-8")
            run("modifyrepo_c", place / "updateinfo.xml", place / "repodata")

    def repositories(self, *names: str, fetch: bool = True, **settings: str) -> None:
        """What dnf is configured to ask, and asks at once where it is to fetch."""
        added = "".join(f"{name}={value}\n" for name, value in settings.items())
        texts = (f"[{name}]\nname={name}\nbaseurl=file://{self._top / name}\n{added}" for name in names)
        self.write("etc/yum.repos.d/own.repo", "".join(texts))
        if fetch:
            run("dnf", *self._dnf, "-q", "makecache", "--refresh")

    def aged(self, repository: str, days: float) -> None:
        """That a repository was last asked some days ago."""
        moment = time.time() - days * 86400
        for file in self.root.glob(f"var/cache/dnf/{repository}-*/repodata/*"):
            os.utime(file, (moment, moment))

    def __call__(self, requests: Sequence[Request]) -> Sequence[Answer]:
        made = iter(engine.on_controller([self._here(each) for each in requests if self._told(each) is None]))
        return [self._told(each) or next(made) for each in requests]

    def _told(self, request: Request) -> Answer | None:
        """What this machine is not asked: it may have apt, and systemd."""
        if request.params["kind"] == "timers":
            return {"value": {"timers": self.timers}, "at": time.time(), "ms": 1}
        if request.params.get("argv", ["dnf"])[0] != "dnf":
            return {"reason": "missing_tool", "detail": "not installed", "at": time.time(), "ms": 1}
        return None

    def _here(self, request: Request) -> Request:
        params = dict(request.params)
        for name in ("path", "pattern"):
            if name in params and not params[name].startswith("/proc/"):
                params[name] = f"{self.root}{params[name]}"
        if argv := params.get("argv"):
            params["argv"] = [argv[0], *self._dnf, *argv[1:]]
        return replace(request, params=params)


def advisory(name: str, version: str, kind: str = "security", severity: str = "Important") -> str:
    """What a repository says of an update; severity may be empty, as it often is."""
    told = f"<severity>{severity}</severity>" if severity else ""
    return _ADVISORY.format(id=f"RHXA-2026:{len(name)}", kind=kind, name=name, version=version, severity=told)
