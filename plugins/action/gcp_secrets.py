# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that secrets are in Secret Manager, open to few, and young, without reading one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_secrets import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_secrets.reading import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_MOST_SHOWN = 20


class ActionModule(Verifier):
    """Ask for what is declared, once for both controls."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("secrets.in_store")
    async def in_store(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared secret has a version that can be used, the declared key, and no readers but those declared."""
        wanted, asked = want.need("secrets"), ask(look, want)
        expected = "a secret whose newest version is enabled, and which lets in nobody but declared readers"
        return await together(
            *(
                alone(
                    expected,
                    _kept(asked, want, one),
                    _usable(asked, want, one),
                    _readers(asked, want, one),
                    subject=reading.resource(want.project, one["name"]),
                )
                for one in wanted
            )
        )

    @proves("secrets.rotation")
    async def rotation(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared secret is young, and what it replaced has ended."""
        wanted, asked = want.need("secrets"), ask(look, want)
        return await together(
            *(
                alone(
                    f"at most {_max_age(want, one):g} days old, former versions disabled within {want.grace_days} days",
                    _young(asked, want, one),
                    subject=reading.resource(want.project, one["name"]),
                )
                for one in wanted
            )
        )


def _names(want: Wanted) -> list[str]:
    return [one["name"] for one in want.secrets]


def _each(want: Wanted, command: str) -> str:
    return f"for each in {' '.join(_names(want))}; do gcloud secrets {command}; done"


def _versions(asked: Asked, want: Wanted) -> Look[Seen]:
    return asked.of(_each(want, "versions list $each"), reading.versions, _names(want))


def _max_age(want: Wanted, one: Mapping[str, Any]) -> float:
    return float(want.max_encryption_key_age_days if one["encryption_key"] else want.max_age_days)


def _gone(entry: Mapping[str, Any]) -> bool:
    return entry.get("reason") == "not_found"


async def _kept(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    entry = (await asked.of(_each(want, "describe $each"), reading.secrets, _names(want)))[one["name"]]
    if _gone(entry):
        return Part({"exists": False}, ["does not exist"])
    secret = value(entry)
    shown = {"keys": [key or "Google's own" for key in secret["keys"]]}
    return Part(shown, judging.secret_problems(secret, one["kms_key"]))


async def _usable(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    entry = (await _versions(asked, want))[one["name"]]
    if _gone(entry):
        return Part({}, ["has no version"])
    versions = value(entry)
    return Part({"versions": len(versions)}, judging.version_problems(versions))


async def _readers(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    command = _each(want, "get-iam-policy $each")
    entry = (await asked.of(command, reading.policies, _names(want)))[one["name"]]
    if _gone(entry):
        return Part({}, [])
    granted = value(entry)
    shown = {"readers": [each["principal"] for each in granted[:_MOST_SHOWN]], "grants": len(granted)}
    return Part(shown, judging.grant_problems(granted, one["readers"]))


async def _young(asked: Asked, want: Wanted, one: Mapping[str, Any]) -> Part:
    entry = (await _versions(asked, want))[one["name"]]
    if _gone(entry):
        return Part({"exists": False}, ["does not exist"])
    versions = value(entry)
    now, grace = time.time(), None if one["encryption_key"] else want.grace_days
    problems = judging.rotation_problems(versions, _max_age(want, one), grace, now)
    days = [round((now - each["created"]) / 86400, 1) for each in versions[:_MOST_SHOWN] if each["state"] == "ENABLED"]
    return Part({"versions": len(versions), "days since each enabled one was made": days}, problems)
