# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that a host's kernel filters by, put together from every tool that can tell of them."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter import iptables, nftables
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.model import (
    COMBINATIONS,
    Entry,
    Opening,
    openings,
)
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.newcomer import Forwarded, Newcomer

NFT = ("nft", "-j", "list", "ruleset")
# iptables-save is that of either back end; the legacy one keeps tables that nft does not see.
SAVES = {
    "ipv4": ("iptables-save", "iptables-legacy-save"),
    "ipv6": ("ip6tables-save", "ip6tables-legacy-save"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that filters: tables of nftables, and tables of iptables by family.

    interfaces: those of the host, where they are known.
    """

    nftables: Sequence[nftables.Table] = ()
    iptables: Mapping[str, Sequence[iptables.Table]] = field(default_factory=dict)
    interfaces: Sequence[str] = ()

    def openings(self, trusted: Sequence[str]) -> list[Opening]:
        """What these rules let in on other than the trusted interfaces, or send on from there."""
        untracked = any(table.untracks() for table in self.nftables) or any(
            iptables.untracks(tables) for tables in self.iptables.values()
        )
        inner = ("lo", *trusted)
        outside = tuple(
            name for name in self.interfaces if not any(fnmatch.fnmatchcase(name, pattern) for pattern in inner)
        )
        newcomers = {each: Newcomer(*each, inner, untracked, outside) for each in COMBINATIONS}

        def onward(family: str, protocol: str, target: str) -> list[Entry]:
            sent = Forwarded.to(target, newcomers[family, protocol])
            return self._met_by(sent) if sent else []

        return openings({each: self._met_by(newcomer) for each, newcomer in newcomers.items()}, onward)

    def _met_by(self, newcomer: Newcomer) -> list[Entry]:
        return [
            *(entry for table in self.nftables for entry in nftables.entries(table, newcomer)),
            *iptables.entries(self.iptables.get(newcomer.family, ()), newcomer),
        ]


async def running(look: Observer) -> Rules:
    """The rules in force. A tool that may not look is CannotLook. Any may be missing as long as another tells of rules:
    where none does, those that only the missing one could tell of may be there.
    """
    commands = [NFT, *((tool,) for tools in SAVES.values() for tool in tools)]
    interfaces, *told = await together(attempt(_interfaces(look)), *(attempt(look.command(argv)) for argv in commands))
    outcomes = dict(zip((argv[0] for argv in commands), told, strict=True))
    refusals = [outcome for outcome in outcomes.values() if isinstance(outcome, CannotLook)]
    for refusal in refusals:
        if refusal.reason != "missing_tool":
            raise refusal
    if len(refusals) == len(commands):
        raise CannotLook("missing_tool", "none of nft and iptables-save is installed, so nothing tells of a firewall")
    printed = {tool: outcome.stdout for tool, outcome in outcomes.items() if isinstance(outcome, CommandFact)}
    rules = put_together(printed)
    if "nft" not in printed and not any(table.filters() for tables in rules.iptables.values() for table in tables):
        detail = "nft is not installed, and iptables-save tells of no rule: those of nftables cannot be seen"
        raise CannotLook("missing_tool", detail)
    # Unknown interfaces only leave open which of them a rule speaks of.
    return rules if isinstance(interfaces, CannotLook) else replace(rules, interfaces=interfaces)


async def _interfaces(look: Observer) -> list[str]:
    fact = await look.command(("ip", "-j", "link", "show"))
    try:
        return [str(link["ifname"]) for link in json.loads(fact.stdout)]
    except (ValueError, KeyError, TypeError) as error:
        raise CannotLook("malformed", "ip does not list interfaces") from error


def put_together(printed: Mapping[str, str]) -> Rules:
    """Judge what each tool printed: of a table that several tell of, the words of nft win where nft knows them all."""
    listed = nftables.tables(printed["nft"], " ".join(NFT)) if "nft" in printed else None
    saved = {}
    for family, (either, legacy) in SAVES.items():
        own = iptables.tables(printed.get(either, ""), either)
        if "(nf_tables)" in printed.get(either, "").partition("\n")[0] and listed is not None:
            opaque = {table.name for table in _opaque(listed, family)}
            own = [table for table in own if table.name in opaque]
        saved[family] = [*own, *iptables.tables(printed.get(legacy, ""), legacy)]
        for table in _opaque(listed or [], family):
            if table.name not in {known.name for known in own}:
                what = f"table {table.family} {table.name} holds rules that only {either} can tell"
                raise CannotLook("malformed", f"{what}, and it does not: install the iptables that made them")
    readable = [table for table in listed or [] if not any(table in _opaque([table], family) for family in SAVES)]
    return Rules(readable, saved)


def _opaque(listed: Sequence[nftables.Table], family: str) -> list[nftables.Table]:
    name = {"ipv4": "ip", "ipv6": "ip6"}[family]
    return [table for table in listed if table.family == name and table.is_of_iptables()]
