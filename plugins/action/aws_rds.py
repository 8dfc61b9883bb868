# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the databases of RDS are closed, redundant, encrypted, and can be taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import database_events, databases, networks
from ansible_collections.golive.verify.plugins.plugin_utils.aws import database_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.network_judging import reached_seen
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import everywhere
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Facts = Mapping[str, Any]
Judge = Callable[[Facts, Sequence[Facts]], Seen]


@dataclass(frozen=True, slots=True)
class Estate:
    """The databases of one region that are to be judged."""

    clusters: Sequence[Facts]
    instances: Sequence[Facts]

    @property
    def databases(self) -> list[Facts]:
        """The clusters, and the instances that are in none."""
        return [*self.clusters, *(each for each in self.instances if not each["cluster"])]

    @property
    def sources(self) -> list[Facts]:
        """Those that are no replicas, whose backups would be their sources'."""
        return [each for each in self.databases if not each["replica_of"]]

    def members(self, database: Facts) -> list[Facts]:
        """The instances of a cluster; an instance of its own has none."""
        cluster = database in self.clusters
        return [each for each in self.instances if cluster and each["cluster"] == database["name"]]


class ActionModule(Verifier):
    """Ask all regions side by side, and each list once for all controls."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("aws.rds.protected")
    async def protected(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Databases are closed, have a standby and backups, require TLS, and are maintained; snapshots are private."""
        asked, now = ask(look, want), time.time()

        async def region(name: str | None) -> list[Verdict]:
            estate = await _estate(asked, name, want)
            checks = await _checks(asked, name, want, estate, now)
            return [_database(each, estate.members(each), checks) for each in estate.databases]

        identity, *kinds = await together(
            asked.identity(),
            everywhere("databases", "are not protected", asked.regions, region, want.databases),
            everywhere("snapshots", "are shared", asked.regions, partial(_shared, asked, want), optional=True),
        )
        expected = "closed, redundant, recoverable and maintained databases, private snapshots"
        return whole(expected, _account(identity), kinds)

    @proves("data.encryption_at_rest")
    async def encryption(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The storage of databases and of their snapshots is encrypted."""
        asked = ask(look, want)

        async def region(name: str | None) -> list[Verdict]:
            estate, *snapshots = await together(
                _estate(asked, name, want),
                databases.snapshots(asked, name),
                databases.cluster_snapshots(asked, name),
            )
            taken = [each for some in snapshots for each in some if _meant(each["of"], want)]
            return [
                verdict(each["arn"], "encrypted", partial(judging.encrypted, each, want.kms_keys))
                for each in (*estate.databases, *taken)
            ]

        stores = everywhere("databases and snapshots", "are not encrypted as wanted", asked.regions, region)
        identity, kind = await together(asked.identity(), stores)
        return whole("every database and snapshot is encrypted", _account(identity), [kind])

    @proves("backup.automated")
    async def automated(self, look: Observer, want: Wanted) -> list[Verdict]:
        """RDS makes a snapshot of each database by itself, and made one lately."""
        return await _backed_up(look, want, True)

    @proves("backup.freshness")
    async def freshness(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The newest snapshot of each database, whoever made it, is whole and recent."""
        return await _backed_up(look, want, False)

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """There is a snapshot of each of the last days."""
        expected = f"a snapshot of each of the last {want.retention_days} days"

        def judge(_database: Facts, taken: Sequence[Facts]) -> Seen:
            return judging.daily(taken, want.retention_days, time.time())

        return await _by_snapshots(look, want, expected, judge)

    @proves("backup.point_in_time")
    async def point_in_time(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each database can be restored to any moment of the last days, up to a few minutes ago."""
        asked, now = ask(look, want), time.time()

        async def region(name: str | None) -> list[Verdict]:
            estate, windows = await together(_estate(asked, name, want), databases.windows(asked, name))
            found = {each["arn"]: {"earliest": each["earliest"], "latest": each["latest"]} for each in estate.clusters}
            return [
                verdict(
                    each["arn"],
                    f"restorable to any moment of the last {want.min_window_days:g} days",
                    partial(
                        judging.window, {**windows, **found}.get(each["arn"]), want.min_window_days, want.max_lag, now
                    ),
                )
                for each in estate.sources
            ]

        can = everywhere("databases", "cannot be taken back as wanted", asked.regions, region, want.databases)
        identity, kind = await together(asked.identity(), can)
        return whole("every database can be taken back to any recent moment", _account(identity), [kind])


@dataclass(frozen=True, slots=True)
class Checks:
    """How one region's databases are judged: for each, several looks at what is known of it."""

    want: Wanted
    clusters: Sequence[Facts]
    doors: Any
    parameters: Any
    authorities: Any
    versions: Any
    events: Any
    now: float

    def of(self, database: Facts, members: Sequence[Facts]) -> Iterable[Callable[[], Seen]]:
        """What is asked about one database."""
        want, now, cluster = self.want, self.now, database in self.clusters
        instances = members if cluster else [database]
        yield lambda: judging.closed(instances)
        yield lambda: self._reached(database, instances)
        yield lambda: judging.stands(database, members, cluster)
        yield lambda: judging.rewound(database, want.min_retention_days, want.max_restore_lag, now)
        if want.require_tls:
            yield lambda: judging.forces_tls(database, _known(self.parameters)["cluster" if cluster else "instance"])
        yield lambda: judging.certified(instances, _known(self.authorities), want.ca_min_days, now)
        yield lambda: judging.maintained(database, instances, _known(self.versions), want.minor_upgrades)
        if want.event_categories:
            yield lambda: self._told(database, members)

    def _reached(self, database: Facts, instances: Sequence[Facts]) -> Seen:
        """Who reaches it through its security groups."""
        listed, lists = _known(self.doors)
        own = sorted({name for each in (database, *instances) for name in each["groups"]})
        groups = {each["id"]: each for each in listed}
        want = self.want
        return reached_seen(own, database["port"], groups, lists, want.public_ports, want.trusted_groups)

    def _told(self, database: Facts, members: Sequence[Facts]) -> Seen:
        """Who is told of its events; of those of a cluster, or of all its instances."""
        sources: list[tuple[str, list[str]]] = [("db-instance", [each["name"] for each in members or [database]])]
        if database in self.clusters:
            sources.append(("db-cluster", [database["name"]]))
        return database_events.told(sources, self.want.event_categories, *_known(self.events))


async def _checks(asked: Asked, region: str | None, want: Wanted, estate: Estate, now: float) -> Checks:
    """What has to be asked besides the lists of databases; what cannot be read costs what needs it."""
    own = [each for each in estate.instances if not each["cluster"]]
    engines = {f"{each['engine']}:{each['version']}" for each in estate.databases}
    doors, parameters, authorities, versions, events = await together(
        attempt(networks.doors(asked, region) if estate.databases else _nothing()),
        attempt(_parameters(asked, region, own, estate.clusters) if want.require_tls else _nothing()),
        attempt(databases.authorities(asked, region) if estate.databases else _nothing()),
        attempt(databases.versions(asked, region, engines) if engines else _nothing()),
        attempt(database_events.heard(asked, region) if want.event_categories else _nothing()),
    )
    return Checks(want, estate.clusters, doors, parameters, authorities, versions, events, now)


async def _parameters(asked: Asked, region: str | None, own: Sequence[Facts], clusters: Sequence[Facts]) -> Facts:
    groups = [sorted({group["group"] for each in some for group in each["parameters"]}) for some in (own, clusters)]
    instance, cluster = await together(
        *(
            databases.parameters(asked, region, names, which) if names else _nothing()
            for which, names in zip((False, True), groups, strict=True)
        )
    )
    return {"instance": instance, "cluster": cluster}


async def _nothing() -> dict[str, Any]:
    return {}


def _known(found: Any) -> Any:
    if isinstance(found, CannotLook):
        raise found
    return found


def _database(database: Facts, members: Sequence[Facts], checks: Checks) -> Verdict:
    expected = "not public, standby in another zone, backups, deletion protection, TLS, maintained"
    return verdict(database["arn"], expected, *checks.of(database, members))


async def _shared(asked: Asked, want: Wanted, region: str | None) -> list[Verdict]:
    """Each snapshot of a region that somebody made, by who may restore it; automated ones cannot be shared."""
    lists = await together(databases.snapshots(asked, region), databases.cluster_snapshots(asked, region))
    manual = [[each for each in some if each["type"] != "automated" and _meant(each["of"], want)] for some in lists]
    found = await together(
        *(
            databases.restorers(asked, region, [each["name"] for each in some], which) if some else _nothing()
            for which, some in zip((False, True), manual, strict=True)
        )
    )
    return [
        verdict(each["arn"], "restored by nobody else", partial(judging.private, known[each["name"]], want.share_with))
        for some, known in zip(manual, found, strict=True)
        for each in some
    ]


async def _backed_up(look: Observer, want: Wanted, automated: bool) -> list[Verdict]:
    kind = "automated snapshot" if automated else "snapshot"
    expected = f"{kind} at most {want.max_age_hours:g} h old (+{want.grace_hours:g} h)"

    def judge(database: Facts, taken: Sequence[Facts]) -> Seen:
        return judging.backed_up(database, taken, automated, want.max_age_hours, want.grace_hours, time.time())

    return await _by_snapshots(look, want, expected, judge)


async def _by_snapshots(look: Observer, want: Wanted, expected: str, judge: Judge) -> list[Verdict]:
    """Judge each database that is no replica by its snapshots."""
    asked = ask(look, want)

    async def region(name: str | None) -> list[Verdict]:
        estate, *snapshots = await together(
            _estate(asked, name, want), databases.snapshots(asked, name), databases.cluster_snapshots(asked, name)
        )

        def taken(database: Facts) -> list[Facts]:
            some = snapshots[1 if database in estate.clusters else 0]
            return [each for each in some if each["of"] == database["name"]]

        return [verdict(each["arn"], expected, partial(judge, each, taken(each))) for each in estate.sources]

    backed = everywhere("databases", "have no such snapshots", asked.regions, region, want.databases)
    identity, kind = await together(asked.identity(), backed)
    return whole(expected, _account(identity), [kind])


async def _estate(asked: Asked, region: str | None, want: Wanted) -> Estate:
    clusters, instances = await together(databases.clusters(asked, region), databases.instances(asked, region))
    return Estate(
        [each for each in clusters if _meant(each["name"], want)],
        [each for each in instances if _meant(each["cluster"] or each["name"], want)],
    )


def _meant(name: str, want: Wanted) -> bool:
    return not want.databases or like(name, want.databases)


def _account(identity: Facts) -> dict[str, str]:
    return {"account": identity["account"]}
