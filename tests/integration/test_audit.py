# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit before a launch, as people do it: drill, verify, hand over, sign what is missing, and audit again."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.playbook import LOCAL, REPOSITORY, surroundings
from tests.integration.test_drill import scenario
from tests.unit.plugin_utils.attestations import place
from tests.unit.plugin_utils.bundle.handing_over import ALICE, Stranger
from tests.unit.plugin_utils.reports import validators

CHECKLIST = """# Shop

- [ ] We live without the cache <!-- golive: failover.chaos -->
- [ ] The "team" was told; it's ready <!-- golive: human -->
"""
REPORTS = "ansible_collections.golive.verify.plugins.plugin_utils.reports"
ROLES = {"people": {ALICE: ["tester"]}}


class Shop:
    """The environment `shop`, Alice's key, and a cache that is a file."""

    def __init__(self, root: Path) -> None:
        self.root, self.path, self.runs = root, root / "shop", root / "runs"
        (self.path / "attestations").mkdir(parents=True)
        self.key = place.make_key(root / "keys" / "alice")
        allowed = self.path / "attestations" / "allowed_signers"
        allowed.write_text(place.line(ALICE, self.key) + "\n", encoding="utf-8")
        (self.path / "attestations" / "roles.yml").write_text(yaml.safe_dump(ROLES), encoding="utf-8")
        (self.path / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
        self.flag = root / "cache"
        self.flag.touch()
        self.declare(scenario(self.flag))

    def declare(self, drill: dict[str, Any]) -> None:
        checks = [{"drill": {"evidence_dir": str(self.path / "drills"), "controls": ["failover.chaos"]}}]
        web = LOCAL | {"golive_drills": [drill], "golive_checks_drills": checks}
        (self.path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"web": web}}}), encoding="utf-8")

    def audit(self, *more: str, **variables: Any) -> tuple[int, str]:
        """The exit status and what it said."""
        given = {"golive_runs_dir": str(self.runs), "person": ALICE, "key": str(self.key), **variables}
        argv = ["playbooks/audit.yml", "-i", str(self.path), "-e", json.dumps(given), *more]
        return self.run([str(Path(sys.executable).parent / "ansible-playbook"), *argv])

    def run(self, argv: list[str] | str) -> tuple[int, str]:
        done = subprocess.run(
            argv,
            shell=isinstance(argv, str),
            cwd=REPOSITORY,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    @property
    def latest(self) -> Path:
        return max((self.runs / "shop").iterdir(), key=lambda path: path.stat().st_mtime_ns)

    def sign(self) -> None:
        """Give the signature that is asked for, by the command that is prepared."""
        page = (self.latest / "sign-off.md").read_text(encoding="utf-8")
        ((first, second),) = re.findall(r"^ {6}(ansible-playbook .+\\)\n {6}(.+)$", page, re.MULTILINE)
        command = f"{first}\n{second}".replace("~/.ssh/id_ed25519", str(self.key))
        status, said = self.run(f"PATH={Path(sys.executable).parent}:$PATH; {command}")
        assert status == 0, said


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_an_audit_is_handed_over_signed_for_and_becomes_go(shop: Shop) -> None:
    status, said = shop.audit(golive_drill="cache-down", golive_owners=[{"owner": "people", "sections": ["Shop"]}])
    assert status == 2, said
    assert "no-go: the first page of the bundle says what speaks against it" in said
    assert "missing signatures: 1" in said
    assert json.loads((shop.path / "drills" / "cache-down.json").read_text())["status"] == "pass"
    first = (shop.latest / "audit.md").read_text(encoding="utf-8")
    assert first.startswith("# shop: NO-GO\n")
    assert '| high | The "team" was told; it\'s ready (line 4) | error: only a person can state it' in first
    assert "| people |" in first
    shop.sign()

    status, said = shop.audit()
    assert status == 0, said
    assert "missing signatures: 0" in said
    (archive,) = shop.latest.glob("*.tar.gz")
    stranger = Stranger(shop.root / "stranger", archive, shop.key)
    assert stranger.readme.startswith("# shop: GO\n")
    root = stranger.unpack()
    done = stranger.verify()
    assert done.returncode == 0, done.stdout + done.stderr
    assert hashlib.sha256(archive.read_bytes()).hexdigest() in said
    assert re.search(r"ED25519 key (\S+)", done.stdout)[1] in said  # type: ignore[index]
    for name, valid in validators.VALID.items():
        path = shop.latest / importlib.import_module(f"{REPORTS}.{name}").FILE
        valid(path.read_bytes().decode())
        assert path.read_bytes() == (root / "run" / path.name).read_bytes(), "the callback left it as it was packed"


def test_a_drill_that_does_not_pass_is_no_go_and_handed_over_all_the_same(shop: Shop) -> None:
    shop.declare(scenario(shop.flag, wait="false"))
    (shop.root / "more.yml").write_text("all: {vars: {more: than one inventory}}\n", encoding="utf-8")
    status, said = shop.audit("-i", str(shop.root / "more.yml"), golive_drill="all")
    assert status == 2, said
    path = shop.path / "checklist.md"
    assert f'"golive_checklist": "{path}"' in (shop.latest / "sign-off.md").read_text()
    assert "no-go: a drill that was named did not pass" in said
    assert shop.flag.exists(), "what it did was undone"
    (archive,) = shop.latest.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        assert f"{archive.name.removesuffix('.tar.gz')}/environment/drills/cache-down.json" in packed.getnames()
    assert "We live without the cache (line 3) | fail" in (shop.latest / "audit.md").read_text(encoding="utf-8")


def test_what_cannot_end_well_is_refused_before_anything_is_done(shop: Shop) -> None:
    status, said = shop.audit(key="", golive_drill="cache-down")
    assert status == 2
    assert "say who signs the bundle, and with what" in said
    assert not shop.runs.exists()
    assert not (shop.path / "drills").exists()


def test_a_secret_stops_the_bundle_and_not_the_verdict(shop: Shop) -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    (shop.path / "components.yml").write_text(f"# {secret}\ncomponents: {{}}\n", encoding="utf-8")
    status, said = shop.audit()
    assert status == 2
    assert "no bundle: secrets are not handed over environment/components.yml:1: what looks like a Stripe key" in said
    assert secret not in said
    assert (shop.latest / "report.json").exists()
    assert list(shop.latest.glob("*.tar.gz")) == []
