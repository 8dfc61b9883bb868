# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the certificates that load balancers of Google Cloud serve are far from expiry and renew by themselves."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import entries
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_certificates import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.lasting import as_bad_as_the_worst
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_OF_COMPUTE = "gcloud compute ssl-certificates list"
Users = Mapping[str, Sequence[str]]  # by certificate, or by map of some, the proxies that serve it


class ActionModule(Verifier):
    """Ask what the proxies serve, and describe only that."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("tls.expiry")
    async def expiry(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each certificate in use is good and far from expiry, and Google can renew those that it made."""
        asked = ask(look, want)
        proxies, kept = await together(
            asked.of(entries.PROXIES, entries.proxies), asked.of(_OF_COMPUTE, reading.of_compute)
        )
        given, maps = judging.used(proxies)
        mapped = await _entries(asked, sorted(maps))
        users = _users(given, maps, mapped)
        found = await _described(asked, users, {path: {"value": each} for path, each in kept.items()})
        meant = {path: detail for path, detail in found.items() if _is_meant(path, detail, want.certificates)}
        now = time.time()
        verdicts = [_judged(path, detail, users[path], want, now) for path, detail in meant.items()]
        verdicts += [
            unseen(CannotLook("not_found", f"no certificate that is used is like {pattern}"), subject=pattern)
            for pattern in want.certificates
            if not any(_is_meant(path, detail, [pattern]) for path, detail in meant.items())
        ]
        brought = [path for path, detail in meant.items() if not detail.get("value", {"managed": True})["managed"]]
        kinds = [
            Kind.of("certificates in use", "will not last", verdicts, {"not in use": len(kept.keys() - users.keys())}),
            _maps(maps, mapped),
        ]
        expected = f"certificates with at least {want.min_days_left} days left, or {_managed(want)} where Google renews"
        actual = {"brought, which nobody renews": brought[:20]}
        return as_bad_as_the_worst(whole(expected, actual, kinds, subject=_subject(want)))


async def _entries(asked: Asked, maps: Sequence[str]) -> Mapping[str, Detail]:
    if not maps:
        return {}
    command = f"for each in {shlex.join(maps)}; do gcloud certificate-manager maps entries list --map=$each; done"
    return await asked.of(command, reading.of_maps, maps)


def _users(given: Users, maps: Users, mapped: Mapping[str, Detail]) -> dict[str, list[str]]:
    """By certificate, the proxies that serve it, whether they were given it or get it from a map."""
    found = {path: list(proxies) for path, proxies in given.items()}
    for name, detail in mapped.items():
        for path in chain.from_iterable(entry["certificates"] for entry in detail.get("value", ())):
            served = found.setdefault(path, [])
            served += [proxy for proxy in maps[name] if proxy not in served]
    return found


async def _described(asked: Asked, users: Users, kept: Mapping[str, Detail]) -> dict[str, Detail]:
    """What is known of each certificate that is used, wherever Google keeps it."""
    managed = [path for path in sorted(users) if entries.kind(path) == "certificates"]
    command = f"for each in {shlex.join(managed)}; do gcloud certificate-manager certificates describe $each; done"
    found = await asked.of(command, reading.of_manager, managed) if managed else {}
    nowhere = {"reason": "not_found", "detail": "a proxy serves it, and Google's list does not have it"}
    return {path: found.get(path) or kept.get(path, nowhere) for path in sorted(users)}


def _is_meant(path: str, detail: Detail, patterns: Sequence[str]) -> bool:
    """Whether the patterns name a certificate; one whose names cannot be read may be meant by any."""
    if not patterns or "value" not in detail:
        return True
    return any(like(name, patterns) for name in (path.rpartition("/")[2], *detail["value"]["names"]))


def _judged(path: str, detail: Detail, proxies: Sequence[str], want: Wanted, now: float) -> Verdict:
    subject = reading.resource(path)
    if "value" not in detail:
        return unseen(CannotLook(detail["reason"], detail["detail"]), subject=subject)
    certificate = detail["value"]
    least = _managed(want) if certificate["managed"] else want.min_days_left
    found = verdict(
        subject, f"good, with at least {least} days left", partial(judging.seen, certificate, proxies, least, now)
    )
    return replace(found, severity=judging.severity(certificate, want.critical_days_left, now))


def _managed(want: Wanted) -> int:
    """The days that must be left of what Google renews: it begins late, and never must have more than others."""
    return int(min(want.min_days_left_managed, want.min_days_left))


def _maps(maps: Users, mapped: Mapping[str, Detail]) -> Kind:
    verdicts = [
        verdict(reading.resource(name), "entries, all of them served", partial(judging.map_seen, maps[name], detail))
        for name, detail in mapped.items()
    ]
    return Kind.of("maps of certificates", "lack a certificate", verdicts, optional=True)


def _subject(want: Wanted) -> str:
    return f"//cloudresourcemanager.googleapis.com/projects/{want.project}"
