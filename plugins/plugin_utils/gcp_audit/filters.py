# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which audit logs a filter of Cloud Logging lets through, as far as filters speak of logs and of nothing else."""

from __future__ import annotations

import re

LOGS = ("activity", "data_access")  # what people change, and what they and services read and write
_ALL = frozenset(LOGS)
SERVICE = "cloudaudit.googleapis.com"
_ENTRY_TYPE = "type.googleapis.com/google.cloud.audit.AuditLog"
_TERM = re.compile(
    r"""(?P<negated>NOT\s+|-)?
    (?: (?i:log_id)\(\s*"(?P<id>[^"]+)"\s*\)
      | logName\s*=\s*"(?P<name>[^"]+)"
      | logName\s*:\s*"(?P<part>[^"]+)"
      | protoPayload\."?@type"?\s*=\s*"(?P<type>[^"]+)" )""",
    re.VERBOSE,
)
_JOINT = re.compile(r"\s+(?P<word>OR|AND)\s+|\s+")


def let_through(text: str, project: str) -> frozenset[str] | None:
    """Those of the audit logs of which a filter lets every entry through; None for a filter that says more.

    What is understood are terms that name logs, joined by OR alone, or by AND alone (a new line is one).
    """
    terms, words, left = list[frozenset[str]](), set[str](), text.strip()
    while left:
        if terms:
            joint = _JOINT.match(left)
            if joint is None:
                return None
            words.add(joint["word"] or "AND")
            left = left[joint.end() :]
        term = _TERM.match(left)
        if term is None:
            return None
        found = _meant(term, project)
        terms.append(_ALL - found if term["negated"] else found)
        left = left[term.end() :]
    if len(words) > 1:
        return None
    return frozenset.union(*terms) if words == {"OR"} else _ALL.intersection(*terms)


def _meant(term: re.Match[str], project: str) -> frozenset[str]:
    if term["type"]:
        return _ALL if term["type"] == _ENTRY_TYPE else frozenset()
    return frozenset(log for log in LOGS if _names(term, log, project))


def _names(term: re.Match[str], log: str, project: str) -> bool:
    """Whether a term names a log; in names of logs, unlike in their ids, the slash is encoded."""
    if term["id"]:
        return term["id"] == f"{SERVICE}/{log}"
    name = f"projects/{project}/logs/{SERVICE}%2F{log}"
    return term["name"] == name if term["name"] else term["part"] in name
