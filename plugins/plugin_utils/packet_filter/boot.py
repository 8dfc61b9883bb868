# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would load firewall rules when a host boots, and which rules those are."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact, UnitFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter import iptables, nftables
from ansible_collections.golive.verify.plugins.plugin_utils.packet_filter.running import Rules


@dataclass(frozen=True, slots=True)
class Loader:
    """Something that may load rules at boot. off: why it does not. rules: what it loads; None when it vouches itself.

    unread: why nobody could tell.
    """

    name: str
    off: str = ""
    rules: Rules | None = None
    unread: CannotLook | None = None
    problems: Sequence[str] = field(default=())


async def loaders(look: Observer) -> list[Loader]:
    """Everything installed that may load rules at boot."""
    found = await together(*(_loader(look, unit, read) for unit, read in _LOADERS))
    return [loader for loader in found if loader is not None]


Read = Callable[[Observer, str], Awaitable[Loader | None]]


async def _loader(look: Observer, unit: str, read: Read) -> Loader | None:
    """One loader, or None where its unit does not exist; what it would load counts only when it is enabled."""
    fact, loader = await together(present(look.unit(unit)), attempt(read(look, unit)))
    if not isinstance(fact, UnitFact) or loader is None:
        return None
    if fact.enabled not in ("enabled", "generated"):
        return Loader(unit, off=f"{unit} is {fact.enabled or 'not enabled'}")
    return Loader(unit, unread=loader) if isinstance(loader, CannotLook) else loader


async def _text(look: Observer, path: str) -> str:
    """The content of a file; an absent one loads nothing."""
    fact: FileFact | None = await present(look.file(path, content=True))
    return (fact.content or "") if fact else ""


def _nftables_from(path: str) -> Read:
    async def read(look: Observer, unit: str) -> Loader | None:
        """Load the file into a network of its own, which ends with the command, and list what came of it."""
        load = look.command(
            ["unshare", "--net", "nft", "--json", "--interactive"],
            stdin=f'include "{path}"\nlist ruleset\n',
            env={"HOME": "/dev/null"},
        )
        file, listed = await together(present(look.file(path)), attempt(load))
        if file is None:
            return None
        if isinstance(listed, CannotLook):
            raise listed
        if listed.stderr.strip():
            raise CannotLook("malformed", f"{path} does not load by itself: {listed.stderr.strip()[:400]}")
        # Where nft was built with readline, it prints its prompt and what it is told as well.
        _echo, start, rest = listed.stdout.partition('{"nftables"')
        return Loader(unit, rules=Rules(nftables.tables(start + rest.partition("\n")[0], path)))

    return read


def _iptables_from(ipv4: str, ipv6: str) -> Read:
    async def read(look: Observer, unit: str) -> Loader | None:
        texts = await together(_text(look, ipv4), _text(look, ipv6))
        paths = {"ipv4": ipv4, "ipv6": ipv6}
        tables = {f: iptables.tables(text, paths[f]) for f, text in zip(paths, texts, strict=True)}
        return Loader(unit, rules=Rules(iptables=tables))

    return read


async def _ufw(look: Observer, unit: str) -> Loader | None:
    names = ["before.rules", "after.rules", "user.rules", "before6.rules", "after6.rules", "user6.rules"]
    config, defaults, *rules = await together(
        *(_text(look, path) for path in ("/etc/ufw/ufw.conf", "/etc/default/ufw", *(f"/etc/ufw/{n}" for n in names)))
    )
    if _settings(config).get("ENABLED", "no").lower() != "yes":
        return Loader(unit, off="ENABLED is not yes in /etc/ufw/ufw.conf")
    return Loader(unit, rules=ufw_rules(defaults, rules[:3], rules[3:]))


