# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys to clouds in the variables of an inventory, where none belongs: an SDK finds its credentials by itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.masking import masked

_CLOUDS = frozenset({"aws_account", "gcp_project", "kubernetes_cluster"})
_KEYS = ("private key", "AWS access key", "Google API key", "JSON Web Token", "bearer token")
# What AWS gives out beside an access key has no form of its own, but a length.
_SECRET_NAME, _SECRET_KEY = re.compile(r"(?i)secret"), re.compile(r"[0-9A-Za-z/+]{40}")
# A kubeconfig holds its keys in base64: this is how -----BEGIN begins there.
_PACKED = "LS0tLS1CRUdJT"
_MOST_PACKED = 100_000
# Ansible's own, which hold the variables once more, or those of others.
_ANSIBLES = frozenset({"groups", "hostvars", "vars"})


def told(variables: Mapping[str, Any]) -> list[str]:
    """A sentence for each variable of a cloud's account, project or cluster that holds a key; never the key itself.

    Variables are read as they are written, and not templated: what a template looks up elsewhere, or what Ansible Vault
    keeps encrypted, does not lie in a file for all who read it.
    """
    if variables.get("golive_kind") not in _CLOUDS:
        return []
    host = variables["inventory_hostname"]
    found = {
        name: kinds
        for name, value in sorted(variables.items())
        if name not in _ANSIBLES and (kinds := list(dict.fromkeys(_keys(str(name), value))))
    }
    return [
        f"{host}: the variable {name} holds what looks like a secret ({', '.join(kinds)}): let the SDK find its "
        f"credentials by itself, and replace this one"
        for name, kinds in found.items()
    ]


def _keys(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from _keys(str(inner), each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _keys(name, each)
    elif isinstance(value, str):
        yield from (kind for kind in masked(_unpacked(value))[1] if kind in _KEYS)
        if _SECRET_NAME.search(name) and _SECRET_KEY.fullmatch(value):
            yield "AWS secret access key"


def _unpacked(text: str) -> str:
    if not text.startswith(_PACKED) or len(text) > _MOST_PACKED:
        return text
    try:
        return base64.b64decode(text).decode("ascii", "replace")
    except (binascii.Error, ValueError):
        return text
