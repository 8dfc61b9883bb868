"""A lab of the tests' own, beside one that a developer has up, unless GOLIVE_LAB_RUN names another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("GOLIVE_LAB_RUN", "/run/golive-lab-test")  # before labkit is imported, which reads it

# Tests of the lab's hosts that golive.verify.testinfra runs, not of the lab.
collect_ignore = ["testinfra"]

Lab = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*argv: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(Path(__file__).with_name("cli.py")), *argv]
    return subprocess.run(program, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The command `lab`."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("the lab boots real hosts: it needs root on Linux")
    return command


@pytest.fixture(scope="session")
def lab_is_up(lab: Lab) -> None:
    """The lab, booted where it is not up yet; who wants it gone says `lab down`."""
    done = lab("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "broken: nothing" in lab("status").stdout, "heal it first"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    from tests.lab import matrix

    if matrix.shown:
        terminalreporter.section("the lab's matrix")
        terminalreporter.write_line(matrix.shown)
