# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings are made when a file is collected, and judged when its tests run: at the same moment, however late."""

from __future__ import annotations

import time

import pytest


@pytest.fixture(autouse=True)
def same_moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at the NOW of the file, where it has one."""
    now = getattr(request.module, "NOW", None)
    if isinstance(now, (int, float)):
        monkeypatch.setattr(time, "time", lambda: now)
