# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills of the tests keep their journals apart from those of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.module_utils.drilling import journal


@pytest.fixture(autouse=True)
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are."""
    place = tmp_path / "journals"
    place.mkdir(mode=0o700)
    monkeypatch.setattr(journal, "directory", lambda: str(place))
    return place
