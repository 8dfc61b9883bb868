# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell patterns for names, as people write them into checklists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook


def like(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is like one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def unmet(patterns: Iterable[str], names: Collection[str]) -> list[str]:
    """The patterns that none of the names is like."""
    return [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)]


def chosen(names: Iterable[str], patterns: Collection[str], what: str) -> list[str]:
    """The names that are like the patterns, or all without any; a pattern that no name is like is CannotLook."""
    known = list(names)
    for pattern in unmet(patterns, known):
        raise CannotLook("not_found", f"no {what} is like {pattern}")
    return [name for name in known if not patterns or like(name, patterns)]
