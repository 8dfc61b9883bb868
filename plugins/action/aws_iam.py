# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the identities of an AWS account are safe and that their doings are recorded."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import identities, reading
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import Part, date
from ansible_collections.golive.verify.plugins.plugin_utils.aws.trails import Record, trail_verdict
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

T = TypeVar("T")
_DAY = 86400
_MOST_SHOWN = 100
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
        identity, summary, used = await together(
            asked.identity(),
            asked.of("aws iam get-account-summary", reading.summary),
            attempt(asked.of("aws iam get-credential-report", reading.root_last_used)),
        )
        unknown = isinstance(used, CannotLook)
        return judge(
            expected=f"MFA, no access keys, not used for {want.root_unused_days} days",
            actual={
                "account": identity["account"],
                **summary,
                "last used": f"not known: {used.detail}" if unknown else date(used["at"]),
            },
            problems=root_problems(summary, None if unknown else used["at"], want.root_unused_days, time.time()),
        )

    @proves("aws.iam.credentials")
    async def credentials(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Keys are fresh, consoles need a second factor, applications are no administrators.

        One verdict is that of the account; with it go those of what fails. What cannot be read costs its part, and so
        the pass, but hides no failure of another part.
        """
        asked = ask(look, want)
        identity, *parts = await together(
            asked.identity(),
            _part("active access keys", _keys(asked, want)),
            *([_part("console users", _consoles(asked))] if want.console_mfa else []),
            _part("users and roles", _administrators(asked, want)),
        )
        errors = [verdict for part in parts for verdict in part.errors]
        problems = [problem for part in parts for problem in part.problem]
        if errors and not problems:
            return errors[:_MOST_SHOWN]
        aside = {kind: count for part in parts for kind, count in part.aside.items()}
        account = judge(
            expected="fresh access keys, MFA for the console, no administrators but those declared",
            actual={"account": identity["account"], **{part.kind: part.judged for part in parts}, **aside},
            problems=problems,
        )
        shown = [verdict for part in parts for verdict in part.failures[:_MOST_SHOWN]]
        return [account, *shown, *errors[:_MOST_SHOWN]]

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


async def _part(kind: str, judging: Awaitable[Part]) -> Part:
    part = await attempt(judging)
    return Part(kind, errors=[unseen(part, subject=kind)]) if isinstance(part, CannotLook) else part


async def _keys(asked: Asked, want: Wanted) -> Part:
    users = await asked.of(_USERS, reading.users)
    keys = await asked.of(f"{_EACH_USER} list-access-keys --user-name", reading.access_keys, users)
    active = [key["id"] for key in keys if key["active"]]
    used = await asked.of(f"{_EACH_KEY} get-access-key-last-used --access-key-id", reading.last_uses, active)
    return identities.keys(keys, used, want.max_key_age_days, want.max_unused_days, time.time())


async def _consoles(asked: Asked) -> Part:
    users = await asked.of(_USERS, reading.users)
    console = await asked.of(f"{_EACH_USER} get-login-profile --user-name", reading.console_users, users)
    return identities.consoles(
        await asked.of(f"{_EACH_USER} list-mfa-devices --user-name", reading.mfa_devices, console)
    )


async def _administrators(asked: Asked, want: Wanted) -> Part:
    identity, said = await together(
        asked.identity(), asked.of("aws iam get-account-authorization-details", reading.authorization)
    )
    return identities.administrators(said, identity, want.applications, want.administrators)


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
    """Why the root user is not locked down. used: None when it was never used or nothing tells."""
    problems = [] if summary["mfa"] == 1 else ["the root user has no MFA"]
    if summary["access_keys"] != 0:
        problems.append("the root user has an access key")
    if used is not None and now - used < unused_days * _DAY:
        problems.append(f"the root user was used {(now - used) / _DAY:.0f} days ago")
    return problems
