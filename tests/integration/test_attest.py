# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that signs statements, as people use it: with real keys, real runs, and everything that may go wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import NAMESPACE
from tests.integration.playbook import LOCAL, REPOSITORY, surroundings

ALICE, BOB = "alice@example.com", "bob@example.com"
CHECKLIST = """# Shop

## Web
- [ ] Health endpoints <!-- golive: http.health on=web -->
- [ ] Penetration test passed

## Sign-off
- [ ] Go <!-- golive: signoff.golive -->
"""
ROLES = {"people": {ALICE: ["tester", "go_live"], BOB: ["approver"]}}


class Health(BaseHTTPRequestHandler):
    """A service that says how it is."""

    said = "ok"

    def do_GET(self) -> None:
        self.send_response(200 if Health.said == "ok" else 503)
        self.end_headers()
        self.wfile.write(json.dumps({"status": Health.said}).encode())

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Shop:
    """The environment `shop`, its people's keys outside of it, and where its runs go."""

    def __init__(self, root: Path) -> None:
        self.root, self.path, self.runs = root, root / "shop", root / "runs"
        self.attestations = self.path / "attestations"
        self.attestations.mkdir(parents=True)
        self.keys = {person: root / person.partition("@")[0] for person in (ALICE, BOB)}
        lines = []
        for person, key in self.keys.items():
            argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
            subprocess.run(argv, check=True, timeout=20, stdin=subprocess.DEVNULL)
            lines.append(f'{person} namespaces="{NAMESPACE}" {key.with_suffix(".pub").read_text(encoding="utf-8")}')
        (self.attestations / "allowed_signers").write_text("".join(lines), encoding="utf-8")
        (self.attestations / "roles.yml").write_text(yaml.safe_dump(ROLES), encoding="utf-8")
        (self.path / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
        self.inventory("http://127.0.0.1:9")

    def inventory(self, url: str) -> None:
        checks = [{"http": {"url": url, "health": ["/health"], "from": "host", "controls": ["http.health"]}}]
        web = {"hosts": {"web1": LOCAL}, "vars": {"golive_checks_web": checks}}
        (self.path / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": {"web": web}}}), encoding="utf-8")

    def play(self, name: str, *arguments: str, **variables: object) -> subprocess.CompletedProcess[str]:
        ansible = str(Path(sys.executable).parent / "ansible-playbook")
        argv = [ansible, str(REPOSITORY / "playbooks" / f"{name}.yml"), "-i", str(self.path)]
        given = json.dumps({"golive_runs_dir": str(self.runs), **variables})
        return subprocess.run(
            [*argv, "-e", given, *arguments],
            cwd=self.root,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def attest(self, *arguments: str, person: str = ALICE, **variables: object) -> subprocess.CompletedProcess[str]:
        return self.play("attest", *arguments, **{"person": person, "key": str(self.keys[person]), **variables})

    def made(self) -> list[Path]:
        return sorted(path for path in self.attestations.iterdir() if path.name[0] in "2.")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_a_statement_is_signed_and_approved(shop: Shop) -> None:
    (shop.path / "evidence").mkdir()
    (shop.path / "evidence" / "report.pdf").write_bytes(b"No finding.")
    done = shop.attest(
        item="penetration TEST passed",
        role="tester",
        statement="No finding above low: all is well, says Anna's report.",
        evidence="evidence/report.pdf,https://example.com/report",
        expires="30d",
        approved_by=BOB,
    )
    assert done.returncode == 0, said(done)
    assert "WARNING" not in said(done)
    path, signature = shop.made()
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["statement"] == "No finding above low: all is well, says Anna's report."
    assert [next(iter(each)) for each in content["evidence"]] == ["file", "url"]
    assert signature.name == f"{path.name}.sig"
    assert "private" not in path.read_text(encoding="utf-8").lower()

    refused = shop.attest(approve=str(path))
    assert refused.returncode == 2
    assert "alice@example.com cannot approve what alice@example.com states" in said(refused)
    assert shop.attest(approve=str(path), person=BOB).returncode == 0
    assert [made.name for made in shop.made()] == sorted([path.name, signature.name, f"{path.name}.{BOB}.sig"])
    again = shop.attest(approve=str(path), person=BOB)
    assert (again.returncode, "exists already" in said(again)) == (2, True)


def test_values_as_people_give_them_on_the_command_line(shop: Shop) -> None:
    words = ("-e", "item='Penetration test passed'", "-e", "role=tester", "-e", f"person={ALICE}")
    key = ("-e", f"key={shop.keys[ALICE]}")
    lost = shop.play("attest", *words, *key, "-e", "statement=No finding is open")
    assert (lost.returncode, shop.made()) == (2, [])
    assert "'finding is open' on the command line belongs to no variable: quote a value" in said(lost)
    quoted = shop.play("attest", *words, *key, "-e", "statement='No finding is open'")
    assert quoted.returncode == 0, said(quoted)
    assert "statement: No finding is open" in shop.made()[0].read_text(encoding="utf-8")


def test_check_mode_signs_nothing(shop: Shop) -> None:
    done = shop.attest("--check", control="http.health", role="tester", statement="Seen.")
    assert done.returncode == 0, said(done)
    assert shop.made() == []
    assert (
        shop.attest("--check", control="http.health", role="nobody", statement="Seen.", expires="never").returncode == 2
    )


@pytest.mark.parametrize(
    ("variables", "refusal"),
    [
        ({}, "nothing was signed: give statement and role"),
        ({"role": "tester", "statement": "x"}, "nothing was signed: give one of item and control"),
        ({"role": "tester", "statement": "x", "item": "Health"}, "has no item with the id or text 'Health'"),
        ({"role": "cto", "statement": "x", "control": "http.health"}, "alice@example.com does not have the role cto"),
        (
            {"role": "tester", "statement": "x", "control": "http.health", "key": "nowhere"},
            "ssh-keygen did not sign with",
        ),
        ({"role": "go_live", "statement": "Go.", "item": "Go"}, "there is no run in"),
        ({"role": "go_live", "statement": "Go.", "item": "Go", "run_dir": "nowhere"}, "the run has no report: "),
    ],
)
def test_what_is_refused_leaves_nothing(shop: Shop, variables: dict[str, str], refusal: str) -> None:
    done = shop.attest(**variables)
    assert done.returncode == 2
    assert refusal in said(done)
    assert shop.made() == []


def test_nobody_decides_to_go_live_while_a_critical_control_fails(shop: Shop, url: str) -> None:
    decision = {"item": "Go", "role": "go_live", "statement": "We go live."}
    shop.inventory(url)

    Health.said = "degraded"
    assert shop.play("verify-prod").returncode == 2
    refused = shop.attest(**decision)
    assert refused.returncode == 2
    assert "critical controls do not hold in the run" in said(refused)
    assert "http.health" in said(refused)
    assert shop.made() == []

    Health.said = "ok"
    narrowed = shop.play("verify-prod", golive_section="Web")
    assert "narrowed to section Web" in said(narrowed)
    assert "was narrowed to section Web: verify without narrowing" in said(shop.attest(**decision))

    shop.play("verify-prod")
    done = shop.attest(**decision)
    assert done.returncode == 0, said(done)
    run = yaml.safe_load(shop.made()[0].read_text(encoding="utf-8"))["run"]
    assert run["id"] == max(path.name for path in (shop.runs / "shop").iterdir())
    assert run["decision"] == "no_go"  # the penetration test is open still; nothing critical is