def ufw_rules(defaults: str, ipv4: Sequence[str], ipv6: Sequence[str]) -> Rules:
    """The rules that ufw makes of /etc/default/ufw and of its files before, after and user, for each family.

    With IPV6=no, ufw drops all that comes over IPv6.
    """
    settings = _settings(defaults)
    policy = settings.get("DEFAULT_INPUT_POLICY", "DROP").upper()
    six = settings.get("IPV6", "yes").lower() == "yes"
    framed = {"ipv4": _ufw_framed("ufw", policy, ipv4), "ipv6": _ufw_framed("ufw6", policy, ipv6) if six else _CLOSED}
    return Rules(iptables={family: iptables.tables(text, "/etc/ufw") for family, text in framed.items()})


def _ufw_framed(prefix: str, policy: str, files: Sequence[str]) -> str:
    """The files of one family, and the chains that ufw lays around them."""
    called = [f"{prefix}-{name}" for name in ("before-logging-input", "before-input", "after-input")]
    called += [f"{prefix}-{name}" for name in ("after-logging-input", "reject-input", "track-input")]
    others = [f"{prefix}-{name}" for name in ("logging-deny", "logging-allow", "skip-to-policy-input", "user-input")]
    verdict = "ACCEPT" if policy == "ACCEPT" else "DROP"
    lines = ["*filter", f":INPUT {verdict}", *(f":{chain} -" for chain in called + others)]
    lines += [f"-A INPUT -j {chain}" for chain in called]
    lines += [f"-A {prefix}-skip-to-policy-input -j {verdict}", *files]
    return "\n".join([*lines, "*filter", f"-A {prefix}-before-input -j {prefix}-user-input"])


_CLOSED = "*filter\n:INPUT DROP"


def _settings(text: str) -> Mapping[str, str]:
    return {name: value.strip("\"'") for name, value in re.findall(r"^\s*(\w+)=(\S*)", text, re.M)}


async def _firewalld(look: Observer, unit: str) -> Loader | None:
    """What firewalld keeps, it loads at boot; what was changed without --permanent is gone then."""
    parts = await together(*(_passing(look, what, question) for what, question in _KEPT.items()))
    return Loader(unit, problems=[problem for part in parts for problem in part])


async def _passing(look: Observer, what: str, question: Sequence[str]) -> list[str]:
    """What of one kind is not the same now as it is kept."""
    now, lasting = await together(
        *(attempt(look.command(["firewall-cmd", *how, *question])) for how in ((), ("--permanent",)))
    )
    for outcome in (now, lasting):
        if isinstance(outcome, CannotLook):
            if what == "policy" and "unrecognized argument" in outcome.detail:
                return []  # before firewalld 0.9 there are none
            raise outcome
    differing = _kept(what, now.stdout).items() ^ _kept(what, lasting.stdout).items()
    return [
        f"{what} {name} is not the same with --permanent" for name in sorted({name for name, _settings in differing})
    ]


def _kept(what: str, text: str) -> dict[str, str]:
    """What firewalld lists by name, each with its settings.

    Interfaces are left out, which are given to zones at run time, and what is active, which follows from them.
    """
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line and not line[0].isspace():
            name = line if what == "direct rule" else line.partition(" ")[0]
            found[name] = ""
        elif line.strip() and not line.strip().startswith("interfaces:"):
            found[name] = found.get(name, "") + line.strip() + "\n"
    if "" in found or (what == "zone" and not found):
        raise CannotLook("malformed", f"firewall-cmd does not list what it is asked for: {text[:120]!r}")
    return found


_KEPT = {
    "zone": ["--list-all-zones"],
    "policy": ["--list-all-policies"],
    "direct rule": ["--direct", "--get-all-rules"],
}
_LOADERS: Sequence[tuple[str, Read]] = (
    ("nftables.service", _nftables_from("/etc/nftables.conf")),
    ("nftables.service", _nftables_from("/etc/sysconfig/nftables.conf")),
    ("netfilter-persistent.service", _iptables_from("/etc/iptables/rules.v4", "/etc/iptables/rules.v6")),
    ("iptables.service", _iptables_from("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables")),
    ("ufw.service", _ufw),
    ("firewalld.service", _firewalld),
)
