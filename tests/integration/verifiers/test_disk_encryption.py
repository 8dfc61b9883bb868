# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk_encryption verifier on this machine: real loop devices and mounts. LUKS needs the device mapper, which the
machines that run these tests may lack: what lsblk and dmsetup say of it is tabled in the unit tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.action.disk_encryption import ActionModule as Disks
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def at(path: Path) -> Verdict:
    (verdict,) = prove_live(Disks, "data.encryption_at_rest", {"paths": [str(path)], "swap": False})
    return verdict


def run(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        pytest.skip(f"this machine does not let us {' '.join(argv[:3])}: {done.stderr.strip()[:200]}")
    return done.stdout.strip()


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[Path]:
    place.mkdir()
    run("mount", *options, str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, timeout=30)


@contextmanager
def loop(image: Path) -> Iterator[str]:
    with image.open("wb") as file:
        file.truncate(16 << 20)
    device = run("losetup", "--find", "--show", str(image))
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True, timeout=30)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A plain ext4 on a loop device."""
    directory = tmp_path_factory.mktemp("disk")
    with ExitStack() as stack:
        device = stack.enter_context(loop(directory / "image"))
        run("mkfs.ext4", "-q", device)
        yield stack.enter_context(mounted(directory / "data", device))


def test_a_plain_disk_fails(plain: Path) -> None:
    (plain / "postgresql").mkdir(exist_ok=True)
    for path in (plain, plain / "postgresql"):
        verdict = at(path)
        assert verdict.status is Status.FAIL, verdict
        assert "no encryption on the way loop" in verdict.message


def test_a_link_and_a_bind_mount_are_followed(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(plain)
    assert "loop" in at(tmp_path / "link").message
    with mounted(tmp_path / "bound", "--bind", str(plain)) as bound:
        assert "loop" in at(bound).message


def test_a_link_into_an_unencrypted_disk_is_no_way_out(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to(plain / "absent")
    assert at(tmp_path / "broken").status is Status.ERROR


def test_memory_and_layers_are_errors(plain: Path, tmp_path: Path) -> None:
    with mounted(tmp_path / "memory", "-t", "tmpfs", "golive-test") as memory:
        assert "is in memory" in at(memory).message
        assert at(memory).status is Status.ERROR
        for name in ("lower", "upper", "work"):
            (memory / name).mkdir()
        layers = f"lowerdir={memory}/lower,upperdir={memory}/upper,workdir={memory}/work"
        with mounted(tmp_path / "layered", "-t", "overlay", "-o", layers, "golive-test") as layered:
            assert at(layered).status is Status.ERROR
            assert "layered file system" in at(layered).message


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert at(tmp_path / "absent").status is Status.ERROR


def test_the_swap_of_this_machine_is_seen() -> None:
    swap = prove_live(Disks, "data.encryption_at_rest", {"paths": ["/"]})[-1]
    assert swap.subject == "swap"
    used = Path("/proc/swaps").read_text().count("\n") > 1
    assert used or swap.status is Status.PASS, swap
