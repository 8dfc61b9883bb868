# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection importable in a plain clone, and let Ansible find its plugins as it does in a run.

This file, like every conftest above the tests of module_utils, is also loaded by Python 3.8 without Ansible.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def _importable() -> bool:
    try:
        return importlib.util.find_spec("ansible_collections.golive.verify") is not None
    except ModuleNotFoundError:
        return False


def _link_collection() -> None:
    """Create the same git-ignored link as `make`; workers of pytest-xdist may race for it."""
    root = REPOSITORY / ".ansible" / "collections"
    link = root / "ansible_collections" / "golive" / "verify"
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to("../../../..", target_is_directory=True)
    sys.path.insert(0, str(root))


if not _importable():
    _link_collection()

with contextlib.suppress(ImportError):
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader()
