# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that the engine itself restarts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import inspect, moment
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import (
    Found,
    Process,
    loop_problems,
    up_problems,
)
from ansible_collections.golive.verify.plugins.plugin_utils.service.units import supervisor_at_boot
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_FIELDS = {
    "status": ".State.Status",
    "started": ".State.StartedAt",
    "health": "(and .State.Health .State.Health.Status)",
    "policy": ".HostConfig.RestartPolicy.Name",
    "restarts": ".RestartCount",
    "user": ".Config.User",
    "image": ".Config.Image",
    "id": ".Image",
    "revision": '(index .Config.Labels "org.opencontainers.image.revision")',
    "version": '(index .Config.Labels "org.opencontainers.image.version")',
}
_DOCKER = (("docker.service", "snap.docker.dockerd.service"), ("always", "unless-stopped"))
# After a boot, Podman restarts what has the policy always, and only where this unit is enabled.
_PODMAN = (("podman-restart.service",), ("always",))


async def container(look: Observer, want: Wanted, entry: Mapping[str, Any]) -> Found:
    """A container by its name."""
    name, client = entry["container"], want.container_client
    units, policies = _PODMAN if client.endswith("podman") else _DOCKER
    told, boot = await together(
        present(inspect(look, [client], "container", [name], _FIELDS)), supervisor_at_boot(look, units, "containers")
    )
    if told is None:
        return Found({}, [f"there is no container {name}"])
    (state,) = told
    policy, started, restarts = state["policy"] or "no", moment(state["started"]), state["restarts"]
    if not isinstance(restarts, int):
        raise CannotLook("malformed", f"{name} was restarted {shown(restarts)} times")
    release = [str(state[key]) for key in ("image", "id", "revision", "version") if state[key]]
    unwanted = [f"{name} has the restart policy {shown(policy)}, not {' or '.join(policies)}"]
    return Found(
        {
            key: shown(state[key])
            for key in ("status", "health", "policy", "restarts", "image")
            if state[key] is not None
        },
        [*_running(name, state, want, started), *loop_problems(name, restarts, want)],
        [*([] if policy in policies else unwanted), *boot],
        [Process(name, started=started, user=state["user"] or "root", release=release)],
    )


def _running(name: str, state: Mapping[str, Any], want: Wanted, started: float) -> list[str]:
    if state["status"] != "running":
        return [f"{name} is {shown(state['status'])}"]
    problems = up_problems(name, started, time.time(), want)
    # A check that never answered says as little as one that failed.
    if state["health"] not in (None, "", "healthy", "none"):
        problems.append(f"{name} is {shown(state['health'])}")
    return problems
