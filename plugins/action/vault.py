# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a secret store is fit for production and holds what it should, without reading one secret."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import alone, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
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
        sound = alone(
            "unsealed, reached over TLS, storage that lasts, an audit device",
            store.encrypted(vault),
            store.opened(vault),
            store.audited(vault),
            subject="",
        )
        return await together(sound, *(_there(vault, mount, each, now) for each in secrets))

    @proves("secrets.rotation")
    async def rotation(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The newest version of each secret and key is young, and what it replaced has ended."""
        if not (want.secrets or want.transit_keys):
            raise NotAsked("option secrets or transit_keys is not given")
        vault, mount, transit = Vault.of(look, want), _bare(want.mount), _bare(want.transit_mount)
        # Old records need the versions of a key that they were encrypted with.
        secrets = [
            (_young_key if each["encryption_key"] else _young_secret)(
                kept.secret(vault, mount, _bare(each["path"])), want, f"{mount}/{_bare(each['path'])}"
            )
            for each in want.secrets
        ]
        keys = [
            _young_key(kept.transit_key(vault, transit, name), want, f"{transit}/keys/{name}")
            for name in want.transit_keys
        ]
        return await together(*secrets, *keys)

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
    return await alone(expected, kept.there(vault, mount, path, now), *keys, subject=f"{mount}/{path}")


async def _young_secret(history: Awaitable[kept.History], want: Wanted, place: str) -> Verdict:
    expected = f"written within {want.max_age_days} days; versions before it ended within {want.grace_days} days"
    young = kept.young(history, want.max_age_days, want.grace_days, time.time())
    return await alone(expected, young, subject=place)


async def _young_key(history: Awaitable[kept.History], want: Wanted, place: str) -> Verdict:
    max_days = want.max_encryption_key_age_days
    return await alone(f"made within {max_days} days", kept.young(history, max_days, None, time.time()), subject=place)
