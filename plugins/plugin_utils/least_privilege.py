# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that verifiers must be allowed, written as each system wants it: a policy, a role, grants.

What a control needs is declared in the interface of its verifier, in the system's own words. These tell by their look
which system it is, so that a verifier of another collection needs no entry here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import BadRun, RunDirectory

NAME = "golive_verify"
# AWS asks nobody's leave for it (Security Token Service, API reference of GetCallerIdentity).
_FREE = {"sts:GetCallerIdentity"}
_HEAD = """# What golive.verify must be allowed

Written from the checklist and the inventory; write it again when they change."""
_NO_RESOURCE = "nonResourceURLs"
_ABOVE_PROJECTS = {
    "billing.": "the billing account",
    "resourcemanager.folders.": "the folders",
    "resourcemanager.organizations.": "the organization",
}


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """That a control which is asked of a host needs a permission, in the words of the system that gives it."""

    permission: str
    control: str
    host: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What to give on some hosts, the accounts, projects and clusters among them: a file, and how it is used."""

    file: str
    hosts: tuple[str, ...]
    use: str
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A system's way to give permissions. looks: how they are written; spell: what gives all of some."""

    looks: re.Pattern[str]
    suffix: str
    use: str
    spell: Callable[[Sequence[str]], str]


class Unknown(ValueError):
    """A permission in words of which no system is known."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a run must be allowed. undeclared: the verifiers of it that declare nothing."""

    needs: Sequence[Need]
    undeclared: Sequence[str]

    def files(self) -> dict[str, str]:
        """The text of each file: what to give, and a table that tells which control needs what."""
        given = grants(self.needs)
        uses = [
            f"| `{each.file}` | {', '.join(each.hosts)} | {each.use.replace('FILE', each.file)} |" for each in given
        ]
        why: dict[str, set[str]] = {}
        for need in self.needs:
            why.setdefault(need.permission, set()).add(need.control)
        reasons = [
            f"| `{permission}` | {', '.join(sorted(controls))} |" for permission, controls in sorted(why.items())
        ]
        parts = [
            _HEAD,
            "\n".join(["| file | for | use |", "|---|---|---|", *uses]),
            "\n".join(["| permission | needed by |", "|---|---|", *reasons]),
            f"Nothing is declared by {', '.join(self.undeclared)}: see their documentation." if self.undeclared else "",
        ]
        return {each.file: each.text for each in given} | {"README.md": "\n\n".join(filter(None, parts)) + "\n"}

    def lines(self) -> list[str]:
        """The same in short, for the terminal."""
        told = [
            f"{each.file} for {', '.join(each.hosts)}: {each.use.replace('FILE', each.file)}"
            for each in grants(self.needs)
        ]
        return [*told, *([f"nothing is declared by {', '.join(self.undeclared)}"] if self.undeclared else [])]


def of_run(directory: RunDirectory) -> Access:
    """What the checks of a run that looked at nothing said that they need; BadRun where it says nothing."""
    outcomes = [(host, outcome) for host, several in directory.results().items() for outcome in several]
    for host, outcome in outcomes:
        if outcome.get("failed"):
            raise BadRun(f"{host}: {outcome['failed']}")
    said = [(host, need) for host, outcome in outcomes for need in outcome["needs"]]
    if not said:
        raise BadRun(f"{directory.path}: no check of it says what it needs")
    return Access(
        sorted(Need(permission, need["control"], host) for host, need in said for permission in need["permissions"]),
        sorted(
            {need["verifier"] for dummy, need in said}
            - {need["verifier"] for dummy, need in said if need["permissions"]}
        ),
    )


def grants(needs: Iterable[Need]) -> list[Grant]:
    """What to give where: hosts that need the same share a file."""
    by_kind: dict[str, dict[str, set[str]]] = {}
    for need in needs:
        if need.permission not in _FREE:
            by_kind.setdefault(kind_of(need.permission), {}).setdefault(need.host, set()).add(need.permission)
    return [grant for kind in KINDS if kind in by_kind for grant in _shared(kind, by_kind[kind])]


