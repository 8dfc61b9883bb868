# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the certificates that load balancers of Google Cloud serve: whether they are good, and stay so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import lasting
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.compute import last
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_GOOD = "ACTIVE"
_MOST_NAMED = 10
Certificate = Mapping[str, Any]


def used(proxies: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """By certificate, and by map of certificates, the proxies that serve it. A proxy with a map serves nothing else."""
    certificates, maps = dict[str, list[str]](), dict[str, list[str]]()
    for path, proxy in proxies.items():
        if proxy["map"]:
            maps.setdefault(proxy["map"], []).append(last(path))
            continue
        for certificate in proxy["certificates"]:
            certificates.setdefault(certificate, []).append(last(path))
    return certificates, maps


def map_seen(proxies: Sequence[str], entries: Detail) -> Seen:
    """Whether a map of certificates has entries, all of which are served."""
    found = value(entries)
    wrong = [f"the entry for {shown(each['name'])} is {each['state']}" for each in found if each["state"] != _GOOD]
    actual = {"used by": list(proxies)[:_MOST_NAMED], "entries": len(found)}
    return actual, wrong[:_MOST_NAMED] if found else ["it has no entry, so that there is no certificate to serve"]


def seen(certificate: Certificate, proxies: Sequence[str], min_days: int, now: float) -> Seen:
    """Whether a certificate is good, and stays so by itself. min_days: that must be left of one of its kind."""
    ends = certificate["ends"]
    actual = {
        "names": certificate["names"][:_MOST_NAMED],
        "used by": list(proxies)[:_MOST_NAMED],
        "status": certificate["status"],
        "ends": None if ends is None else datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "renewal": "by Google" if certificate["managed"] else "by nobody: it was brought",
    }
    wrong = [] if certificate["status"] == _GOOD else [f"its status is {shown(certificate['status'])}, not {_GOOD}"]
    wrong += [
        f"Google cannot renew it for {shown(name)}: {shown(why)}"
        for name, why in list(certificate["hindrances"].items())[:_MOST_NAMED]
    ]
    return actual, wrong + lasting.days_problems(ends, min_days, now)


def severity(certificate: Certificate, critical_days: int, now: float) -> Severity:
    """How bad a failure is: as long as people have time, less so. What failed to be renewed still is a certificate."""
    return lasting.severity(certificate["ends"], critical_days, now)
