# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the networks of a project of Google Cloud keep data stores and admin ports to themselves."""

from __future__ import annotations

import shlex
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_network import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, whole
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_DEFAULT = "default"
_NETWORKS = "gcloud compute networks list"
_REGIONAL = "gcloud compute network-firewall-policies list --format=json"
_SUBNETS = "gcloud compute networks subnets list"


class ActionModule(Verifier):
    """Ask for all networks and subnets, and walk the rules as a packet from the world would."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("cloud.network")
    async def network(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The world reaches no more than the public ports, and traffic is recorded."""
        asked = ask(look, want)
        kinds = await together(
            looked("networks", _networks(asked, want)),
            looked("subnets", _subnets(asked, want)),
        )
        return whole(
            "networks that let the world in to public ports alone, and are recorded",
            {},
            kinds,
            subject=f"//cloudresourcemanager.googleapis.com/projects/{want.project}",
        )


async def _networks(asked: Asked, want: Wanted) -> Kind:
    every = await asked.of(_NETWORKS, reading.networks)
    judged = [name for name in every if not like(name, want.public_networks)]
    command = f"for each in {shlex.join(judged)}; do gcloud compute networks get-effective-firewalls $each; done"
    expected = f"the world reaches nothing but TCP {', '.join(map(str, want.public_ports)) or 'on no port'}"

    async def ways(name: str) -> list[judging.Chains]:
        found, regional = await together(
            asked.of(command, reading.firewalls, judged), asked.of(_REGIONAL, reading.regional)
        )
        return judging.ways_in(value(found[name]), every[name], regional.get(name, {}))

    async def reached(name: str) -> Part:
        chains = await ways(name)
        shown = {"rules": sum(len(rules) for rules in chains[0].values())}
        return Part(shown, judging.open_problems(chains, want.public_ports))

    async def understood(name: str) -> Part:
        judging.unknown(await ways(name))
        return Part({}, [])

    async def wanted(name: str) -> Part:
        unwanted = name == _DEFAULT and not want.default_network
        return Part(
            {}, ["it is the network that Google makes in every project, which nobody planned"] if unwanted else []
        )

    verdicts: list[Verdict] = await together(
        *(
            alone(
                expected,
                reached(name),
                understood(name),
                wanted(name),
                subject=reading.resource(want.project, f"global/networks/{name}"),
            )
            for name in judged
        )
    )
    aside: dict[str, Any] = {"declared public": len(every) - len(judged)}
    return Kind.of("networks", "let the world in", verdicts, aside)


async def _subnets(asked: Asked, want: Wanted) -> Kind:
    found = await asked.of(_SUBNETS, reading.subnets)
    data = chosen([each["name"] for each in found.values()], want.data_subnets, "subnet") if want.data_subnets else []

    async def part(path: str) -> Part:
        subnet = found[path]
        shown = {"flow logs": subnet["recorded"], "private Google access": subnet["reaches_google"]}
        return Part(shown, judging.subnet_problems(subnet, subnet["name"] in data))

    expected = "flow logs, and private Google access where data stores are"
    verdicts = await together(
        *(alone(expected, part(path), subject=reading.resource(want.project, path)) for path in found)
    )
    return Kind.of("subnets", "are not as wanted", verdicts, optional=True)
