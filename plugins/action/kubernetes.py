# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that a Kubernetes cluster and the workloads in it are ready for production."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes import (
    access,
    availability,
    filling,
    hardening,
    health,
    network,
    running,
    scaling,
    strategy,
    volumes,
)
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.asking import Items, Seen, ask, by
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.selectors import Selecting
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.telling import (
    ALL,
    RUNNING,
    missing_problems,
    named,
    told,
    workloads,
)
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like, unmet
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_DECLARED = {"ConfigMap", "CronJob", "DaemonSet", "Deployment", "Ingress", "Secret", "Service", "StatefulSet"}
_LIMITING = {"ResourceQuota": "resourcequotas", "LimitRange": "limitranges"}
_RBAC = ("clusterroles", "clusterrolebindings")


class ActionModule(Verifier):
    """Ask the API server for each list once, and judge what is in it by namespace and workload."""

    def target(self, want: Wanted) -> str:
        return str(want.context or "")

    @proves("kubernetes.cluster_ready")
    async def cluster_ready(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Server, nodes and the cluster's own pods are well, admission guards the namespaces, few administer it all."""
        asked, names = ask(look, want), want.need("namespaces")
        said, seen = await together(
            asked.version(), asked.seen(want.system_namespaces, "pods", "nodes", "namespaces", *_RBAC)
        )
        version = said["version"]
        beside, unread = [], dict(seen.errors)
        try:
            beside += health.version_problems(version, want.end_of_life)
        except CannotLook as reason:
            unread["version"] = reason
        beside += health.node_problems(seen["nodes"], version)
        beside += health.namespace_problems(seen["namespaces"], names)
        beside += health.admission_problems(seen["namespaces"], names, want.pod_security)
        if not seen["pods"]:
            beside.append(f"nothing runs in {named(want.system_namespaces)}")
        held = access.administrators(seen["clusterrolebindings"], seen["clusterroles"], want.administrators)
        return told(
            want,
            "kubernetes.cluster_ready",
            {**_pods(seen, want), **access.people(held)},
            kind="system workloads and undeclared administrators",
            expected=f"a supported version, all nodes ready, pods of {named(want.system_namespaces)} running, "
            f"admission that enforces {want.pod_security} in {named(names)}, no administrators but those declared",
            beside=beside,
            unread=unread,
            actual={
                "version": version,
                "nodes": len(seen["nodes"]),
                "cordoned": sum(node["cordoned"] for node in seen["nodes"]),
            },
        )

    @proves("kubernetes.resources")
    async def resources(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What is declared is there, came up whole, stays up, and succeeds on its schedule."""
        asked, names = ask(look, want), want.need("namespaces")
        seen = await asked.seen(names, *ALL, "pods", "namespaces", "ingresses", "services")
        kinds = _declared_kinds(want)
        sealed = any(entry["secret"] for each in seen["ingresses"] for entry in each["tls"])
        limits = [_LIMITING[each] for each in want.limited_by]
        more = [
            *limits,
            *(["secrets"] if sealed or "Secret" in kinds else []),
            *(["configmaps"] if "ConfigMap" in kinds else []),
        ]
        rest = await asked.seen(names, *more)
        problems, unread = _running_problems(seen, want)
        unread |= seen.errors | rest.errors
        there = {each["id"] for each in _all(seen, *ALL, "ingresses", "services") + _all(rest, *more)}
        limited = {kind: {each["namespace"] for each in rest[_LIMITING[kind]]} for kind in want.limited_by}
        for name in rest.namespaces:
            if wrong := health.separation_problems(name, limited):
                problems[f"Namespace/{name}"] = wrong
        readable = [each for each in seen["ingresses"] if f"Namespace/{each['namespace']}" not in unread]
        for each in readable:
            problems[each["id"]] = health.ingress_problems(each, there, want.ingress_tls)
        beside = health.namespace_problems(seen["namespaces"], names) + missing_problems(seen, want, ALL)
        beside += [
            f"there is no {each}"
            for each in want.resources
            if each not in there and f"Namespace/{each.split('/')[0]}" not in unread
        ]
        return told(
            want,
            "kubernetes.resources",
            problems,
            kind="workloads, ingresses and namespaces",
            expected=f"everything declared in {named(names)} is there, complete, running, and succeeds on its schedule",
            beside=beside,
            unread=unread,
            actual={"declared besides": len(want.resources)},
        )

    @proves("kubernetes.volumes")
    async def volumes(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Claims are bound to volumes that stay, can grow and are backed up; no state lies beside them."""
        asked, names, backed = ask(look, want), want.need("namespaces"), want.need("volume_backups")
        snapshots = ["volumesnapshots"] if "snapshots" in backed else []
        full = [attempt(filling.asked(look, want.metrics_url))] if want.metrics_url else []
        seen, velero, *filled = await together(
            asked.seen(
                names, "persistentvolumeclaims", "persistentvolumes", "storageclasses", "statefulsets", *snapshots
            ),
            asked.seen([want.velero_namespace], *(["backups"] if "velero" in backed else [])),
            *full,
        )
        newest = {
            **volumes.snapshotted(_all(seen, *snapshots)),
            **volumes.backed_up(velero.items.get("backups", []), names),
        }
        of = {each["name"]: each for each in seen["persistentvolumes"]}
        classes = {each["name"]: each for each in seen["storageclasses"]}
        now, problems, unread = time.time(), {}, dict(seen.errors)
        for each in seen["persistentvolumeclaims"]:
            problems[each["id"]] = volumes.claim_problems(each, of, classes, want.storage_classes)
            if "elsewhere" not in backed:
                hours = want.volume_backup_max_age_hours
                problems[each["id"]] += volumes.backup_problems(each, newest, hours, now)
            try:
                problems[each["id"]] += _filled(filled, each["id"], want.max_volume_percent)
            except CannotLook as reason:
                unread[each["id"]] = reason
        stateful = workloads(seen, want, ["statefulsets"])
        return told(
            want,
            "kubernetes.volumes",
            {**problems, **{each["id"]: volumes.state_problems(each) for each in stateful}},
            kind="claims and StatefulSets",
            expected="claims bound to volumes that are retained, can grow and are backed up "
            + ("elsewhere" if "elsewhere" in backed else f"within {want.volume_backup_max_age_hours} hours"),
            beside=[] if problems else [f"there is no claim of a volume in {named(seen.namespaces)}"],
            unread=unread,
            actual={"claims": len(problems)},
        )

    @proves("kubernetes.network_policies")
    async def network_policies(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each namespace denies by default, each workload is opened to some only, and a plugin enforces that."""
        asked, names = ask(look, want), want.need("namespaces")
        seen, system = await together(
            asked.seen(names, *ALL, "networkpolicies"), asked.seen(want.system_namespaces, "daemonsets")
        )
        unread = {**seen.errors, **system.errors}
        plugin = ""
        beside: list[str] = []
        try:
            plugin, beside = network.enforcer(system["daemonsets"], want.network_plugin)
        except CannotLook as reason:
            unread["network plugin"] = reason
        policies = by("namespace", seen["networkpolicies"])
        found = {
            f"Namespace/{name}": network.namespace_problems(policies.get(name, []), want.directions)
            for name in seen.namespaces
        }
        selecting = {name: Selecting(policies.get(name, [])) for name in seen.namespaces}
        for each in workloads(seen, want, ALL):
            found[each["id"]] = network.workload_problems(each, selecting[each["namespace"]], want.directions)
        return told(
            want,
            "kubernetes.network_policies",
            found,
            kind="namespaces and workloads",
            expected=f"all {' and '.join(want.directions).lower()} denied by default, opened to what is named",
            beside=beside + missing_problems(seen, want, ALL),
            unread=unread,
            actual={"policies": len(seen["networkpolicies"]), "enforced by": plugin},
        )

    @proves("kubernetes.autoscaling")
    async def autoscaling(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Autoscalers measure what they follow and have somewhere to go."""
        asked, names = ask(look, want), want.need("namespaces")
        seen = await asked.seen(names, "horizontalpodautoscalers", "deployments", "statefulsets")
        scalers = seen["horizontalpodautoscalers"]
        targets = {each["id"]: each for each in _all(seen, "deployments", "statefulsets")}
        wanted = [each for each in targets.values() if like(each["id"], want.autoscaled)]
        beside = [f"there is no workload like {pattern}" for pattern in unmet(want.autoscaled, targets)]
        if not scalers:
            beside.append(f"there is no autoscaler in {named(seen.namespaces)}")
        judged = {each["id"]: scaling.autoscaler_problems(each, targets, want.max_target_percent) for each in scalers}
        return told(
            want,
            "kubernetes.autoscaling",
            {**judged, **scaling.unscaled(wanted, scalers)},
            kind="autoscalers and workloads to scale",
            expected=f"autoscalers that are active, below their maximum, and act by {want.max_target_percent} %",
            beside=beside,
            unread=seen.errors,
            actual={"autoscalers": len(scalers)},
        )

    @proves("ha.redundancy")
    async def redundancy(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each workload is there more than once, in more than one place, and stays so while nodes are emptied."""
        asked, names = ask(look, want), want.need("namespaces")
        around = ("pods", "nodes", "poddisruptionbudgets", "horizontalpodautoscalers")
        seen = await asked.seen(names, *RUNNING, *around)
        context, found = availability.Around.of(seen), workloads(seen, want, RUNNING)
        same = availability.same_probes(found)
        return told(
            want,
            "ha.redundancy",
            {each["id"]: availability.redundancy_problems(each, context, want) for each in found},
            expected=f"{want.min_instances} instances or more on {want.min_zones} {want.spread_over}s or more, with "
            "probes, requests, limits and a disruption budget that allows one",
            beside=missing_problems(seen, want, RUNNING),
            unread=seen.errors,
            actual={"liveness asks just what readiness asks": named(same)} if same else {},
        )

    @proves("deploy.strategy")
    async def deployment_strategy(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Releases roll as declared, and the last one is through."""
        asked, names = ask(look, want), want.need("namespaces")
        if want.strategy == "rolling":
            kinds: tuple[str, ...] = RUNNING
            seen = await asked.seen(names, *kinds)
            problems = {
                each["id"]: strategy.rolling_problems(each, want.max_unavailable)
                for each in workloads(seen, want, kinds)
            }
        else:
            kinds = ("rollouts",)
            seen = await asked.seen(names, *kinds, *(["services"] if want.strategy == "blue_green" else []))
            services = {each["id"] for each in seen.items.get("services", [])}
            problems = {
                each["id"]: strategy.canary_problems(each)
                if want.strategy == "canary"
                else strategy.blue_green_problems(each, services)
                for each in workloads(seen, want, kinds)
            }
        return told(
            want,
            "deploy.strategy",
            problems,
            expected=f"{want.strategy.replace('_', '-')} releases that lose no more than {want.max_unavailable} pods, "
            "stop where the new does not serve, and are complete",
            beside=missing_problems(seen, want, kinds),
            unread=seen.errors,
        )

    @proves("containers.hardening")
    async def hardened(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Containers are not root, have no needless rights on the node, and their accounts none in the cluster."""
        asked, names = ask(look, want), want.need("namespaces")
        seen = await asked.seen(names, *ALL, *_RBAC, "roles", "rolebindings")
        found = workloads(seen, want, ALL)
        bindings = seen["clusterrolebindings"] + seen["rolebindings"]
        held = access.administrators(bindings, seen["clusterroles"] + seen["roles"], want.administrators)
        used = [f"{each['namespace']}/ServiceAccount/{each['pod']['account']}" for each in found]
        problems = {each["id"]: hardening.hardening_problems(each["pod"], want) for each in found}
        return told(
            want,
            "containers.hardening",
            {**problems, **access.accounts(held, used)},
            kind="workloads and their accounts",
            expected="no root, no privileges, no capabilities, nothing of the node, a read-only root file system, and "
            "accounts that administer nothing",
            beside=missing_problems(seen, want, ALL),
            unread=seen.errors,
        )

    @proves("docker.image_provenance")
    async def image_provenance(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Images are pinned, and come from the declared registries."""
        asked, names = ask(look, want), want.need("namespaces")
        seen = await asked.seen(names, *ALL)
        return told(
            want,
            "docker.image_provenance",
            {each["id"]: hardening.image_problems(each["pod"], want) for each in workloads(seen, want, ALL)},
            expected="images by digest, version or commit"
            + (f" from {named(want.registries)}" if want.registries else ""),
            beside=missing_problems(seen, want, ALL),
            unread=seen.errors,
        )


def _declared_kinds(want: Wanted) -> set[str]:
    """The kinds of what is declared to be there; what is not looked at must not be taken for something that lacks."""
    for each in want.resources:
        scope, _slash, rest = each.partition("/")
        kind, _slash, name = rest.partition("/")
        if kind not in _DECLARED or not name or scope not in want.namespaces:
            known = ", ".join(sorted(_DECLARED))
            detail = f"option resources: {each} is not namespace/Kind/name in one of the namespaces, of kind {known}"
            raise CannotLook("malformed", detail)
    return {each.split("/")[1] for each in want.resources}


def _filled(found: Sequence[filling.Filling | CannotLook], claim: str, most: float) -> list[str]:
    """Why the volumes of a claim will soon be full, where somebody was asked for it."""
    for each in found:
        if isinstance(each, CannotLook):
            raise each
    return [problem for each in found if not isinstance(each, CannotLook) for problem in each.problems(claim, most)]


def _all(seen: Seen, *plurals: str) -> Items:
    return [each for plural in plurals for each in seen[plural]]


def _pods(seen: Seen, want: Wanted) -> dict[str, list[str]]:
    return running.pod_problems(seen["pods"], want.restart_minutes, want.pending_minutes, time.time())


def _running_problems(seen: Seen, want: Wanted) -> tuple[dict[str, list[str]], dict[str, CannotLook]]:
    """What is wrong with each workload and its pods, and why nobody can tell of some."""
    pods, now = _pods(seen, want), time.time()
    problems: dict[str, list[str]] = {}
    unread: dict[str, Any] = {}
    for each in workloads(seen, want, ALL):
        identity = each["id"]
        try:
            is_job = each["kind"] == "CronJob"
            own = running.job_problems(each, want.job_grace_minutes, now) if is_job else running.rollout_problems(each)
        except CannotLook as reason:
            own, unread[identity] = [], reason
        problems[identity] = own + pods.get(identity, [])
    judged = {identity: found for identity, found in pods.items() if not want.workloads}
    return {**judged, **problems}, unread
