# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A team's Markdown checklist: what it consists of (items), and how it is read."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.golive.verify.plugins.plugin_utils.checklist.items import (
    BadChecklist,
    Binding,
    Checklist,
    Item,
    Known,
    Stated,
)

__all__ = ["BadChecklist", "Binding", "Checklist", "Item", "Known", "Stated", "read"]


def read(path: Path, known: Known) -> Checklist:
    """The checklist as it stands; the file is never altered. known: the controls that a binding may name."""
    # Every host of a run knows of items, and only the plan reads any.
    from ansible_collections.golive.verify.plugins.plugin_utils.checklist import reading

    return reading.read(path, known)
