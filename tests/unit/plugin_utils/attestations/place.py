# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment in which people attest with real keys and the real ssh-keygen; time is set by the test."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import reading, signing, verifying
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import NAMESPACE
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import Verified, World
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Item

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = timedelta(days=1)
KNOWN = ("security.pentest", "signoff.security", "signoff.golive", "signoff.engineering")
ALICE, BOB, CAROL = "alice@example.com", "bob@example.com", "carol@example.com"
ITEM = Item("i1", "Security", 4, "Penetration test passed", False, text_hash="4" * 64)
ITEMS = (
    ITEM,
    Item("i2", "Sign-off", 5, "Security Officer: ____", False, text_hash="5" * 64, role="Security Officer"),
    Item("i3", "Sign-off", 6, "Go", False, (Binding(("signoff.golive",)),), text_hash="6" * 64),
)
ROLES = """people:
  alice@example.com: [tester, security]
  bob@example.com: [approver]
  carol@example.com: [tester, go_live, security_officer]
"""


def make_key(path: Path) -> Path:
    """An Ed25519 key pair without a passphrase: the private half at path, the public one at path.pub."""
    path.parent.mkdir(parents=True, exist_ok=True)
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)]
    subprocess.run(argv, check=True, timeout=20, stdin=subprocess.DEVNULL)
    return path


def line(person: str, key: Path, *options: str) -> str:
    """A line of allowed_signers."""
    public = " ".join(key.with_suffix(".pub").read_text(encoding="utf-8").split()[:2])
    return " ".join((person, ",".join((f'namespaces="{NAMESPACE}"', *options)), public))


@dataclass
class Place:
    """An environment's directory, and the keys of its people outside of it."""

    path: Path
    keys: dict[str, Path]
    now: datetime = NOW
    items: Sequence[Item] = ITEMS
    said: signing.Statement = field(
        default_factory=lambda: signing.Statement(
            statement="No finding above low is open.", role="tester", person=ALICE, expires="2027-01-31", item="i1"
        )
    )

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.lists("\n".join(line(person, key) for person, key in self.keys.items()) + "\n", ROLES)

    @property
    def directory(self) -> Path:
        return self.path / "attestations"

    @property
    def signers(self) -> Path:
        return self.directory / "allowed_signers"

    @property
    def roles(self) -> Path:
        return self.directory / "roles.yml"

    def lists(self, signers: str, roles: str = ROLES) -> None:
        self.signers.write_text(signers, encoding="utf-8")
        self.roles.write_text(roles, encoding="utf-8")

    @property
    def world(self) -> World:
        return World(self.path, self.items, KNOWN, self.now)

    def attest(self, key: Path | None = None, **changed: object) -> Path:
        """Make one; the path of its file."""
        said = replace(self.said, **changed)  # type: ignore[arg-type]
        made = signing.composed(said, self.world)
        return signing.attest(made, key or self.keys[said.person], self.world)[-1]

    def approve(self, path: Path, person: str, key: Path | None = None) -> Path:
        return signing.approve(reading.read(path), person, key or self.keys[person], self.world)[-1]

    def verified(self) -> list[Verified]:
        return verifying.verify_all(self.path, self.items, KNOWN, now=self.now)

    def one(self) -> tuple[str, str]:
        """Status and reason of the only attestation."""
        (only,) = self.verified()
        return only.status.value, only.reason
