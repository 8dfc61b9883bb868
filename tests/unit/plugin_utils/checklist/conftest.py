# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import checklist
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Checklist

KNOWN = ("redis.persistence", "redis.ha", "tls.expiry", "tls.protocols", "docker.reviewed", "kubernetes.ready")


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], Checklist]:
    """What a checklist of this text is read as."""

    def reading(text: str | bytes) -> Checklist:
        path = tmp_path / "checklist.md"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return checklist.read(path, KNOWN)

    return reading
