# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge secrets in Secret Manager by all but what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.gcp.keys import key_problems
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import Allowed, allows, wide
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAY = 86400
Version = Mapping[str, Any]


def secret_problems(secret: Mapping[str, Any], key: str | None) -> list[str]:
    """Why a secret is not kept as it must be."""
    problems = [f"it deletes itself at {shown(secret['expires'])}"] if secret["expires"] else []
    return problems + list(dict.fromkeys(each for found in secret["keys"] for each in key_problems(key, found)))


def version_problems(versions: Sequence[Version]) -> list[str]:
    """Why nobody can get the newest version, which is what services ask for."""
    if not versions:
        return ["has no version"]
    newest = versions[0]
    return [] if newest["state"] == "ENABLED" else [f"its newest version, {newest['number']}, is {newest['state']}"]


def grant_problems(granted: Sequence[Mapping[str, str]], readers: Allowed | None) -> list[str]:
    """Why those who are let into a secret are too many. readers: who is declared; None when nobody asked."""
    problems = []
    for each in granted:
        who = f"{shown(each['principal'], 200)} as {shown(each['role'])}"
        if everybody := wide(each["principal"]):
            problems.append(f"{who} is {everybody}")
        elif readers is not None and not allows(readers, each["principal"], [each["role"]]):
            problems.append(f"{who} is not declared")
    return problems


def rotation_problems(versions: Sequence[Version], max_age: float, grace: float | None, now: float) -> list[str]:
    """Why a secret is old, or what it replaced still valid. grace: None where former versions may stay.

    A version is replaced when the next one is made.
    """
    if wrong := version_problems(versions):
        return wrong
    age = (now - versions[0]["created"]) / _DAY
    problems = [f"its newest version is {age:.0f} days old"] if age > max_age else []
    if grace is None:
        return problems
    for newer, older in pairwise(versions):
        replaced = (now - newer["created"]) / _DAY
        if older["state"] == "ENABLED" and replaced > grace:
            problems.append(f"version {older['number']} is still enabled, {replaced:.0f} days after it was replaced")
    return problems
