# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the identities of an AWS account are safe and that their doings are recorded."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import analyzers, identities, reading
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.aws.trails import Record, trail_verdict
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, looked, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_DAY = 86400
_USERS = "aws iam list-users --query 'Users[].UserName' --output text"
_EACH_USER = f"{_USERS} | xargs -r -n 1 aws iam"
_EACH_KEY = (
    f"{_EACH_USER} list-access-keys --query 'AccessKeyMetadata[].AccessKeyId' --output text --user-name"
    " | xargs -r -n 1 aws iam"
)


class ActionModule(Verifier):
    """Ask the account as an auditor would, and each list once for all controls."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("aws.iam.root_mfa")
    async def root(self, look: Observer, want: Wanted) -> Verdict:
        """The root user has a second factor and no access key, and is not in use as far as can be seen."""
        asked = ask(look, want)
        virtual = asked.of("aws iam list-virtual-mfa-devices --assignment-status Assigned", reading.virtual_root_mfa)
        identity, summary, used, *devices = await together(
            asked.identity(),
            asked.of("aws iam get-account-summary", reading.summary),
            attempt(asked.of("aws iam get-credential-report", reading.root_last_used)),
            *([virtual] if want.root_hardware_mfa and not want.root_removed else []),
        )
        unknown = isinstance(used, CannotLook)
        found = [serial for each in devices for serial in each]
        problems = root_removed_problems(summary) if want.root_removed else root_mfa_problems(summary, found)
        at = None if unknown else used["at"]
        actual = {
            "account": identity["account"],
            **summary,
            "last used": f"not known: {used.detail}" if unknown else date(at),
        }
        if want.root_removed:
            actual["MFA"] = "not applicable: the organization has removed the credentials of the root user"
        return judge(
            expected=f"{'no credentials' if want.root_removed else 'MFA'}, no access keys, "
            f"not used for {want.root_unused_days} days",
            actual=actual,
            problems=problems + root_problems(summary, at, want.root_unused_days, time.time()),
        )

    @proves("aws.iam.credentials")
    async def credentials(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Keys are fresh, consoles need a second factor, applications are no administrators, roles trust few.

        One verdict is that of the account; with it go those of what fails. What cannot be read costs its kind, and so
        the pass, but hides no failure of another kind.
        """
        asked = ask(look, want)
        identity, *kinds = await together(
            asked.identity(),
            looked("active access keys", _keys(asked, want)),
            looked("users with access keys", _key_counts(asked, want)),
            looked("console users", _consoles(asked, want)),
            looked("password policies", _passwords(asked, want)),
            looked("users and roles", _administrators(asked, want)),
            looked("trust policies", _trusts(asked, want)),
            *([looked(analyzers.KIND, _analyzed(asked))] if want.access_analyzer else []),
        )
        return whole(
            "fresh access keys, safe consoles, no administrators and no trust but those declared",
            {"account": identity["account"]},
            kinds,
        )

    @proves("cloud.audit_trail")
    async def audit_trail(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each region is recorded by a trail of all regions that works."""
        asked = ask(look, want)
        regions = want.regions or [None]
        _identity, *listed = await together(
            asked.identity(),
            *(asked.of("aws cloudtrail describe-trails", reading.trails, region, region=region) for region in regions),
        )
        trails = {trail["arn"]: trail for seen in listed for trail in seen}
        records = await together(*(attempt(_record(asked, trail)) for trail in trails.values()))
        found = dict(zip(trails, zip(trails.values(), records, strict=True), strict=True))
        now = time.time()
        return [
            trail_verdict(region or "", [found[trail["arn"]] for trail in seen], want.trail_max_age_hours, now)
            for region, seen in zip(regions, listed, strict=True)
        ]


async def _keys(asked: Asked, want: Wanted) -> Kind:
    keys = await _access_keys(asked)
    active = [key["id"] for key in keys if key["active"]]
    used = await asked.of(f"{_EACH_KEY} get-access-key-last-used --access-key-id", reading.last_uses, active)
    return identities.keys(keys, used, want.max_key_age_days, want.max_unused_days, time.time())


async def _key_counts(asked: Asked, want: Wanted) -> Kind:
    return identities.key_counts(await _access_keys(asked), want.key_rotation_days, want.key_users, time.time())


async def _access_keys(asked: Asked) -> list[dict[str, Any]]:
    users = await asked.of(_USERS, reading.users)
    return await asked.of(f"{_EACH_USER} list-access-keys --user-name", reading.access_keys, users)


async def _consoles(asked: Asked, want: Wanted) -> Kind:
    used, since = await _passwords_since(asked)
    devices = None
    if want.console_mfa:
        command = f"{_EACH_USER} list-mfa-devices --user-name"
        devices = await asked.of(command, reading.mfa_devices, list(since))
    return identities.consoles(since, used, devices, want.max_unused_days, time.time())


async def _passwords(asked: Asked, want: Wanted) -> Kind:
    """What the account asks of passwords, where there are any."""
    _used, since = await _passwords_since(asked)
    if not since:
        return Kind("password policies")
    policy = await asked.of("aws iam get-account-password-policy", reading.password_policy)
    return identities.passwords(policy, want.password_min_length, want.password_reuse)


async def _passwords_since(asked: Asked) -> tuple[dict[str, float | None], dict[str, float]]:
    """When each user last signed in, and since when those who have a password have it."""
    users = await asked.of(_USERS, reading.users)
    return users, await asked.of(f"{_EACH_USER} get-login-profile --user-name", reading.console_users, users)


async def _administrators(asked: Asked, want: Wanted) -> Kind:
    identity, said = await _authorization(asked)
    return identities.administrators(said, identity, want.applications, want.administrators)


async def _trusts(asked: Asked, want: Wanted) -> Kind:
    identity, said = await _authorization(asked)
    return identities.trusts(said, want.trusted, want.unbound_services, identity["account"])


async def _analyzed(asked: Asked) -> Kind:
    found = await together(*(attempt(_findings(asked, region)) for region in asked.regions))
    verdicts = [
        verdict for region, each in zip(asked.regions, found, strict=True) for verdict in analyzers.judged(region, each)
    ]
    return Kind.of(analyzers.KIND, analyzers.WRONG, verdicts)


async def _findings(asked: Asked, region: str | None) -> Mapping[str, Detail]:
    arns = await asked.of("aws accessanalyzer list-analyzers", analyzers.analyzers, region, region=region)
    command = f"printf '%s\\n' {' '.join(arns)} | xargs -r -n 1 aws accessanalyzer list-findings --analyzer-arn"
    return await asked.of(command, analyzers.findings, region, arns, region=region) if arns else {}


async def _authorization(asked: Asked) -> tuple[Mapping[str, str], dict[str, Any]]:
    command = "aws iam get-account-authorization-details"
    identity, said = await together(asked.identity(), asked.of(command, reading.authorization))
    return identity, said


async def _record(asked: Asked, trail: Mapping[str, Any]) -> Record | None:
    """What a trail does; one of a single region is not asked, since it cannot be the proof."""
    if not trail["multi_region"]:
        return None
    arn, home = trail["arn"], trail["home"]
    status = asked.of(f"aws cloudtrail get-trail-status --name {arn}", reading.trail_status, arn, home, region=home)
    if not trail["selective"]:
        return Record(await status)
    selectors = f"aws cloudtrail get-event-selectors --trail-name {arn}"
    events = asked.of(selectors, reading.management_events, arn, home, region=home)
    return Record(*await together(status, events))


def root_problems(summary: Mapping[str, int], used: float | None, unused_days: int, now: float) -> list[str]:
    """Why the root user is not put away. used: None when it was never used or nothing tells."""
    problems = ["the root user has an access key"] if summary["access_keys"] != 0 else []
    if used is not None and now - used < unused_days * _DAY:
        problems.append(f"the root user was used {(now - used) / _DAY:.0f} days ago")
    return problems


def root_mfa_problems(summary: Mapping[str, int], virtual: Sequence[str]) -> list[str]:
    """Why a password alone, or a copied seed, opens the account. virtual: the devices, where they must be hardware."""
    if summary["mfa"] == 1:
        return [f"the MFA device of the root user is not hardware: {serial}" for serial in virtual]
    removed = summary["password"] == 0 and summary["access_keys"] == 0
    hint = ", and no password: where the organization removed it, say so with root_removed" if removed else ""
    return [f"the root user has no MFA{hint}"]


def root_removed_problems(summary: Mapping[str, int]) -> list[str]:
    """What the organization has left of the credentials of the root user."""
    if summary["password"] == -1 or summary["certificates"] == -1:
        raise CannotLook("malformed", "the account's summary does not tell whether the root user has a password")
    left = {"a password": "password", "a signing certificate": "certificates", "MFA": "mfa"}
    return [f"the root user still has {what}" for what, name in left.items() if summary[name] != 0]
