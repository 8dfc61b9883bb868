# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove of volumes, file systems, caches and tables that they are encrypted, backed up and redundant."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws import (
    cache_access,
    database_judging,
    disk_copies,
    stores,
)
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.database_judging import encrypted
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import everywhere
from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Facts = Mapping[str, Any]


class ActionModule(Verifier):
    """Ask all regions and services side by side."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("data.encryption_at_rest")
    async def encryption(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Volumes, their copies and those to come, file systems and caches are encrypted; tables always are."""
        asked = ask(look, want)
        identity = await asked.identity()

        def arn(region: str | None, kind: str, name: str) -> str:
            return f"arn:{identity['partition']}:ec2:{region or ''}:{identity['account']}:{kind}/{name}"

        async def volumes(region: str | None) -> list[Verdict]:
            found = await stores.volumes(asked, region)
            return [_encrypted({**each, "arn": arn(region, "volume", each["id"])}, want) for each in found]

        async def snapshots(region: str | None) -> list[Verdict]:
            found, public = await together(
                disk_copies.snapshots(asked, region), attempt(disk_copies.public_snapshots(asked, region))
            )
            ids = [each["id"] for each in found]
            others = await attempt(disk_copies.snapshots_shared(asked, region, ids)) if ids else {}
            return [
                verdict(
                    arn(region, "snapshot", each["id"]),
                    "encrypted, and nobody else's",
                    partial(encrypted, each, want.kms_keys),
                    partial(disk_copies.kept, each["id"], public),
                    partial(disk_copies.shared, others, each["id"], want.share_with, "make a volume of it"),
                )
                for each in found
            ]

        async def images(region: str | None) -> list[Verdict]:
            found = await disk_copies.images(asked, region)
            ids = [each["id"] for each in found]
            others = await attempt(disk_copies.images_shared(asked, region, ids)) if ids else {}
            return [
                verdict(
                    arn(region, "image", each["id"]),
                    "nobody else's",
                    partial(disk_copies.own, each),
                    partial(disk_copies.shared, others, each["id"], want.share_with, "start a machine of it"),
                )
                for each in found
            ]

        async def defaults(region: str | None) -> list[Verdict]:
            known = await stores.by_default(asked, region)
            return [verdict(f"volumes of {region or 'the region'}", "encrypted", partial(stores.defaults, known["on"]))]

        async def file_systems(region: str | None) -> list[Verdict]:
            return [_encrypted(each, want) for each in await stores.file_systems(asked, region)]

        async def caches(region: str | None) -> list[Verdict]:
            return [_encrypted(each, want) for each in await _caches(asked, region)]

        kinds = await together(
            everywhere("regions", "do not encrypt volumes by default", asked.regions, defaults),
            everywhere("volumes", "are not encrypted as wanted", asked.regions, volumes, optional=True),
            everywhere("snapshots of volumes", "are in clear or others' too", asked.regions, snapshots, optional=True),
            everywhere("images", "are others' too", asked.regions, images, optional=True),
            everywhere("file systems", "are not encrypted as wanted", asked.regions, file_systems, optional=True),
            everywhere("caches", "are not encrypted as wanted", asked.regions, caches, optional=True),
        )
        nothing = (
            []
            if any(each.judged for each in kinds[1:] if each.name != "images")
            else [Kind.of("volumes, file systems and caches", "", [])]
        )
        return whole("all that stores data is encrypted", _account(identity), [*kinds, *nothing])

    @proves("backup.point_in_time")
    async def point_in_time(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The declared tables can be restored to any moment of the last days."""
        asked, patterns, now = ask(look, want), want.need("tables"), time.time()
        identity = await asked.identity()

        async def tables(region: str | None) -> list[Verdict]:
            names = [name for name in await stores.tables(asked, region) if like(name, patterns)]
            if not names:
                return []
            found, kept = await together(stores.rewinds(asked, region, names), stores.protections(asked, region, names))
            start = f"arn:{identity['partition']}:dynamodb:{region or ''}:{identity['account']}:table/"
            return [
                verdict(
                    f"{start}{name}",
                    f"restorable to any moment of the last {want.min_window_days:g} days",
                    partial(_rewound, found[name], want, now),
                    partial(stores.stays, kept[name]),
                )
                for name in names
            ]

        judged = await everywhere("tables", "cannot be taken back as wanted", asked.regions, tables, patterns)
        return whole("tables can be taken back to any recent moment", _account(identity), [judged])

    @proves("backup.automated")
    async def automated(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The declared caches and file systems are backed up by themselves."""
        asked, patterns = ask(look, want), want.need("backed_up")

        async def region(name: str | None) -> list[Verdict]:
            caches, systems = await together(_caches(asked, name), stores.file_systems(asked, name))
            kept = [each for each in caches if like(each["name"], patterns)]
            filed = [each for each in systems if like(each["name"], patterns)]
            policies = await stores.backup_policies(asked, name, [each["name"] for each in filed]) if filed else {}
            days = want.min_snapshot_days
            return [
                *(verdict(each["arn"], "daily snapshots", partial(stores.snapshots, each, days)) for each in kept),
                *(
                    verdict(each["arn"], "automatic backups", partial(stores.backed_up, policies[each["name"]]))
                    for each in filed
                ),
            ]

        made = everywhere("caches and file systems", "are not backed up", asked.regions, region, patterns)
        identity, judged = await together(asked.identity(), made)
        return whole("caches and file systems are backed up by themselves", _account(identity), [judged])

    @proves("ha.redundancy")
    async def redundancy(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Caches survive the loss of a node and of a zone."""
        expected = f"{want.min_instances} nodes in {want.min_zones} zones, and one that takes over by itself"
        return await _each_cache(
            look, want, expected, partial(stores.redundant, instances=want.min_instances, zones=want.min_zones)
        )

    @proves("redis.provisioned")
    async def access(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Caches are there, and let nobody in who has no token, password or identity."""
        asked, expected = ask(look, want), "available, a token or users who all need a password"

        async def region(name: str | None) -> list[Verdict]:
            found, groups, users = await together(
                _caches(asked, name),
                attempt(cache_access.user_groups(asked, name)),
                attempt(cache_access.users(asked, name)),
            )
            return [
                verdict(each["arn"], expected, partial(cache_access.closed, each, groups, users))
                for each in _meant(found, want)
                if each["engine"] != "memcached"
            ]

        caches = everywhere("caches", "let strangers in", asked.regions, region, want.caches)
        identity, judged = await together(asked.identity(), caches)
        return whole(expected, _account(identity), [judged])

    @proves("redis.tls")
    async def tls(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Caches talk to clients over TLS only."""
        return await _each_cache(look, want, "TLS required", stores.over_tls)


async def _each_cache(look: Observer, want: Wanted, expected: str, judging: Any) -> list[Verdict]:
    asked = ask(look, want)

    async def region(name: str | None) -> list[Verdict]:
        meant = _meant(await _caches(asked, name), want)
        return [verdict(each["arn"], expected, partial(judging, each)) for each in meant]

    caches = everywhere("caches", "are not as wanted", asked.regions, region, want.caches)
    identity, judged = await together(asked.identity(), caches)
    return whole(expected, _account(identity), [judged])


def _meant(caches: Sequence[Facts], want: Wanted) -> list[Facts]:
    return [each for each in caches if not want.caches or like(each["name"], want.caches)]


async def _caches(asked: Asked, region: str | None) -> Sequence[Facts]:
    groups, singles = await together(stores.groups(asked, region), stores.singles(asked, region))
    return [*groups, *singles]


def _encrypted(store: Facts, want: Wanted) -> Verdict:
    return verdict(store["arn"], "encrypted", partial(encrypted, store, want.kms_keys))


def _rewound(found: Any, want: Wanted, now: float) -> Seen:
    return database_judging.window(value(found), want.min_window_days, want.max_lag, now)


def _account(identity: Facts) -> dict[str, str]:
    return {"account": identity["account"]}
