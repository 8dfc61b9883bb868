# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not stand in a document that says where keys are: the keys themselves."""

from __future__ import annotations

import re

from ansible_collections.golive.verify.plugins.plugin_utils.masking import SECRETS

# What no other word announces: an age identity, and 32 bytes or more in Base64, unless they are a public SSH key.
_KEYS = re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}|(?<![\w+/])(?!AAAA)[A-Za-z0-9+/]{42,}={1,2}(?![\w=])")


def exposed(text: str) -> list[str]:
    """A sentence for each kind of secret that the text spells out, and never the secret."""
    kinds = [kind for kind, pattern in SECRETS.items() if pattern.search(text)]
    kinds += ["key"] if _KEYS.search(text) else []
    return [f"it spells out a secret ({kind}), which is thereby given away" for kind in kinds]
