# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs over one environment do not overlap, and a run that ends leaves its heartbeat: by really running them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import lock
from tests.integration.playbook import LOCAL, REPOSITORY, surroundings

HELD = 75


class Site:
    """Environments in one directory, with the runs over them."""

    def __init__(self, root: Path) -> None:
        self.root, self.runs = root, root / "runs"

    def make(self, name: str) -> Path:
        """An environment whose one host is looked at for as long as the file `busy` is there."""
        path = self.root / name
        path.mkdir()
        (path / "checklist.md").write_text(
            "# Shop\n\n- [ ] It can be seen <!-- golive: http.health on=web1 -->\n", encoding="utf-8"
        )
        wait = f"while [ -e {path / 'busy'} ]; do sleep 0.1; done"
        slow = path / "slow-python"
        slow.write_text(f'#!/bin/sh\n{wait}\nexec {sys.executable} "$@"\n', encoding="utf-8")
        slow.chmod(0o755)
        check = {"http": {"url": "http://127.0.0.1:9", "health": ["/"], "from": "host", "controls": ["http.health"]}}
        host = LOCAL | {"ansible_python_interpreter": str(slow), "golive_checks_web": [check]}
        (path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"web1": host}}}), encoding="utf-8")
        return path

    def start(self, environment: Path, *arguments: str) -> subprocess.Popen[str]:
        ansible = str(Path(sys.executable).parent / "ansible-playbook")
        playbook = str(REPOSITORY / "playbooks" / "verify-prod.yml")
        given = json.dumps({"golive_runs_dir": str(self.runs)})
        return subprocess.Popen(
            [ansible, playbook, "-i", str(environment / "hosts.yml"), "-e", given, *arguments],
            cwd=self.root,
            env=surroundings(GOLIVE_REPORT_FORMATS="json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def planned(self, process: subprocess.Popen[str], environment: Path) -> None:
        """Wait until the one run over the environment holds its lock and looks."""
        until = time.monotonic() + 60
        while not list(self.runs.glob(f"{environment.name}/*/plan.json")):
            assert process.poll() is None, ended(process)
            assert time.monotonic() < until, "it never began"
            time.sleep(0.05)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _none = process.communicate(timeout=120)
    return process.returncode, " ".join(said.split())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_second_run_over_an_environment_ends_and_says_who_has_it(site: Site) -> None:
    shop = site.make("shop")
    (shop / "busy").touch()
    first = site.start(shop)
    site.planned(first, shop)
    second = site.start(shop)
    waiting = site.start(shop, "-e", "golive_lock_wait=60")
    slice_of_a_run = site.start(shop, "-e", f"golive_run_dir={site.root / 'slice'}")
    status, said = ended(second)
    assert status == HELD, said
    (run,) = (site.runs / "shop").iterdir()
    who = rf"two runs over shop must not overlap: the run {run.name} has it since \S+Z, process {first.pid} on \S+"
    assert re.search(who, said), said
    # Who waits gets it as soon as the first one is gone, however it went. What it was is still told in the file.
    assert json.loads(lock.path_for(site.runs, "shop").read_text(encoding="utf-8"))["process"] == first.pid
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    (shop / "busy").unlink()
    for process in (slice_of_a_run, waiting):
        status, said = ended(process)
        assert status == 2, said
        assert "shop: NO-GO" in said
    assert len(list((site.runs / "shop").iterdir())) == 2
    # That of the slice, which has a place of its own, is nowhere.
    (beat,) = site.runs.glob("*.prom")
    assert beat.name == "golive-shop-verify_prod.prom"
    assert 'golive_heartbeat_go{environment="shop",playbook="verify_prod"} 0\n' in beat.read_text(encoding="utf-8")
