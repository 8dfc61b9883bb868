# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment with a finished run, real keys and signatures; and a stranger who verifies what is handed over."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.attestations import signing
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import World
from ansible_collections.golive.verify.plugins.plugin_utils.bundle import making
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.gathering import Source
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.plugin_utils.attestations import place
from tests.unit.plugin_utils.reports import sample

ALICE, EVE = place.ALICE, "eve@example.com"
CHECKLIST = """# Shop

## Web
- [ ] Redis survives a restart <!-- golive: redis.persistence -->
- [ ] Penetration test passed <!-- golive: human -->

## Sign-off
- [ ] Security Officer: ____
"""
ROLES = "people:\n  alice@example.com: [tester, security_officer]\n"


@dataclass
class Shop:
    """environment, run: their directories. key: of Alice, who may sign; other: of Eve, who is on no list."""

    root: Path
    key: Path
    other: Path

    @property
    def environment(self) -> Path:
        return self.root / "production"

    @property
    def run(self) -> Path:
        return self.root / "runs" / "r1"

    @property
    def dest(self) -> Path:
        return self.root / "handed"

    @property
    def wish(self) -> making.Wish:
        source = Source(self.run, self.environment, self.environment / "checklist.md", self.environment / "drills")
        given = {"run_dir": str(self.run)}
        return making.Wish(source, ALICE, self.key, self.dest, "inventories/production", given)

    def begin(self, actual: Any = "on") -> Shop:
        """Everything that a run leaves, and what people decided before it."""
        signed = self.environment / "attestations"
        signed.mkdir(parents=True)
        (signed / "allowed_signers").write_text(place.line(ALICE, self.key) + "\n", encoding="utf-8")
        (signed / "roles.yml").write_text(ROLES, encoding="utf-8")
        (self.environment / "evidence").mkdir()
        (self.environment / "evidence" / "pen test é.pdf").write_bytes(b"%PDF-1.7\n\0\xff no finding above low\n")
        (self.environment / "drills").mkdir()
        (self.environment / "drills" / "cache-down.json").write_text('{"status": "pass"}\n', encoding="utf-8")
        (self.environment / "waivers.yml").write_text("waivers: []\n", encoding="utf-8")
        (self.environment / "hosts.yml").write_text("all: {vars: {not: handed over}}\n", encoding="utf-8")
        (self.environment / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
        read = checklist.read(self.environment / "checklist.md", {"redis.persistence": None, "human": None})
        self._attest(read)
        directory = RunDirectory(self.run)
        directory.create(
            Plan(
                run="20261124T030000Z-4711",
                environment="shop production",
                started=sample.STARTED,
                checklist=read,
                targets={"cache1": ["all"]},
                everywhere={"all": ["cache1"]},
                narrowing=Narrowing(),
                selected_controls=None,
                versions={"golive.verify": "0.2.0"},
            )
        )
        check = sample.check("redis.persistence", "cache1", actual=actual)
        directory.write_results("cache1", "task", {"results": [check], "unasked": []})
        directory.write("decision.json", {"decision": "no_go", "reasons": []})
        return self

    def _attest(self, read: checklist.Checklist) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        item = next(each for each in read.items if each.text.startswith("Penetration"))
        evidence = ["evidence/pen test é.pdf"]
        said = signing.Statement(
            "No finding.", "tester", ALICE, f"{now.year + 1}-01-01", item=item.id, evidence=evidence
        )
        world = World(self.environment, read.items, (), now)
        signing.attest(signing.composed(said, world), self.key, world)


class Stranger:
    """Somebody with a Linux machine, the archive, and Alice's line from Alice herself."""

    def __init__(self, root: Path, archive: Path, key: Path) -> None:
        self.root = root
        root.mkdir()
        self.archive = Path(shutil.copy(archive, root))
        (root / "allowed_signers").write_text(place.line(ALICE, key) + "\n", encoding="utf-8")

    @property
    def readme(self) -> str:
        with tarfile.open(self.archive) as packed:
            found = packed.extractfile(f"{self.stem}/README.md")
            return found.read().decode() if found else ""

    @property
    def stem(self) -> str:
        return self.archive.name.removesuffix(".tar.gz")

    @property
    def commands(self) -> list[str]:
        """Those of the page, in its order, as they stand there."""
        return re.findall(r"^    (.+)$", self.readme[self.readme.index("## Verify it") :], re.MULTILINE)

    def unpack(self) -> Path:
        """The first command; where everything is then."""
        self.shell(self.commands[0], self.root)
        return self.root / self.stem

    def verify(self) -> subprocess.CompletedProcess[str]:
        """All the others, until one of them fails."""
        return self.shell(" && ".join(self.commands[1:]), self.root)

    def shell(self, command: str, where: Path) -> subprocess.CompletedProcess[str]:
        """In a surrounding that knows nothing of us."""
        argv = ["/bin/sh", "-c", command]
        path = f"/usr/bin:/bin:{Path(str(shutil.which('ssh-keygen'))).parent}"
        return subprocess.run(
            argv, cwd=where, env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
        )
