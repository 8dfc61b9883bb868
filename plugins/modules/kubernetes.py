#!/usr/bin/python
# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface of the kubernetes verifier; its logic is the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubernetes
short_description: Prove that a Kubernetes cluster and the workloads in it are ready for production
version_added: 0.1.0
author: The golive.verify authors (@golive)
description:
  - Proves that the cluster is healthy and supported, that workloads are there, redundant, hardened, scaled and shielded
    from each other, that their releases roll, and that what they keep stays.
  - It judges workloads (Deployments, StatefulSets, DaemonSets, CronJobs), not pods, whose names change with every
    release. Gives one result for all of them and one for each that fails, by C(namespace/Kind/name), up to 100.
  - Each list is read once for all namespaces and controls. Where that is not permitted, it is read in each of
    O(namespaces); one that cannot be read is an C(error), and the others are judged.
  - Nothing is changed. Of Secrets and ConfigMaps the API server is asked for the metadata alone. How full volumes are
    is asked of Prometheus, where O(metrics_url) names one, since the right to ask kubelets is that to run commands in
    any pod.
  - Older versions of an API are asked where a server does not serve the newest. What it serves in none is an C(error).
requirements:
  - kubernetes >= 37 (Python library, on the controller)
extends_documentation_fragment:
  - golive.verify.attributes
  - golive.verify.check
