# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge who is let into datasets, tables and routines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.bigquery.reading import resource
from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import Allowed, allows, is_human, wide
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MOST_SHOWN = 20
# The older role of a dataset, and the one of IAM that means the same.
_SAME = {
    "READER": "roles/bigquery.dataViewer",
    "WRITER": "roles/bigquery.dataEditor",
    "OWNER": "roles/bigquery.dataOwner",
}
_OWNERS = {"OWNER", "roles/bigquery.dataOwner", "roles/bigquery.admin", "roles/owner"}


def verdicts(
    entries: Mapping[str, Any], project: str, allowed: Mapping[str, Allowed], everywhere: Allowed
) -> list[Verdict]:
    """One verdict for each path of a dataset, table or routine. allowed: by dataset, besides what is everywhere."""
    return [
        _verdict(resource(project, path), entry, {**everywhere, **allowed.get(path.partition("/")[0], {})})
        for path, entry in entries.items()
    ]


def _verdict(subject: str, entry: Mapping[str, Any], allowed: Allowed) -> Verdict:
    expected = "lets in nobody but declared principals, not the public, no private account, no person as owner"
    try:
        granted = value(entry)
    except CannotLook as reason:
        return unseen(reason, expected=expected, subject=subject)
    return judge(
        expected=expected,
        actual={"entries": len(granted), "let in": [_who(each) for each in granted[:_MOST_SHOWN]]},
        problems=grant_problems(granted, allowed),
        subject=subject,
    )


def grant_problems(granted: Iterable[Mapping[str, Any]], allowed: Allowed) -> list[str]:
    """Why these grants, each of a role to a principal, are not what is declared."""
    return [problem for each in granted if (problem := _problem(each, allowed))]


def _problem(grant: Mapping[str, Any], allowed: Allowed) -> str:
    principal, role = grant["principal"], grant["role"]
    who = _who(grant)
    condition = f", if '{shown(grant['condition'])}'" if grant["condition"] else ""
    if everybody := wide(principal):
        return f"{who}{condition} is {everybody}"
    if is_human(principal) and role in _OWNERS:
        return f"{who}{condition} is a person that owns it"
    return "" if allows(allowed, principal, _names(role)) else f"{who}{condition} is not declared"


def _who(grant: Mapping[str, Any]) -> str:
    return shown(f"{grant['principal']} as {grant['role']}" if grant["role"] else grant["principal"], 200)


def _names(role: str) -> set[str]:
    """The role by both of its names."""
    same = {role, _SAME.get(role, role)}
    return same | {older for older, newer in _SAME.items() if newer == role}