def kind_of(permission: str) -> str:
    """Which system gives a permission; raises Unknown where none does."""
    for name, kind in KINDS.items():
        if kind.looks.fullmatch(permission):
            return name
    raise Unknown(f"{permission!r} is no permission of {', '.join(KINDS)}")


def _shared(name: str, of_hosts: Mapping[str, Collection[str]]) -> list[Grant]:
    kind, alike = KINDS[name], dict[tuple[str, ...], list[str]]()
    for host, permissions in sorted(of_hosts.items()):
        alike.setdefault(tuple(sorted(permissions)), []).append(host)
    return [
        Grant(
            file=f"{name}{f'-{number}' if len(alike) > 1 else ''}{kind.suffix}",
            hosts=tuple(hosts),
            use=kind.use,
            text=kind.spell(permissions),
        )
        for number, (permissions, hosts) in enumerate(alike.items(), 1)
    ]


def _aws(permissions: Sequence[str]) -> str:
    statement = {"Sid": "GoliveVerify", "Effect": "Allow", "Action": list(permissions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2) + "\n"


def _gcp(permissions: Sequence[str]) -> str:
    role: dict[str, Any] = {"title": "golive.verify", "stage": "GA"}
    notes = [
        f"# This one must be given on {where}: {each}\n"
        for each in permissions
        for start, where in _ABOVE_PROJECTS.items()
        if each.startswith(start)
    ]
    return "".join(notes) + _yaml({**role, "includedPermissions": list(permissions)})


def _kubernetes(permissions: Sequence[str]) -> str:
    """One rule for what has the same verbs in the same group."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for each in permissions:
        verb, dummy, what = each.partition(" ")
        group, dummy, resource = what.partition("/")
        verbs.setdefault((group, resource), set()).add(verb)
    rules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), allowed in sorted(verbs.items()):
        rules.setdefault((group, tuple(sorted(allowed))), []).append(resource)
    listed = [
        {_NO_RESOURCE: [f"/{path}" for path in what], "verbs": list(how)}
        if group == _NO_RESOURCE
        else {"apiGroups": [group], "resources": what, "verbs": list(how)}
        for (group, how), what in rules.items()
    ]
    named = {"name": NAME.replace("_", "-")}
    return _yaml(
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": named, "rules": listed}
    )


def _postgresql(permissions: Sequence[str]) -> str:
    return "".join(f"{each};\n" for each in permissions)


def _redis(permissions: Sequence[str]) -> str:
    return f"ACL SETUSER golive reset on >PASSWORD %R~* {' '.join(permissions)}\nACL SAVE\n"


def _become(permissions: Sequence[str]) -> str:
    who = ",".join(each.partition(" ")[2] for each in permissions)
    return f"golive ALL=({who}) NOPASSWD: ALL\n"


def _yaml(data: Any) -> str:
    return yaml.safe_dump(data, sort_keys=False, default_flow_style=False)


KINDS = {
    "aws": Kind(
        re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+"),
        ".json",
        "a policy: aws iam create-policy --policy-name golive-verify --policy-document file://FILE",
        _aws,
    ),
    "gcp": Kind(
        re.compile(r"[a-z]+(\.[a-zA-Z]+){2}"),
        ".yml",
        f"a custom role: gcloud iam roles create {NAME} --project PROJECT --file FILE",
        _gcp,
    ),
    "kubernetes": Kind(
        re.compile(r"(get|list|create) (nonResourceURLs|[a-z0-9.-]*)/[a-z-]+(/[a-z]+)?"),
        ".yml",
        "a cluster role: kubectl apply -f FILE, bound with kubectl create clusterrolebinding",
        _kubernetes,
    ),
    "postgresql": Kind(
        re.compile(r"GRANT .+ TO \S+"), ".sql", "grants, as an administrator: psql -d DATABASE -f FILE", _postgresql
    ),
    "redis": Kind(re.compile(r"\+[a-z]+(\|[a-z-]+)?"), ".acl", "an ACL user: redis-cli < FILE", _redis),
    "become": Kind(
        re.compile(r"become [a-z_][a-z0-9_-]*"),
        ".sudoers",
        "sudo for Ansible's become, which runs Python, so that it cannot be narrowed to commands: visudo -cf FILE",
        _become,
    ),
}