options:
  from:
    description: Where to look from; the API server is asked from the controller.
    type: str
    choices: [controller]
    default: controller
  kubeconfig:
    description:
      - Path of a kubeconfig on the controller.
      - Without it, what C(KUBECONFIG) names, C(~/.kube/config), or in a pod that pod's own account.
    type: path
  context:
    description: The context of the kubeconfig to use. Without it, its current one.
    type: str
  namespaces:
    description: The namespaces of the application. Without them nothing is proven.
    type: list
    elements: str
    default: []
  system_namespaces:
    description: The namespaces of the cluster's own workloads, network plugin included.
    type: list
    elements: str
    default: [kube-system]
  workloads:
    description:
      - The workloads to judge, as shell patterns for C(namespace/Kind/name), such as V(shop/Deployment/*). Each must
        be there.
      - Without it, all in O(namespaces).
    type: list
    elements: str
    default: []
  exceptions:
    description: What need not be as the others, with the declared reason, which the report shows.
    type: list
    elements: dict
    default: []
    suboptions:
      match:
        description: A shell pattern for its id, as results name it.
        type: str
        required: true
      controls:
        description: The controls for which it is excepted. Without it, all.
        type: list
        elements: str
        default: []
      reason:
        description: Why that is right.
        type: str
        required: true
  end_of_life:
    description:
      - Until when versions get fixes, where a vendor supports them longer, as days by release line, such as
        C(kubernetes 1.31).
      - What the project itself has announced is known. A version of which nobody said it is an error.
    type: dict
    default: {}
  pod_security:
    description: The level of the Pod Security Standards that admission must enforce in O(namespaces), at least.
    type: str
    choices: [baseline, restricted]
    default: baseline
  administrators:
    description:
      - Who is declared to administer the cluster, or all of a namespace, as shell patterns for C(Group/name),
        C(User/name) or C(namespace/ServiceAccount/name). Who may read all secrets is taken for one.
      - Neither everybody nor every service account can be declared.
    type: list
    elements: str
    default: ["Group/system:masters"]
  restart_minutes:
    description: Minutes within which no container may have been restarted.
    type: int
    default: 60
  pending_minutes:
    description: Minutes after which a pod must run.
    type: int
    default: 10
  job_grace_minutes:
    description: Minutes that a run of a CronJob may take until it has succeeded.
    type: int
    default: 60
  resources:
    description:
      - What must be there besides workloads, as C(namespace/Kind/name) of kind C(Service), C(Ingress), C(ConfigMap) or
        C(Secret), or of a workload.
    type: list
    elements: str
    default: []
  limited_by:
    description: What must be in each of O(namespaces), so that one application does not take what others need.
    type: list
    elements: str
    choices: [ResourceQuota, LimitRange]
    default: []
  ingress_tls:
    description: Whether each host of an Ingress must have a certificate.
    type: bool
    default: true
  min_instances:
    description: Instances of each Deployment and StatefulSet that must be ready, and below which no autoscaler may go.
    type: int
    default: 2
  spread_over:
    description: What instances must be spread over.
    type: str
    choices: [node, zone]
    default: node
  min_zones:
    description: On how many nodes, or in how many zones, instances must be, as O(spread_over) says.
    type: int
    default: 2
  requests:
    description: What each container must request.
    type: list
    elements: str
    default: [cpu, memory]
  limits:
    description: What each container must have a limit of.
    type: list
    elements: str
    default: [memory]
  strategy:
    description:
      - How releases are said to roll out. V(rolling) is judged on Deployments, StatefulSets and DaemonSets.
      - V(canary) and V(blue_green) are judged on the Rollouts of Argo.
    type: str
    choices: [rolling, canary, blue_green]
    default: rolling
  max_unavailable:
    description: Pods that a rolling update may take away from a Deployment before new ones serve.
    type: int
    default: 0
  secrets_as_files:
    description: Whether secrets must be mounted as files, and not be in variables.
    type: bool
    default: false
  registries:
    description:
      - Registries, or repositories of them, that images may come from, such as V(ghcr.io/shop). Without it, all.
      - Docker Hub is V(docker.io), and its official images are below V(docker.io/library).
    type: list
    elements: str
    default: []
  tag_pattern:
    description: The regular expression of tags. By default, a version or a commit. An image with a digest needs none.
    type: str
    default: '(sha-)?[0-9a-f]{7,40}|v?\d+(\.\d+)+([-+.][0-9A-Za-z.+-]*)?'
  directions:
    description: The directions of traffic that network policies must deny by default, and restrict for each workload.
    type: list
    elements: str
    choices: [Ingress, Egress]
    default: [Ingress]
  network_plugin:
    description:
      - The DaemonSet in O(system_namespaces) of what enforces network policies, as C(kube-system/DaemonSet/name).
      - Without it, the usual ones are known by their names. Where there is none of these either, it is an error.
    type: str
  autoscaled:
    description:
      - The Deployments and StatefulSets that an autoscaler must scale, as shell patterns for C(namespace/Kind/name).
      - Without it, there must be an autoscaler in O(namespaces).
    type: list
    elements: str
    default: []
  max_target_percent:
    description: Percent of what is requested above which an autoscaler must act at the latest.
    type: int
    default: 80
  volume_backups:
    description:
      - What backs up volumes, of which V(velero) and V(snapshots) are looked at; one of them must hold each claim.
      - V(elsewhere) says that another check proves it, such as a database's own backup.
      - Without it, volumes are not proven.
    type: list
    elements: str
    choices: [velero, snapshots, elsewhere]
    default: []
  volume_backup_max_age_hours:
    description: Hours that the last backup of a volume may be old.
    type: int
    default: 26
  velero_namespace:
    description: The namespace in which Velero keeps its Backups.
    type: str
    default: velero
  metrics_url:
    description:
      - Where the API of a Prometheus begins that has metrics of the cluster's kubelets and asks for no credentials,
        such as V(http://prometheus.monitoring:9090). A claim that it knows nothing of is an C(error).
      - Without it, how full volumes are is not looked at.
    type: str
  max_volume_percent:
    description: Percent of the bytes, and of the inodes, of a volume that may be used.
    type: float
    default: 80
  storage_classes:
    description: The storage classes that claims may use. Without it, all.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The shop's cluster is ready for production
  golive.verify.kubernetes:
    context: production
    namespaces: [shop]
    volume_backups: [velero]
    administrators: ["Group/system:masters", "Group/platform-team", flux-system/ServiceAccount/kustomize-controller]
    exceptions:
      - match: shop/StatefulSet/imports
        controls: [ha.redundancy]
        reason: runs at night, and may be late by hours

- name: Releases of the API are canaries
  golive.verify.kubernetes:
    context: production
    namespaces: [shop]
    controls: [deploy.strategy]
    workloads: [shop/Rollout/api]
    strategy: canary
"""

RETURN = r"""
verdict:
  description: The worst status of all results.
  returned: always
  type: str
  sample: pass
checks_json:
  description: The results as one JSON string; decode it with P(golive.verify.results#filter).
  returned: always
  type: str
  sample: "[]"
"""

PROVES = [
    "kubernetes.cluster_ready",
    "kubernetes.resources",
    "kubernetes.volumes",
    "kubernetes.network_policies",
    "kubernetes.autoscaling",
    "ha.redundancy",
    "deploy.strategy",
    "containers.hardening",
    "docker.image_provenance",
]

NEEDS = {
    "kubernetes.cluster_ready": [
        "get nonResourceURLs/version",
        "list /namespaces",
        "list /nodes",
        "list /pods",
        "list rbac.authorization.k8s.io/clusterrolebindings",
        "list rbac.authorization.k8s.io/clusterroles",
    ],
    "kubernetes.resources": [
        "list /configmaps",
        "list /limitranges",
        "list /namespaces",
        "list /pods",
        "list /resourcequotas",
        "list /secrets",
        "list /services",
        "list apps/daemonsets",
        "list apps/deployments",
        "list apps/statefulsets",
        "list batch/cronjobs",
        "list networking.k8s.io/ingresses",
    ],
    "kubernetes.volumes": [
        "list /persistentvolumeclaims",
        "list /persistentvolumes",
        "list apps/statefulsets",
        "list snapshot.storage.k8s.io/volumesnapshots",
        "list storage.k8s.io/storageclasses",
        "list velero.io/backups",
    ],
    "kubernetes.network_policies": [
        "list apps/daemonsets",
        "list apps/deployments",
        "list apps/statefulsets",
        "list batch/cronjobs",
        "list networking.k8s.io/networkpolicies",
    ],
    "kubernetes.autoscaling": [
        "list apps/deployments",
        "list apps/statefulsets",
        "list autoscaling/horizontalpodautoscalers",
    ],
    "ha.redundancy": [
        "list /nodes",
        "list /pods",
        "list apps/daemonsets",
        "list apps/deployments",
        "list apps/statefulsets",
        "list autoscaling/horizontalpodautoscalers",
        "list policy/poddisruptionbudgets",
    ],
    "deploy.strategy": [
        "list /services",
        "list apps/daemonsets",
        "list apps/deployments",
        "list apps/statefulsets",
        "list argoproj.io/rollouts",
    ],
    "containers.hardening": [
        "list apps/daemonsets",
        "list apps/deployments",
        "list apps/statefulsets",
        "list batch/cronjobs",
        "list rbac.authorization.k8s.io/clusterrolebindings",
        "list rbac.authorization.k8s.io/clusterroles",
        "list rbac.authorization.k8s.io/rolebindings",
        "list rbac.authorization.k8s.io/roles",
    ],
    "docker.image_provenance": [
        "list apps/daemonsets",
        "list apps/deployments",
        "list apps/statefulsets",
        "list batch/cronjobs",
    ],
}
