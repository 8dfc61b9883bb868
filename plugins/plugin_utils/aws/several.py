# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many things of one kind: asked about side by side, each with an end of its own."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen

_SIDE_BY_SIDE = 8

# What is known of one thing: {"value": …}, or why it is not: {"reason": …, "detail": …}.
Detail = Mapping[str, Any]
Seen = tuple[Mapping[str, Any], Sequence[str]]


def details(account: Account, names: Iterable[str], read: Callable[[str], Any]) -> dict[str, Detail]:
    """What read makes of each name. One that cannot be read does not keep the others from it."""
    deadline = Deadline(account.seconds)

    def detail(name: str) -> tuple[str, Detail]:
        try:
            deadline.check()
            return name, {"value": read(name)}
        except CannotLook as reason:
            return name, {"reason": reason.reason, "detail": reason.detail}
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return name, {"reason": "malformed", "detail": f"{type(error).__name__}: {error}"[:300]}

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return dict(pool.map(detail, names))


def existing(read: Callable[[], Any]) -> Any:
    """What read gives, or None when AWS says that there is no such thing."""
    try:
        return read()
    except CannotLook as reason:
        if reason.reason == "not_found":
            return None
        raise


def value(detail: Detail) -> Any:
    """The value; raise CannotLook where it could not be read."""
    if "value" not in detail:
        raise CannotLook(detail["reason"], detail["detail"])
    return detail["value"]


def verdict(subject: str, expected: str, *looks: Callable[[], Seen]) -> Verdict:
    """One thing's verdict. What is known to be wrong is a failure, even where something else could not be seen."""
    actual: dict[str, Any] = {}
    problems: list[str] = []
    hidden: list[CannotLook] = []
    for look in looks:
        try:
            facts, wrong = look()
        except CannotLook as reason:
            hidden.append(reason)
            continue
        actual |= facts
        problems += wrong
    if hidden and not problems:
        return unseen(hidden[0], expected=expected, subject=subject)
    return judge(expected=expected, actual=actual, problems=problems, subject=subject)


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


def chosen(names: Iterable[str], patterns: Collection[str], what: str) -> list[str]:
    """The names that are like the patterns, or all without any; a pattern that no name is like is CannotLook."""
    known = list(names)
    for pattern in unmet(patterns, known):
        raise CannotLook("not_found", f"no {what} is like {pattern}")
    return [name for name in known if not patterns or like(name, patterns)]
