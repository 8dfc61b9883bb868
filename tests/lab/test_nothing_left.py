"""`lab down` leaves nothing on the machine. This is the last file: it takes the lab away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.labkit.base import NETNS, RUN

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200), pytest.mark.usefixtures("lab_is_up")]


def test_down_leaves_nothing_behind(lab: Lab) -> None:
    assert lab("down").returncode == 0
    assert not RUN.exists()
    assert not NETNS.exists()
    # With the slash: the lab of another clone has a name that begins alike.
    assert f"{RUN}/" not in Path("/proc/self/mountinfo").read_text()
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if f"{RUN}/".encode() in command_of(path)]


def command_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
