# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things of one kind: asked about side by side, each with an end of its own."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.details import details as side_by_side
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import unmet
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen


def details(account: Account, names: Iterable[str], read: Callable[[str], Any]) -> dict[str, Detail]:
    """What read makes of each name within the time that the account's looks have."""
    return side_by_side(names, read, Deadline(account.seconds))


def existing(read: Callable[[], Any]) -> Any:
    """What read gives, or None when AWS says that there is no such thing."""
    try:
        return read()
    except CannotLook as reason:
        if reason.reason == "not_found":
            return None
        raise


async def everywhere(
    kind: str,
    wrong: str,
    regions: Sequence[str | None],
    judging: Callable[[str | None], Awaitable[Sequence[Verdict]]],
    patterns: Sequence[str] = (),
    optional: bool = False,
) -> Kind:
    """Things of one kind in all regions, side by side; a region that cannot be read is an error of its own.

    patterns: for the names of the things, at the ends of their ARNs. One that nothing anywhere is like is an error too.
    """
    found = await together(*(attempt(judging(region)) for region in regions))
    verdicts: list[Verdict] = []
    for region, each in zip(regions, found, strict=True):
        if isinstance(each, CannotLook):
            verdicts.append(unseen(each, subject=f"{kind} in {region}" if region else kind))
        else:
            verdicts += each
    names = [name_of(each.subject) for each in verdicts]
    for pattern in unmet(patterns, names):
        verdicts.append(unseen(CannotLook("not_found", f"nothing is like {pattern}"), subject=f"{kind}: {pattern}"))
    return Kind.of(kind, wrong, verdicts, optional=optional)


def name_of(arn: str) -> str:
    """The name at the end of an ARN."""
    return re.split(r"[:/]", arn)[-1]
