# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that shared logins have a place in a Bitwarden organization behind a second factor."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.password_manager.organization import (
    SECONDS,
    Member,
    Organization,
    Standing,
)
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

T = TypeVar("T")
_MOST_NAMED = 20


class ActionModule(Verifier):
    """Ask for the members, then for what is theirs to see. What they see is not asked for."""

    def target(self, want: Wanted) -> str:
        return str(want.url)

    @proves("secrets.password_manager")
    async def shared(self, look: Observer, want: Wanted) -> Verdict:
        """Each shared account has a collection for several members, who all have a second factor; nobody who left."""
        accounts = {str(account): str(collection) for account, collection in want.need("accounts").items()}
        if want.departed is None:
            raise NotAsked("option departed is not given")
        organization = Organization(want)
        members = await _look(look, want, organization.members, "members")
        if not members:
            raise CannotLook("not_found", f"{want.url}: the organization has no members to judge")
        confirmed = [member for member in members if member.standing is Standing.CONFIRMED]
        if not confirmed:
            raise CannotLook("not_found", f"{want.url}: the organization has no confirmed members to judge")
        return await proven(
            f"a collection for each of {len(accounts)} accounts that {want.min_members} confirmed members can see; "
            "two-step login for all; nobody who left",
            _people(members, confirmed, want.departed),
            _places(look, want, organization, accounts, confirmed),
        )


async def _people(members: Sequence[Member], confirmed: Sequence[Member], departed: Collection[str]) -> Part:
    counts = Counter(member.standing.name.lower() for member in members)
    two_step = sum(member.two_step for member in confirmed)
    return Part({**counts, "two_step": two_step}, people_problems(members, departed))


def people_problems(members: Sequence[Member], departed: Collection[str]) -> list[str]:
    """Who is confirmed has a second factor, and who left is no member, however little of one."""
    gone = {address.strip().casefold() for address in departed}
    bare = [each.address for each in members if each.standing is Standing.CONFIRMED and not each.two_step]
    left = [
        f"{each.address} ({each.standing.name.lower()})"
        for each in members
        if each.standing is not Standing.REVOKED and each.address.strip().casefold() in gone
    ]
    told = ((bare, "no two-step login: "), (left, "left, but still a member: "))
    return [words + _named(addresses) for addresses, words in told if addresses]


async def _places(
    look: Observer, want: Wanted, organization: Organization, accounts: Mapping[str, str], confirmed: Sequence[Member]
) -> Part:
    wanted, people = sorted(set(accounts.values())), [member.identity for member in confirmed]
    ask = partial(organization.seers, wanted, people, want.min_members)
    seers = await _look(look, want, ask, "collections", json.dumps([wanted, want.min_members]))
    counts = {account: _count(seers[collection]) for account, collection in accounts.items()}
    return Part({"accounts": counts}, place_problems(accounts, counts, want.min_members))


def place_problems(accounts: Mapping[str, str], counts: Mapping[str, int | None], least: int) -> list[str]:
    """Each account has a collection, and enough members can see what is in it. counts: None where it has none."""
    problems = []
    for account, collection in accounts.items():
        count = counts[account]
        if count is None:
            problems.append(f"{shown(account)}: no collection has the id or external id {shown(collection)}")
        elif count < least:
            who = "confirmed member sees" if count == 1 else "confirmed members see"
            problems.append(
                f"{shown(account)}: {count} {who} what is in collection {shown(collection)}, of at least {least}"
            )
    return problems


def _look(look: Observer, want: Wanted, ask: Callable[[], T], what: str, reading: str = "") -> Look[T]:
    line = f'curl -H "Authorization: Bearer $TOKEN" {want.url.rstrip("/")}/public/{what}'
    asker = f"{want.client_id} {want.client_secret_file} {want.identity_url} {want.cafile}"
    return look.call(line, ask, timeout=want.timeout or SECONDS, reading=f"{asker} {reading}")


def _count(people: Collection[str] | None) -> int | None:
    return None if people is None else len(people)


def _named(addresses: Sequence[str]) -> str:
    more = f" and {len(addresses) - _MOST_NAMED} more" if len(addresses) > _MOST_NAMED else ""
    return ", ".join(shown(address) for address in addresses[:_MOST_NAMED]) + more
