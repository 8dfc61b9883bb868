# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM Access Analyzer found that others can get at, and whether it looks at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import verdict
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen

KIND = "access analyzers and what they found"
WRONG = "are missing, or found access from outside"
# Those that look for access from outside; others look for rights that nobody uses.
_EXTERNAL = ("ACCOUNT", "ORGANIZATION")
_ACTIVE = {"status": {"eq": ["ACTIVE"]}}


def analyzers(account: Account, region: str | None) -> list[str]:
    """The ARNs of a region's analyzers that work and look for access from outside."""
    listed = account.call("accessanalyzer", "list_analyzers", region=region)["analyzers"]
    return [each["arn"] for each in listed if each["status"] == "ACTIVE" and each["type"] in _EXTERNAL]


def findings(account: Account, region: str | None, arns: Iterable[str]) -> dict[str, Detail]:
    """What each analyzer found and nobody archived."""

    def read(arn: str) -> list[dict[str, Any]]:
        asked = {"analyzerArn": arn, "filter": _ACTIVE}
        listed = account.call("accessanalyzer", "list_findings", region=region, **asked)["findings"]
        return [
            {
                "id": each["id"],
                "resource": each.get("resource") or each["resourceType"],
                "public": bool(each.get("isPublic")),
                "principal": ", ".join(f"{kind} {name}" for kind, name in sorted(each.get("principal", {}).items())),
                "error": each.get("error", ""),
            }
            for each in listed
            if each["status"] == "ACTIVE"
        ]

    return details(account, arns, read)


def judged(region: str | None, found: Mapping[str, Detail] | CannotLook) -> Sequence[Verdict]:
    """A verdict on each finding, and on each analyzer without any; or on there being none in a region."""
    where = f"access analyzer{f' in {region}' if region else ''}"
    if isinstance(found, CannotLook):
        return [unseen(found, subject=where)]
    if not found:
        return [verdict(where, "one that looks", lambda: ({"analyzers": 0}, ["none looks for access from outside"]))]
    verdicts: list[Verdict] = []
    for arn, detail in found.items():
        try:
            listed = value(detail)
        except CannotLook as reason:
            verdicts.append(unseen(reason, subject=arn))
            continue
        verdicts += [_finding(each) for each in listed] or [verdict(arn, "no finding", lambda: ({"findings": 0}, []))]
    return verdicts


def _finding(found: Mapping[str, Any]) -> Verdict:
    subject = f"{found['resource']} (finding {found['id']})"
    if found["error"]:
        return unseen(CannotLook("denied", f"the analyzer could not look: {found['error']}"), subject=subject)
    who = "everybody" if found["public"] else found["principal"] or "somebody else"
    return verdict(subject, "out of reach from outside", lambda: (dict(found), [f"{who} can get at it"]))
