# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the certificates that AWS keeps and serves are far from expiry and renew by themselves."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import certificates
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.balancers import GLOBAL
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.lasting import as_bad_as_the_worst
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_LIST = f"aws acm list-certificates --includes keyTypes={','.join(certificates.KEY_TYPES)}"
Found = tuple[Mapping[str, Detail], Collection[str]]  # certificates that are used, and those that are not


class ActionModule(Verifier):
    """Ask each region side by side, and describe only what something uses."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("tls.expiry")
    async def expiry(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each certificate in use is issued and far from expiry, and AWS can renew those that it made."""
        asked = ask(look, want)
        regions = list(dict.fromkeys([*asked.regions, GLOBAL]))
        identity, brought, *found = await together(
            asked.identity(),
            attempt(asked.of("aws iam list-server-certificates", certificates.of_iam)),
            *(attempt(_certificates(asked, region)) for region in regions),
        )
        used: dict[str, Detail] = {}
        errors, unused = list[Verdict](), set[str]()
        if isinstance(brought, CannotLook):
            errors.append(unseen(brought, subject="server certificates of IAM"))
        else:
            used |= brought
        for region, each in zip(regions, found, strict=True):
            if isinstance(each, CannotLook):
                errors.append(unseen(each, subject=f"certificates in {region}" if region else "certificates"))
                continue
            used |= each[0]
            unused.update(each[1])
        meant = {arn: detail for arn, detail in used.items() if _is_meant(arn, detail, want.certificates)}
        errors += [
            unseen(CannotLook("not_found", f"no certificate that is used is like {pattern}"), subject=pattern)
            for pattern in want.certificates
            if not any(_is_meant(arn, detail, [pattern]) for arn, detail in meant.items())
        ]
        verdicts = [_judged(arn, detail, want, time.time()) for arn, detail in meant.items()]
        imported = [arn for arn, detail in meant.items() if detail.get("value", {}).get("brought")]
        judged = Kind.of("certificates in use", "will not last", [*verdicts, *errors], {"not in use": len(unused)})
        actual = {"account": identity["account"], "imported, which nobody renews": imported}
        return as_bad_as_the_worst(
            whole(f"certificates with at least {want.min_days_left} days left", actual, [judged])
        )


async def _certificates(asked: Asked, region: str | None) -> Found:
    listed = await asked.of(_LIST, certificates.in_use, region, region=region)
    arns = [arn for arn, used in listed.items() if used]
    command = f"printf '%s\\n' {' '.join(arns)} | xargs -r -n 1 aws acm describe-certificate --certificate-arn"
    described = await asked.of(command, certificates.described, region, arns, region=region) if arns else {}
    return described, listed.keys() - set(arns)


def _is_meant(arn: str, detail: Detail, patterns: Sequence[str]) -> bool:
    """Whether the patterns name a certificate; one whose names cannot be read may be meant by any."""
    if not patterns or "value" not in detail:
        return True
    return any(like(name, patterns) for name in (arn, *detail["value"]["names"]))


def _judged(arn: str, detail: Detail, want: Wanted, now: float) -> Verdict:
    expected = f"issued, at least {want.min_days_left} days left, and renewed by AWS unless imported"
    if "value" not in detail:
        return unseen(CannotLook(detail["reason"], detail["detail"]), expected=expected, subject=arn)
    certificate = detail["value"]
    found = verdict(arn, expected, lambda: certificates.seen(certificate, want.min_days_left, now))
    return replace(found, severity=certificates.severity(certificate, want.critical_days_left, now))
