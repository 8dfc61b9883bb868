# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills of the tests keep their journals apart from those of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.module_utils.drilling import journal


@pytest.fixture(autouse=True)
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are."""
    place = tmp_path / "journals"
    monkeypatch.setattr(journal, "directory", lambda: os.makedirs(place, mode=0o700, exist_ok=True) or str(place))
    return place
