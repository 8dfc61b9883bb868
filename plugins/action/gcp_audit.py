# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that what happens in a project of Google Cloud is recorded, and that the record stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import ancestry
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_audit import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_audit.filters import LOGS
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask the project and all above it what is audited, and where the entries go."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("cloud.audit_trail")
    async def audit_trail(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Access to services is recorded, of everybody, and goes where nobody can take it away."""
        asked, services, types = ask(look, want), want.need("services"), want.need("log_types")
        project = await ancestry.placed(asked)
        kinds = await together(
            looked("services", _services(asked, project["scopes"], services, types)),
            looked("logs", _logs(asked, project, want)),
        )
        return whole(
            "access recorded of everybody, and kept",
            {},
            kinds,
            subject=f"//cloudresourcemanager.googleapis.com/projects/{want.project}",
        )


async def _services(asked: Asked, scopes: Sequence[str], services: Sequence[str], types: Sequence[str]) -> Kind:
    policies = await ancestry.policies(asked, scopes)
    verdicts = [judging.recorded(service, types, policies) for service in services]
    return Kind.of("services", "are not recorded as wanted", verdicts)


async def _logs(asked: Asked, project: Mapping[str, Any], want: Wanted) -> Kind:
    scopes = project["scopes"]
    command = "; ".join(f"gcloud logging sinks list --{scope.replace('s/', '=')}" for scope in scopes)
    sinks = judging.effective(await asked.of(command, reading.sinks, scopes), scopes)
    if not sinks:
        raise CannotLook("not_found", "no sink takes entries of the project anywhere, not even Google's own")
    to = sorted({each["to"] for each in sinks if reading.command(each["to"])})
    places = await asked.of("; ".join(map(reading.command, to)), reading.places, to) if to else {}
    named = {"name": want.project, "number": project["number"]}
    verdicts = [judging.kept(log, named, sinks, places, want.retention_days) for log in LOGS]
    return Kind.of("logs", "are not kept as wanted", verdicts)
