# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do too much in a secret store: by a policy that is too wide, or by a token that is root or never ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.vault.kept import date
from ansible_collections.golive.verify.plugins.plugin_utils.vault.policy import Rule, allowed, parse
from ansible_collections.golive.verify.plugins.plugin_utils.vault.server import Vault, found, member

# Each policy is a look of its own.
_MOST_POLICIES = 500
_SHOWN = 10
# A name that nobody has given to anything: who may use it may use any.
_ANY = "golive-verify-any"
_ANYWHERE = (_ANY, f"{_ANY}/{_ANY}", f"{_ANY}/{_ANY}/{_ANY}")
_WRITE = {"create", "update"}

# What lets its holder take every other right: at which path, which of these capabilities, and whether sudo as well.
_ROOT_EQUIVALENTS = (
    ("rewrite policies", f"sys/policies/acl/{_ANY}", _WRITE, False),
    ("rewrite policies", f"sys/policy/{_ANY}", _WRITE, False),
    ("make tokens with any policy", "auth/token/create", _WRITE, True),
    ("make tokens with any policy", "auth/token/create-orphan", _WRITE, True),
    ("add auth methods", f"sys/auth/{_ANY}", _WRITE, True),
    ("give logins any policy", f"auth/{_ANY}/role/{_ANY}", _WRITE, False),
    ("give people and groups any policy", f"identity/entity/id/{_ANY}", _WRITE, False),
    ("give people and groups any policy", f"identity/entity/name/{_ANY}", _WRITE, False),
    ("give people and groups any policy", f"identity/group/id/{_ANY}", _WRITE, False),
    ("give people and groups any policy", f"identity/group/name/{_ANY}", _WRITE, False),
    ("change what is audited", f"sys/audit/{_ANY}", {*_WRITE, "delete"}, True),
    ("read the storage itself", f"sys/raw/{_ANY}", {"read"}, True),
)


async def policies(vault: Vault, mount: str, wide: Collection[str]) -> Part:
    """No policy allows too much, except those that are meant to. mount: where the secrets of services are."""
    names = await vault.listed("sys/policies/acl")
    if not names:
        raise CannotLook("malformed", "the store lists no policy, not even its own default")
    if len(names) > _MOST_POLICIES:
        raise CannotLook("too_large", f"{len(names)} policies are too many to look at")
    judged = [name for name in names if name != "root" and name not in wide]
    texts = await together(*(vault.ask(f"sys/policies/acl/{name}") for name in judged))
    problems: list[str] = []
    for name, said in zip(judged, texts, strict=True):
        rules = _rules(name, said)
        problems += [f"the policy {shown(name)} {what}" for what in dict.fromkeys(too_much(rules, mount))]
        if name == "default":
            problems += [f"the policy default, which every token has, {what}" for what in beyond_default(rules, mount)]
    meant = sorted(set(wide) & set(names))
    return Part({"policies": len(names), "meant to be wide": meant}, _few(problems, "findings on policies"))


def _rules(name: str, said: Mapping[str, Any]) -> list[Rule]:
    try:
        return parse(member(said, "policy", str))
    except CannotLook as reason:
        raise CannotLook(reason.reason, f"policy {shown(name)}: {shown(reason.detail)}") from None


def too_much(rules: Sequence[Rule], mount: str) -> Iterator[str]:
    """What a policy allows that nobody but an administrator needs."""
    everywhere = frozenset[str]().union(*(allowed(rules, path) for path in _ANYWHERE))
    if everywhere:
        yield f"allows {_listed(everywhere)} on every path"
        return
    secrets = frozenset[str]().union(*(allowed(rules, f"{mount}/data/{path}") for path in _ANYWHERE)) - {"list"}
    if secrets:
        yield f"allows {_listed(secrets)} on every secret of {mount}/"
    for what, path, some, sudo in _ROOT_EQUIVALENTS:
        capabilities = allowed(rules, path)
        if capabilities & some and (not sudo or "sudo" in capabilities):
            yield f"lets its holder {what} ({path.replace(_ANY, '*')})"


def beyond_default(rules: Sequence[Rule], mount: str) -> Iterator[str]:
    """Which secrets a policy reaches that is meant for none."""
    place = f"{mount}/"
    for rule in rules:
        reaches = rule.literal.startswith(place) or (not rule.is_exact and place.startswith(rule.literal))
        if reaches and rule.capabilities and "deny" not in rule.capabilities:
            yield f"allows {_listed(rule.capabilities)} at {shown(rule.path)}"


def _listed(capabilities: Collection[str]) -> str:
    return ", ".join(sorted(map(shown, capabilities)))


async def tokens(vault: Vault, most: int) -> Part:
    """No token is a root token or lives for ever. most: how many are looked up, each in a look of its own."""
    accessors = await found(vault.listed("auth/token/accessors", "list", "sudo")) or []
    if len(accessors) > most:
        way_out = "raise max_tokens to look at them all, or set it to 0 to look at none"
        raise CannotLook("too_large", f"{len(accessors)} tokens are alive, and max_tokens is {most}: {way_out}")
    answers = await together(*(attempt(_token(vault, accessor)) for accessor in accessors))
    problems: list[str] = []
    for answer in answers:
        # A token may end between the list and the question.
        if isinstance(answer, CannotLook) and "invalid accessor" not in answer.detail:
            raise answer
        problems += [] if isinstance(answer, CannotLook) else token_problems(answer)
    return Part({"tokens": len(accessors)}, _few(problems, "findings on tokens"))


async def _token(vault: Vault, accessor: str) -> Mapping[str, Any]:
    return await vault.ask("auth/token/lookup-accessor", "update", body=json.dumps({"accessor": accessor}))


def token_problems(token: Mapping[str, Any]) -> list[str]:
    """Why nobody should have this token."""
    name, made = shown(member(token, "display_name", str)), date(member(token, "creation_time", int))
    whose = f"the token {name!r} of {made}, accessor {shown(member(token, 'accessor', str))[:8]}…,"
    if "root" in (token.get("policies") or []):
        return [f"{whose} is a root token"]
    if member(token, "ttl", int) == 0 and token.get("expire_time") is None:
        return [f"{whose} never expires"]
    return []


def _few(problems: list[str], what: str) -> list[str]:
    more = len(problems) - _SHOWN
    return [*problems[:_SHOWN], f"and {more} more {what}"] if more > 0 else problems
