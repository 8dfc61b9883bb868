# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stranger verifies a bundle with standard tools, by the commands that it names itself, and finds every change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.attestations import ssh_keygen
from ansible_collections.golive.verify.plugins.plugin_utils.bundle import making, packing
from tests.unit.plugin_utils.attestations import place
from tests.unit.plugin_utils.bundle.handing_over import ALICE, EVE, Shop, Stranger


@pytest.fixture(scope="module")
def handed(reported: Shop) -> tuple[Shop, Path]:
    return reported, making.make(reported.wish).path


@pytest.fixture
def stranger(handed: tuple[Shop, Path], tmp_path: Path) -> Stranger:
    shop, archive = handed
    return Stranger(tmp_path / "stranger", archive, shop.key)


def test_its_own_commands_verify_it(stranger: Stranger) -> None:
    assert [line.split()[0] for line in stranger.commands] == ["tar", "cd", "ssh-keygen", "sha256sum", "find"]
    stranger.unpack()
    done = stranger.verify()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f'Good "golive.verify.attestation" signature for {ALICE} with ED25519 key SHA256:')
    assert len(done.stdout.splitlines()) == 1


def test_everything_is_in_it_and_nothing_else(stranger: Stranger) -> None:
    root = stranger.unpack()
    names = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    signed = {name for name in names if name.startswith("environment/attestations/2")}
    reports = {name for name in names if name.startswith(("run/report.", "run/comment."))}
    assert len(signed) == 2
    assert len(reports) == 10
    assert names - signed - reports == {
        *("FILES", "README.md", "SHA256SUMS", "SHA256SUMS.sig"),
        *("environment/attestations/allowed_signers", "environment/attestations/roles.yml", "environment/checklist.md"),
        *("environment/drills/cache-down.json", "environment/evidence/pen test é.pdf", "environment/waivers.yml"),
        *("run/asked.json", "run/plan.json", "run/decision.json", "run/results/cache1.task.json", "run/sign-off.md"),
    }


def altered(root: Path) -> None:
    path = root / "run" / "report.html"
    path.write_text(path.read_text(encoding="utf-8").replace("no-go", "go"), encoding="utf-8")


def believed(root: Path) -> None:
    """Altered, with the list made anew: the signature is over the old one."""
    altered(root)
    names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    listed = [name for name in names if not name.startswith(packing.MANIFEST)]
    (root / packing.MANIFEST).write_text(packing.manifest(root, listed), encoding="utf-8")


def signed_by_another(root: Path) -> None:
    believed(root)
    key = place.make_key(root.parent / "eve")
    (root / packing.SIGNATURE).write_bytes(ssh_keygen.sign(key, (root / packing.MANIFEST).read_bytes()))


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(altered, id="altered"),
        pytest.param(believed, id="altered, and listed anew"),
        pytest.param(signed_by_another, id="altered, listed anew, and signed by another key"),
        pytest.param(lambda root: (root / "environment" / "waivers.yml").unlink(), id="missing"),
        pytest.param(lambda root: (root / "run" / "results" / "web1.task.json").write_text("{}"), id="added"),
        pytest.param(lambda root: (root / "empty").mkdir(), id="a directory added"),
        pytest.param(lambda root: (root / "run" / "link").symlink_to("/etc/passwd"), id="a link added"),
        pytest.param(lambda root: (root / "run" / "plan.json").rename(root / "run" / "plan2.json"), id="renamed"),
        pytest.param(lambda root: (root / "SHA256SUMS.sig").unlink(), id="not signed"),
        pytest.param(lambda root: (root / "FILES").write_text(""), id="another list of files"),
    ],
)
def test_every_change_is_found(stranger: Stranger, tamper: Callable[[Path], object]) -> None:
    tamper(stranger.unpack())
    assert stranger.verify().returncode != 0


def test_the_line_of_somebody_else_does_not_admit_it(stranger: Stranger, keys: tuple[Path, Path]) -> None:
    (stranger.root / "allowed_signers").write_text(place.line(ALICE, keys[1]) + "\n", encoding="utf-8")
    stranger.unpack()
    assert stranger.verify().returncode != 0
    (stranger.root / "allowed_signers").write_text(place.line(EVE, keys[0]) + "\n", encoding="utf-8")
    assert stranger.verify().returncode != 0


def test_the_first_page_is_the_decision(stranger: Stranger) -> None:
    page = stranger.readme
    assert page.startswith("# shop production: NO-GO\n")
    assert "| high | Security Officer: \\_\\_\\_\\_ (line 8) | error: only a person can state it" in page
    assert "| Security Officer | Sign it: `run/sign-off.md`. |" in page
    assert "## Signatures that are missing" in page
    assert "- environment/evidence/pen test é.pdf" in page, "which cannot be searched, being binary"
    assert page.index("What speaks against") < page.index("Verify it")


def test_the_same_evidence_gives_the_same_bytes(handed: tuple[Shop, Path], tmp_path: Path) -> None:
    shop, archive = handed
    before = archive.read_bytes()
    again = making.make(shop.wish)
    assert again.path.read_bytes() == before
    assert [path.name for path in shop.dest.iterdir()] == [archive.name]
