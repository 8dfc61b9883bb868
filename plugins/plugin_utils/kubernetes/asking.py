# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a cluster: each list once for all namespaces and all verifiers, or where that is not permitted, one by one."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes import reading, reading_workloads
from ansible_collections.golive.verify.plugins.plugin_utils.kubernetes.cluster import Cluster, Resource
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, attempt, together

T = TypeVar("T")
_RBAC = "rbac.authorization.k8s.io"
RESOURCES = {
    each.plural: each
    for each in (
        Resource("apps", "deployments", ("v1",), reading_workloads.deployment),
        Resource("apps", "statefulsets", ("v1",), reading_workloads.stateful_set),
        Resource("apps", "daemonsets", ("v1",), reading_workloads.daemon_set),
        Resource("batch", "cronjobs", ("v1", "v1beta1"), reading_workloads.cron_job),
        Resource("argoproj.io", "rollouts", ("v1alpha1",), reading_workloads.rollout),
        Resource("", "pods", ("v1",), reading_workloads.pod),
        Resource("", "nodes", ("v1",), reading_workloads.node, namespaced=False),
        Resource("policy", "poddisruptionbudgets", ("v1", "v1beta1"), reading_workloads.budget),
        Resource("", "namespaces", ("v1",), reading.namespace, namespaced=False),
        Resource("", "services", ("v1",), reading.service),
        Resource("", "secrets", ("v1",), reading.metadata("Secret"), metadata=True),
        Resource("", "configmaps", ("v1",), reading.metadata("ConfigMap"), metadata=True),
        Resource("", "resourcequotas", ("v1",), reading.metadata("ResourceQuota"), metadata=True),
        Resource("", "limitranges", ("v1",), reading.metadata("LimitRange"), metadata=True),
        Resource("networking.k8s.io", "ingresses", ("v1", "v1beta1"), reading.ingress),
        Resource("networking.k8s.io", "networkpolicies", ("v1",), reading.network_policy),
        Resource("autoscaling", "horizontalpodautoscalers", ("v2", "v2beta2", "v1"), reading.autoscaler),
        Resource("", "persistentvolumeclaims", ("v1",), reading.claim),
        Resource("", "persistentvolumes", ("v1",), reading.volume, namespaced=False),
        Resource("storage.k8s.io", "storageclasses", ("v1",), reading.storage_class, namespaced=False),
        Resource("snapshot.storage.k8s.io", "volumesnapshots", ("v1", "v1beta1"), reading.snapshot),
        Resource("velero.io", "backups", ("v1",), reading.backup),
        Resource(_RBAC, "clusterroles", ("v1",), reading.role("ClusterRole"), namespaced=False),
        Resource(_RBAC, "clusterrolebindings", ("v1",), reading.binding("ClusterRoleBinding"), namespaced=False),
        Resource(_RBAC, "roles", ("v1",), reading.role("Role")),
        Resource(_RBAC, "rolebindings", ("v1",), reading.binding("RoleBinding")),
    )
}

Items = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is, by resource, in the namespaces that can be read; unread: why the others cannot."""

    items: Mapping[str, Items]
    namespaces: Sequence[str]
    unread: Mapping[str, CannotLook]

    def __getitem__(self, plural: str) -> Items:
        return self.items[plural]

    @property
    def errors(self) -> dict[str, CannotLook]:
        """Why namespaces cannot be read, by the id of each."""
        return {f"Namespace/{namespace}": reason for namespace, reason in self.unread.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """The cluster that is asked, and by whom."""

    look: Observer
    cluster: Cluster

    def version(self) -> Look[dict[str, str]]:
        """The server's version."""
        return self._of("version -o json", self.cluster.version)

    async def seen(self, namespaces: Sequence[str], *plurals: str) -> Seen:
        """All there is of some resources in namespaces. What is in none of them is seen whole, or not at all."""
        listed = await together(*(self._list(RESOURCES[plural], namespaces) for plural in plurals))
        # Of several lists that cannot be read, the first is told.
        unread = {namespace: reason for dummy, hidden in reversed(listed) for namespace, reason in hidden.items()}
        readable = [namespace for namespace in namespaces if namespace not in unread]
        if unread and not readable:
            raise next(iter(unread.values()))
        within = frozenset(readable)  # there may be many, and thousands of things in them
        items = {
            plural: [each for each in found if not RESOURCES[plural].namespaced or each["namespace"] in within]
            for plural, (found, _hidden) in zip(plurals, listed, strict=True)
        }
        return Seen(items, readable, unread)

    async def _list(self, resource: Resource, namespaces: Sequence[str]) -> tuple[Items, dict[str, CannotLook]]:
        everywhere = await attempt(self._look(resource))
        if not isinstance(everywhere, CannotLook):
            return everywhere, {}
        if everywhere.reason != "denied" or not resource.namespaced:
            raise everywhere
        each = await together(*(attempt(self._look(resource, namespace)) for namespace in namespaces))
        found = dict(zip(namespaces, each, strict=True))
        return (
            [item for said in found.values() if not isinstance(said, CannotLook) for item in said],
            {namespace: said for namespace, said in found.items() if isinstance(said, CannotLook)},
        )

    def _look(self, resource: Resource, namespace: str = "") -> Look[Items]:
        where = f"-n {shlex.quote(namespace)}" if namespace else "-A" if resource.namespaced else ""
        how = "" if resource.metadata else "-o json"
        command = " ".join(filter(None, ("get", resource.name, where, how)))
        return self._of(command, partial(self.cluster.all, resource, namespace))

    def _of(self, command: str, read: Callable[[], T]) -> Look[T]:
        """What read gives; command is how a person asks the same. Checks that differ in patience ask it once, too."""
        line, seconds = self.cluster.line(command), self.cluster.seconds
        once = self.look.answered.once
        return self.look.call(line, lambda: once(line, read, Deadline(seconds)), timeout=seconds)


def by(key: str, items: Items) -> Mapping[str, Items]:
    """The items by what they say under a key, since there may be thousands to look one up among."""
    found: dict[str, Items] = defaultdict(list)
    for each in items:
        found[each[key]].append(each)
    return found


def ask(look: Observer, want: Wanted) -> Asked:
    """Ask the cluster that a check's options speak of."""
    return Asked(look, _cluster(want.kubeconfig, want.context, want.timeout))


@cache
def _cluster(kubeconfig: str | None, context: str | None, seconds: float | None) -> Cluster:
    """Made once for all checks: connections are kept, and a second is what the library takes to load."""
    return Cluster(kubeconfig, context, seconds)
