# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a PostgreSQL server says instead of an answer, as a reason with what a person can do about it."""

from __future__ import annotations

import re

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Classes of SQLSTATE (its first two characters) and single codes, the longer one first.
_REASONS = {
    "42501": "denied",
    "28": "denied",
    "57014": "timeout",
    "55P03": "timeout",
    "08": "unreachable",
    "53": "unreachable",
    "57": "unreachable",
    "3D000": "not_found",
    "3F000": "not_found",
    "42P01": "not_found",
    "42703": "not_found",
    "42704": "not_found",
    "42883": "not_found",
}
# How libpq words that it got no session, first match first; it adds what the server said, if anything.
_NO_SESSION = (
    (r"timeout expired|timed out", "timeout"),
    (r"the database system is|too many (clients|connections)|remaining connection slots", "unreachable"),
    (r"[Pp]ermission denied|could not access|private key file", "denied"),
    (r"FATAL|no password supplied|does not support SSL|certificate|authentication", "denied"),
    (r"Connection refused|No such file|could not translate|closed the connection|No route|unreachable", "unreachable"),
)
_LACKING = re.compile(r"permission denied for (table|view|materialized view|function|schema|database) (\S+)")
_RIGHTS = {"function": "EXECUTE ON FUNCTION", "schema": "USAGE ON SCHEMA", "database": "CONNECT ON DATABASE"}


class Failed(CannotLook):
    """The server answered one question with an error."""

    def __init__(self, sqlstate: str, message: str, role: str | None) -> None:
        reason = _REASONS.get(sqlstate) or _REASONS.get(sqlstate[:2]) or "malformed"
        advice = f"; to grant it: {_grant(message, role)}" if sqlstate == "42501" else ""
        super().__init__(reason, f"{shown(message, 300)} ({shown(sqlstate)}){advice}")
        self.sqlstate = sqlstate


def _grant(message: str, role: str | None) -> str:
    grantee = shown(role or "the role that looks")
    lacking = _LACKING.search(message)
    if "row-level security" in message:
        return f"ALTER ROLE {grantee} BYPASSRLS"
    if lacking is None:
        return f"GRANT pg_monitor TO {grantee}"
    return f"GRANT {_RIGHTS.get(lacking[1], 'SELECT ON')} {shown(lacking[2])} TO {grantee}"


def hidden(what: str, right: str, role: str | None) -> CannotLook:
    """The server answered, but left out what it does not show to everybody. right: the role that may see it."""
    return CannotLook("denied", f"{what} is hidden; to see it: GRANT {right} TO {shown(role or 'the role that looks')}")


def failed_to_connect(said: str) -> CannotLook:
    """Why there is no session, from the words of libpq."""
    reason = next((reason for words, reason in _NO_SESSION if re.search(words, said)), "unreachable")
    return CannotLook(reason, shown(" ".join(said.split()), 500))
