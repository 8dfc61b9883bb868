# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project of Docker Compose: its files, what they declare, and what runs of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import objects, output, template
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# The rendered composition holds every variable with its value; these members hold none.
_KEEP = (
    "name",
    *(f"services.*.{key}" for key in ("image", "restart", "mem_limit", "cpus", "pids_limit", "scale")),
    *(f"services.*.deploy.{key}" for key in ("replicas", "resources.limits", "restart_policy.condition")),
)
_LABEL = "com.docker.compose"
_CONTAINERS = {
    "project": f'(.Label "{_LABEL}.project")',
    "service": f'(.Label "{_LABEL}.service")',
    "oneoff": f'(.Label "{_LABEL}.oneoff")',
    "name": ".Names",
    "state": ".State",
    "status": ".Status",
}
_RETURNING = ("always", "unless-stopped")
_LIMITS = {"memory": ("mem_limit", "memory"), "cpus": ("cpus", "cpus"), "pids": ("pids_limit", "pids")}


async def rendered(look: Observer, argv: Sequence[str], files: Sequence[str], project: str | None) -> Mapping[str, Any]:
    """The composition as Compose reads it: its name, and what its services declare."""
    options = [part for path in files for part in ("-f", path)] + (["-p", project] if project else [])
    try:
        text = await output(look, [*argv, "compose", *options, "config", "--format", "json"], keep=_KEEP)
    except CannotLook as failure:
        if re.search(r"unknown (shorthand )?flag: '?-?f|not a docker command", failure.detail):
            raise CannotLook("missing_tool", f"{failure.detail} (the compose plugin is not installed)") from None
        raise
    try:
        found = json.loads(text)
    except ValueError:
        raise CannotLook("malformed", f"docker compose config printed {shown(text)!r}") from None
    services = found.get("services") if isinstance(found, dict) else None
    if not isinstance(services, dict) or not all(isinstance(each, dict) for each in services.values()):
        raise CannotLook("malformed", "docker compose config prints no composition")
    return {"name": found.get("name"), "services": services}


async def reviewed(look: Observer, file: Mapping[str, Any]) -> Part:
    """A file of the host is, byte for byte, the one that was reviewed."""
    path, wanted = file["path"], file["sha256"]
    if wanted:
        here = await present(look.file(path, digest=True))
    else:
        checkout = look.at(CONTROLLER).file(os.path.abspath(file["reviewed"]), digest=True)
        here, there = await together(present(look.file(path, digest=True)), checkout)
        wanted = there.sha256
    if here is None:
        return Part({}, [f"there is no {path}"])
    same = here.sha256 == str(wanted).lower()
    problem = f"{path} was changed: its SHA-256 is {str(here.sha256)[:12]}..., not {str(wanted)[:12]}..."
    return Part({path: "as reviewed" if same else "changed"}, [] if same else [problem])


async def declaring(composition: Mapping[str, Any], jobs: Sequence[str], limits: Sequence[str]) -> Part:
    """Each service that stays up declares limits and that it is restarted."""
    services = composition["services"]
    if not services:
        return Part({}, ["the composition has no service"])
    problems = [
        problem
        for name, service in services.items()
        if name not in jobs
        for problem in declaration_problems(shown(name), service, limits)
    ]
    unknown = [f"option jobs names {name}, which is no service" for name in jobs if name not in services]
    return Part({"services": sorted(map(shown, services))}, [*problems, *unknown])


def declaration_problems(name: str, service: Mapping[str, Any], limits: Sequence[str]) -> Iterator[str]:
    """What a service does not declare."""
    deploy = service.get("deploy") or {}
    of_deploy = (deploy.get("resources") or {}).get("limits") or {}
    for limit in limits:
        old, new = _LIMITS[limit]
        if not (_is_set(service.get(old)) or _is_set(of_deploy.get(new))):
            yield f"{name} has no limit of {limit}"
    condition = (deploy.get("restart_policy") or {}).get("condition")
    if service.get("restart") not in _RETURNING and condition != "any":
        yield f"{name} has restart {shown(service.get('restart') or condition or 'no')}, not {' or '.join(_RETURNING)}"


def _is_set(value: Any) -> bool:
    return value not in (None, "", 0, "0", "-1", -1)


async def containers(look: Observer, argv: Sequence[str]) -> list[dict[str, Any]]:
    """All containers that Compose made on the host."""
    filters = ["--filter", f"label={_LABEL}.project"]
    return objects(await output(look, [*argv, "ps", "-a", "--no-trunc", *filters, "--format", template(_CONTAINERS)]))


async def up(composition: Mapping[str, Any], found: Sequence[Mapping[str, Any]], jobs: Sequence[str]) -> Part:
    """Each service runs as often as declared, and all its containers are healthy; jobs have ended well."""
    ours = [each for each in found if each["project"] == composition["name"] and each["oneoff"] != "True"]
    problems: list[str] = []
    for name, service in composition["services"].items():
        of_service = [each for each in ours if each["service"] == name]
        judge = job_problems if name in jobs else run_problems
        problems += judge(shown(name), service, of_service)
    orphans = sorted({shown(each["service"]) for each in ours if each["service"] not in composition["services"]})
    problems += [f"{name} still runs, and is not in the composition" for name in orphans]
    return Part({"containers": {shown(each["name"]): shown(each["status"]) for each in ours[:50]}}, problems)


def run_problems(name: str, service: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the containers of a service are not all up and healthy."""
    deploy = service.get("deploy") or {}
    wanted = deploy.get("replicas", service.get("scale") or 1)
    up_now = [each for each in found if each["state"] == "running"]
    problems = [f"{shown(each['name'])} is {shown(each['state'])}" for each in found if each["state"] != "running"]
    if len(up_now) < wanted:
        problems.append(f"{name} runs {len(up_now)} times, not {wanted}")
    for each in up_now:
        if "(healthy)" not in each["status"]:
            unwell = "(unhealthy)" in each["status"] or "(health: starting)" in each["status"]
            state = shown(each["status"]) if unwell else "without a health check"
            problems.append(f"{shown(each['name'])} is {state}")
    return problems


def job_problems(name: str, _service: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why a service that runs once did not end well."""
    ended = [each for each in found if each["state"] == "exited" and each["status"].startswith("Exited (0)")]
    if ended:
        return []
    return [f"{shown(each['name'])} is {shown(each['status'])}" for each in found] or [f"{name} has never run"]
