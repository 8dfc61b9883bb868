# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check asks, as a short digest: a result of another run answers it only if it was asked the very same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked

# What tells which machine the inventory's host is, and how it is reached.
_WHERE = ("inventory_hostname", "ansible_host", "ansible_port", "ansible_connection")


def where(variables: Mapping[str, Any]) -> str:
    """The machine that a task looks at."""
    return _digest([str(variables.get(name, "")) for name in _WHERE])


def basis(place: str, verifier: str, options: Mapping[str, Any], item: str) -> str:
    """The digest of a check in one place, which takes longer than that of each of its questions.

    Of secrets that options hold it tells nothing.
    """
    return _digest([place, verifier, item, dict(options)])


def question(check: str, control: str) -> str:
    """The digest of one control of a check, given its basis."""
    return hashlib.sha256(f"{check} {control}".encode()).hexdigest()[:32]


def _digest(parts: Any) -> str:
    text, dummy = masked(json.dumps(parts, sort_keys=True, default=str))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
