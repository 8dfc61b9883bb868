# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a secret store is fit for production and holds what it should, without reading one secret."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.vault import kept, rights, store
from ansible_collections.golive.verify.plugins.plugin_utils.vault.server import Vault
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask OpenBao or HashiCorp Vault over its HTTP API, which is the same from the host and from the controller."""

    def target(self, want: Wanted) -> str:
        return str(want.url)

    @proves("secrets.in_store")
    async def in_store(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared secret is in the store, and the store is one that secrets may be kept in."""
        vault, mount, now, secrets = Vault.of(look, want), _bare(want.mount), time.time(), want.need("secrets")
        sound = proven(
            "unsealed, reached over TLS, storage that lasts, an audit device",
            store.encrypted(vault),
            store.opened(vault),
            store.audited(vault),
        )
        places = {f"{mount}/{_bare(each['path'])}": _there(vault, mount, each, now) for each in secrets}
        return await _apart({"": sound, **places})

    @proves("secrets.rotation")
    async def rotation(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The newest version of each secret and key is young, and what it replaced has ended."""
        if not (want.secrets or want.transit_keys):
            raise NotAsked("option secrets or transit_keys is not given")
        vault, ages = Vault.of(look, want), dict[str, Awaitable[Verdict]]()
        mount, transit = _bare(want.mount), _bare(want.transit_mount)
        for each in want.secrets:
            history = kept.secret(vault, mount, _bare(each["path"]))
            # Old records need the versions of a key that they were encrypted with.
            young = _young_key(history, want) if each["encryption_key"] else _young_secret(history, want)
            ages[f"{mount}/{_bare(each['path'])}"] = young
        for name in want.transit_keys:
            history = kept.transit_key(vault, transit, name)
            ages[f"{transit}/keys/{name}"] = _young_key(history, want)
        return await _apart(ages)

    @proves("secrets.store_health")
    async def health(self, look: Observer, want: Wanted) -> Verdict:
        """The store answers, survives, remembers who read what, and gives nobody more than they need."""
        vault = Vault.of(look, want)
        return await proven(
            f"unsealed, TLS only, audited, can lose {want.min_failure_tolerance} of its nodes; "
            "no policy too wide, no root token",
            store.encrypted(vault),
            store.opened(vault),
            store.audited(vault),
            store.failover(vault, want.min_failure_tolerance),
            store.configured(vault),
            rights.policies(vault, _bare(want.mount), want.wide_policies),
            *([rights.tokens(vault, want.max_tokens)] if want.max_tokens else []),
            *([store.entrances(vault, want.auth_methods)] if want.auth_methods else []),
        )


def _bare(path: str) -> str:
    """A path as the API has it, without the slashes around it that people write."""
    return path.strip("/")


async def _there(vault: Vault, mount: str, secret: Mapping[str, Any], now: float) -> Verdict:
    path = _bare(secret["path"])
    keys = [kept.named(vault, mount, path, secret["keys"])] if secret["keys"] else []
    expected = f"a version that can be read{', with ' if keys else ''}{', '.join(secret['keys'])}"
    return await proven(expected, kept.there(vault, mount, path, now), *keys)


async def _young_secret(history: Awaitable[kept.History], want: Wanted) -> Verdict:
    expected = f"written within {want.max_age_days} days; versions before it ended within {want.grace_days} days"
    return await proven(expected, kept.young(history, want.max_age_days, want.grace_days, time.time()))


async def _young_key(history: Awaitable[kept.History], want: Wanted) -> Verdict:
    max_days = want.max_encryption_key_age_days
    return await proven(f"made within {max_days} days", kept.young(history, max_days, None, time.time()))


async def _apart(subjects: Mapping[str, Awaitable[Verdict]]) -> list[Verdict]:
    """A verdict on each subject, asked side by side: one that cannot be seen does not hide the others."""
    outcomes = await together(*map(attempt, subjects.values()))
    return [_on(subject, outcome) for subject, outcome in zip(subjects, outcomes, strict=True)]


def _on(subject: str, outcome: Verdict | CannotLook) -> Verdict:
    if isinstance(outcome, CannotLook):
        return unseen(outcome, subject=subject)
    return Verdict(outcome.status, outcome.expected, outcome.actual, outcome.message, subject)
