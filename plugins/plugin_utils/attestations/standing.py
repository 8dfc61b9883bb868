# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What attestations mean to the gate: results for the controls that they name, and how an item stands by its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ansible_collections.golive.verify.plugins.plugin_utils import moments
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import NAMESPACE
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.verifying import Verified, current
from ansible_collections.golive.verify.plugins.plugin_utils.controls import Control
from ansible_collections.golive.verify.plugins.plugin_utils.results import Result, Status, worst

VERIFIER = "attestation"
# What belongs to no host of the inventory; none is called like this, or its checks would seem to have run.
HOST = "(controller)"


def of_controls(verified: Iterable[Verified], known: Mapping[str, Control]) -> list[Result]:
    """A result for each control that is attested as such, in each role: what is expired or void is shown as that.

    What names an item speaks for that item only (of_item), and never for another one that needs the same control.
    """
    return [
        result(each, known[each.attestation.control]) for each in current(verified) if each.attestation.control in known
    ]


def of_item(verified: Iterable[Verified], item_id: str, since: datetime | None = None) -> tuple[Status, str] | None:
    """How an item stands by the attestations that name it, all roles together, and why; None where none does.

    since: where the item asks for it again and again, as "quarterly": what was signed before counts as expired.
    """
    own = [_aged(each, since) for each in current(verified) if item_id and each.attestation.item == item_id]
    if not own:
        return None
    status = worst(each.status for each in own)
    return status, "; ".join(words(each) for each in own if each.status is status)


def _aged(verified: Verified, since: datetime | None) -> Verified:
    if since is None or verified.status is not Status.ATTESTED or verified.attestation.date >= since:
        return verified
    return replace(verified, status=Status.EXPIRED, reason=f"the item asks for one since {moments.shown(since)}")


def result(verified: Verified, control: Control) -> Result:
    """The attestation as a result of this control, for the gate and the reports."""
    made = verified.attestation
    evidence = [each.url or f"{each.file} ({each.sha256})" for each in made.evidence]
    return Result(
        control=control.id,
        verifier=VERIFIER,
        host=HOST,
        target=made.path.name,
        vantage="controller",
        status=verified.status,
        severity=control.severity,
        expected="a statement that is signed, in force, and about what stands there now",
        actual={
            "statement": made.statement,
            "by": _signers(verified),
            "until": moments.shown(made.expires),
            "evidence": evidence,
        },
        message="" if verified.status is Status.ATTESTED else words(verified),
        remediation="" if verified.status is Status.ATTESTED else control.remediation,
        reproduce=f"ssh-keygen -Y verify -n {NAMESPACE} -f allowed_signers -I {made.person} "
        f"-s {made.signature_file(made.person).name} < {made.path.name}",
        threshold_source="",
        started=made.date.timestamp(),
        duration_ms=0,
    )


def words(verified: Verified) -> str:
    """Who attests it until when; or what is wrong with that."""
    return f"{_signers(verified)}{': ' + verified.reason if verified.reason else ''}"


def _signers(verified: Verified) -> str:
    made = verified.attestation
    people: Sequence[str] = (
        f"{made.person} as {made.role}",
        *([f"approved by {made.approved_by}"] if made.approved_by else []),
    )
    return f"{', '.join(people)}, {moments.shown(made.date)} to {moments.shown(made.expires)}"
