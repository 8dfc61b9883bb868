"""The lab itself: it comes up, every host answers Ansible, every fault can be made and healed, and nothing is left.

It runs in a lab of its own, beside one that is up already.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
RUN = Path("/run/golive-lab-test")
HOSTS = 8

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="the lab boots real hosts: it needs root on Linux"
)


def lab(*argv: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HERE / "lab"), *argv],
        env={**os.environ, "GOLIVE_LAB_RUN": str(RUN)},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="module", autouse=True)
def running_lab() -> Iterator[None]:
    done = lab("up")
    assert done.returncode == 0, done.stdout + done.stderr
    yield
    lab("down")


def test_up_again_does_nothing() -> None:
    assert lab("up").stdout == "the lab is up\n"


def test_every_host_answers_ansible() -> None:
    ansible = Path(sys.executable).with_name("ansible")
    done = lab("run", "--", str(ansible), "hosts", "--one-line", "-f", "8", "-m", "ping", "-i", str(HERE / "inventory"))
    assert done.stdout.count("SUCCESS") == HOSTS, done.stdout + done.stderr


def test_nothing_outside_the_lab_can_be_reached() -> None:
    assert "default" not in lab("run", "--", "ip", "route").stdout
    assert "default" not in lab("exec", "web", "--", "ip", "route").stdout


def test_every_fault_can_be_made_and_healed_and_leaves_nothing() -> None:
    done = lab("rehearse")
    assert done.returncode == 0, done.stderr
    assert "broken: nothing" in lab("status").stdout


def test_a_changed_file_shows_in_the_diff() -> None:
    lab("exec", "bastion", "--", "sh", "-c", "echo x >>/etc/motd; rm /etc/issue; echo y >/etc/new")
    shown = lab("diff", "bastion").stdout.splitlines()
    assert {"M bastion:/etc/motd", "D bastion:/etc/issue", "A bastion:/etc/new"} <= set(shown)


def test_down_leaves_nothing_behind() -> None:
    assert lab("down").returncode == 0
    assert not RUN.exists()
    assert not Path("/run/netns", RUN.name).exists()
    assert str(RUN) not in Path("/proc/self/mountinfo").read_text()
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(RUN).encode() in command_of(path)]


def command_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
