# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a cloud keeps of logs is gone when it was promised, and not before."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen


def kept(least: int, most: int | None) -> str:
    """What is expected, in words."""
    return f"kept at least {least} days" + (f", at most {most}" if most is not None else "")


def retention_seen(days: int | None, least: int, most: int | None) -> Seen:
    """Whether logs expire after so many days, not too early and not too late. days: None for never."""
    problems = list[str]()
    if days is None:
        problems.append("its logs never expire")
    elif days < least:
        problems.append(f"its logs expire after {days} days, before {least}")
    elif most is not None and days > most:
        problems.append(f"its logs expire after {days} days, after more than {most}")
    return {"days": days or "never"}, problems
