# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks that write a run back into its checklist and count what can be proven, as a user runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.playbook import LOCAL, REPOSITORY, Environment, surroundings
from tests.integration.test_verify_prod import Service

CHECKLIST = """\
# Shop

Completion: 90%\r
## Web
- [ ] Health endpoints <!-- golive: http.health on=web -->\r
- [x] Security headers  <!-- golive: http.security_headers on=web -->  \r
* [x] Somebody thought of it
"""
WRITTEN = """\
# Shop

Completion: 33%\r
## Web
- [x] Health endpoints <!-- golive: http.health on=web --> E(pass)\r
- [ ] Security headers  <!-- golive: http.security_headers on=web --> E(fail)  \r
* [ ] Somebody thought of it
"""
EVIDENCE = re.compile(r"<!-- golive-evidence: \d{4}-\d\d-\d\d run \S+ (\w+)( \S+)? -->")


@dataclass
class Shop:
    """An environment with one run, and the playbooks of this clone."""

    environment: Environment

    @property
    def checklist(self) -> Path:
        return self.environment.path / "checklist.md"

    @property
    def text(self) -> str:
        return EVIDENCE.sub(r"E(\1\2)", self.checklist.read_bytes().decode())

    def play(self, name: str, *arguments: str, **variables: object) -> subprocess.CompletedProcess[str]:
        path = self.environment.path
        where = {"golive_runs_dir": str(path.parent), **variables}
        command = [str(Path(sys.executable).parent / "ansible-playbook"), str(REPOSITORY / "playbooks" / f"{name}.yml")]
        command += ["-i", str(path / "hosts.yml"), "-e", json.dumps(where), *arguments]
        return subprocess.run(
            command, cwd=REPOSITORY, env=surroundings(), capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Service() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.headers = {}
        checks = [{"http": {"url": server.url, "health": ["/health"], "from": "host"}}]
        web = {"hosts": {"web1": None}, "vars": {"golive_checks_web": checks}}
        environment = Environment(tmp_path_factory.mktemp("shop")).write("", {"web1": LOCAL}, web=web)
        shop = Shop(environment)
        shop.checklist.write_bytes(CHECKLIST.encode())
        ran = environment.verify()
        assert ran.items == {
            "Health endpoints": "pass", "Security headers": "fail", "Somebody thought of it": "unbound"
        }, ran.output  # fmt: skip
        yield shop
        server.shutdown()


@pytest.fixture
def shop(verified: Shop) -> Shop:
    verified.checklist.write_bytes(CHECKLIST.encode())
    return verified


def test_the_latest_run_is_written_back_once(shop: Shop) -> None:
    first = shop.play("write_back")
    assert first.returncode == 0, first.stdout + first.stderr
    assert shop.text == WRITTEN
    assert "changed=1" in first.stdout
    assert "+- [x] Health endpoints" in first.stdout
    second = shop.play("write_back")
    assert "changed=0" in second.stdout
    assert "nothing changes" in second.stdout
    assert shop.text == WRITTEN


def test_check_mode_shows_the_difference_and_writes_nothing(shop: Shop) -> None:
    ran = shop.play("write_back", "--check", "--diff")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "changed=1" in ran.stdout
    assert ran.stdout.count("+- [x] Health endpoints") == 1
    assert shop.checklist.read_bytes() == CHECKLIST.encode()


def test_the_evidence_links_the_report_relative_to_the_checklist(shop: Shop) -> None:
    report = shop.environment.run_dir / "report.html"
    ran = shop.play("write_back", run_dir=str(report.parent), report=str(report))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "E(pass run1/report.html)" in shop.text
    assert (shop.checklist.parent / "run1/report.html").is_file()


def test_a_stale_checklist_is_refused_in_one_line_and_left_alone(shop: Shop) -> None:
    edited = CHECKLIST.replace("Health endpoints", "Health endpoints answer").encode()
    shop.checklist.write_bytes(edited)
    ran = shop.play("write_back")
    assert ran.returncode == 2
    assert f"{shop.checklist}:5: the run" in ran.stdout
    assert "'Health endpoints answer' is" in ran.stdout
    assert shop.checklist.read_bytes() == edited


def test_without_a_run_there_is_nothing_to_write(shop: Shop, tmp_path: Path) -> None:
    ran = shop.play("write_back", golive_runs_dir=str(tmp_path))
    assert ran.returncode == 2
    assert "there is no run of" in ran.stdout
    assert shop.checklist.read_bytes() == CHECKLIST.encode()


def test_coverage_shows_a_table_and_writes_what_is_asked_for(shop: Shop, tmp_path: Path) -> None:
    for name in ("coverage.md", "coverage.json"):
        path = tmp_path / name
        checked = shop.play("coverage", "--check", output=str(path))
        assert "changed=1" in checked.stdout, checked.stdout + checked.stderr
        assert not path.exists()
        assert "changed=1" in shop.play("coverage", output=str(path)).stdout
        again = shop.play("coverage", output=str(path))
        assert "changed=0" in again.stdout
        assert re.search(r"section +items +machine", again.stdout)
    counted = json.loads((tmp_path / "coverage.json").read_text(encoding="utf-8"))
    assert counted["whole"]["items"] == 3
    assert counted["whole"]["proven"] == 1
    assert counted["whole"]["by"]["machine"] == 2
    assert "| section | items |" in (tmp_path / "coverage.md").read_text(encoding="utf-8")
