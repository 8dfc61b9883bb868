# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that roles in a project of Google Cloud are narrow, and the keys of its service accounts young."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import ancestry
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_iam import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_iam.judging import Ours
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_ACCOUNTS = "gcloud iam service-accounts list"
_EACH_ACCOUNT = f"{_ACCOUNTS} --format='value(email)' | xargs -n 1 gcloud iam service-accounts"
_NOTHING: Mapping[str, Any] = {"value": ()}
_ACTIVITY = "gcloud policy-intelligence query-activity --activity-type=serviceAccountKeyLastAuthentication"


class ActionModule(Verifier):
    """Ask for the policies of the project and of all above it, and judge roles by what they permit."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("gcp.iam.least_privilege")
    async def least_privilege(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Everybody who holds a role is one of ours, holds no more than is declared, and no key is old."""
        domains, asked = want.need("domains"), ask(look, want)
        project = await ancestry.placed(asked)
        ours = Ours(domains, [want.project, project["number"], *want.projects], want.principals)
        kinds = await together(
            looked("principals", _principals(asked, project["scopes"], ours)),
            looked("service accounts", _accounts(asked, ours)),
            looked("keys", _keys(asked, want)),
        )
        return whole(
            "principals of ours with narrow roles, service accounts without old keys",
            {},
            kinds,
            subject=f"//cloudresourcemanager.googleapis.com/projects/{want.project}",
        )


async def _principals(asked: Asked, scopes: list[str], ours: Ours) -> Kind:
    """Judge what is granted on the project, and on what it inherits from; what is hidden of one hides no other."""
    found = await ancestry.policies(asked, scopes)
    policies = {scope: entry["value"]["grants"] for scope, entry in found.items() if "value" in entry}
    names = judging.judged_roles(policies.values())
    roles: Mapping[str, Any] = {}
    if names:
        command = f"for each in {' '.join(names)}; do gcloud iam roles describe $each; done"
        roles = await asked.of(command, reading.roles, names)
    denials = await _denials(asked, scopes) if judging.take_over(roles) else dict.fromkeys(scopes, _NOTHING)
    verdicts = judging.principals(policies, roles, denials, ours)
    verdicts += [_hidden(scope, entry) for scope, entry in found.items() if "value" not in entry]
    if not verdicts:
        raise CannotLook("not_found", "the policies grant nothing to anybody")
    return Kind.of("principals", "hold roles that are not narrow, or are none of ours", verdicts)


async def _denials(asked: Asked, scopes: list[str]) -> Mapping[str, Any]:
    """By scope, what is denied there; where nobody may know, that is an error of those to whom it could matter."""
    command = "; ".join(
        f"gcloud iam policies list --kind=denypolicies --attachment-point=cloudresourcemanager.googleapis.com/{scope}"
        for scope in scopes
    )
    found = await attempt(asked.of(command, reading.denials, scopes))
    if isinstance(found, CannotLook):
        return {scope: {"reason": found.reason, "detail": found.detail} for scope in scopes}
    return found


def _hidden(scope: str, entry: Mapping[str, Any]) -> Verdict:
    return unseen(
        CannotLook(entry["reason"], entry["detail"]), subject=f"//cloudresourcemanager.googleapis.com/{scope}"
    )


async def _accounts(asked: Asked, ours: Ours) -> Kind:
    emails = await asked.of(_ACCOUNTS, reading.accounts)
    policies = await asked.of(f"{_EACH_ACCOUNT} get-iam-policy", reading.account_policies, emails)
    return judging.accounts(policies, asked.project.name, ours)


async def _keys(asked: Asked, want: Wanted) -> Kind:
    emails = await asked.of(_ACCOUNTS, reading.accounts)
    found = await asked.of(f"{_EACH_ACCOUNT} keys list --managed-by=user --iam-account", reading.keys, emails)
    used = await asked.of(_ACTIVITY, reading.last_uses) if want.max_unused_days is not None else None
    return judging.keys(found, used, want.max_key_age, want.max_unused_days, want.project, time.time())
