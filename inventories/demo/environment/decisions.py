# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people decided about the shop as of now: components, waivers, signed statements, and a checkout of documents."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from process import Processes

DEMO = Path(__file__).resolve().parents[1]
_PLAYBOOKS = DEMO.parents[1] / "playbooks"
CHECKLIST = _PLAYBOOKS / "files" / "reference" / "retail_commerce" / "checklist.md"
_DAYS = re.compile(r"(?<=expires: )(\d+)d$", re.M)


@dataclass(frozen=True, slots=True)
class _Said:
    """Who states what, of the item whose text begins so."""

    person: str
    role: str
    item: str
    statement: str


_STATEMENTS = (
    _Said("lee@shop.example", "on_call", "A rehearsal alarm rang", "It rang after 40 seconds, and I was awake"),
    _Said("kim@shop.example", "works_council", "The works council has agreed", "Agreed in yesterday's meeting"),
    _Said("ada@shop.example", "security_lead", "Security lead:", "No finding above low is open"),
    _Said("lee@shop.example", "head_of_operations", "Head of operations:", "Ready once worker-2 is back"),
)
# One of the things wrong: somebody found the head of operations too careful.
_FORGED = (b"Ready once worker-2 is back", b"Ready")


def make(processes: Processes, missing: Collection[str]) -> None:
    """Write all of it into the environment's directory, but for what the missing programs would make."""
    directory = processes.directory / "decisions"
    shutil.copytree(DEMO / "attestations", directory / "attestations")
    shutil.copy(DEMO / "components.yml", directory)
    waivers = _DAYS.sub(lambda days: f"{_in_days(int(days[1])):%Y-%m-%d}", (DEMO / "waivers.yml").read_text())
    (directory / "waivers.yml").write_text(waivers)
    shutil.copytree(DEMO / "docs", processes.directory / "checkout" / "docs")
    if "git" not in missing:
        _commit(processes, processes.directory / "checkout")
    if "ssh-keygen" not in missing:
        _sign(processes, directory)


def _in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def _commit(processes: Processes, checkout: Path) -> None:
    own = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    author = ["-c", "user.name=Lee Park", "-c", "user.email=lee@shop.example"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "Contacts and incident plan"]):
        processes.run("git", "-C", checkout, *words, environ=own)


def _sign(processes: Processes, directory: Path) -> None:
    """Sign with keys that live as long as the environment, by the code that playbooks/attest.yml runs."""
    sys.path.insert(0, str(_PLAYBOOKS / "collections"))
    from ansible_collections.golive.verify.plugins.plugin_utils import checklist, moments
    from ansible_collections.golive.verify.plugins.plugin_utils.attestations import signing
    from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import World
    from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue

    keys = {person: _key(processes, person) for person in sorted({said.person for said in _STATEMENTS})}
    lines = [f'{person} namespaces="golive.verify.attestation" {public}' for person, (dummy, public) in keys.items()]
    (directory / "attestations" / "allowed_signers").write_text("".join(lines))
    known = catalogue()
    items = checklist.read(CHECKLIST, known).items
    world = World(directory, items, known, datetime.now(UTC).replace(microsecond=0))
    for said in _STATEMENTS:
        item = next(item for item in items if item.text.startswith(said.item))
        expires = moments.shown(world.now + timedelta(days=30))
        statement = signing.Statement(said.statement, said.role, said.person, expires, item=item.id)
        for path in signing.attest(signing.composed(statement, world), keys[said.person][0], world):
            path.write_bytes(path.read_bytes().replace(*_FORGED))


def _key(processes: Processes, person: str) -> tuple[Path, str]:
    """A private key, and the line of its public half."""
    path = processes.directory / "secrets" / person
    processes.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", path)
    return path, path.with_name(f"{person}.pub").read_text()
