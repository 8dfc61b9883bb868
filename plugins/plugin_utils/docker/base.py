# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What images are built on, read from the running containers, and how old they are."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import inspect, moment
from ansible_collections.golive.verify.plugins.plugin_utils.docker.images import runtimes
from ansible_collections.golive.verify.plugins.plugin_utils.docker.lifetimes import end_problems
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_DAY = 86400
_PLACES = ("usr/lib/os-release", "etc/os-release")
_SETTING = re.compile(r"""^(ID|VERSION_ID)=["']?([^"'\n]*)["']?\s*$""", re.MULTILINE)


async def pids(look: Observer, argv: Sequence[str], containers: Sequence[str]) -> list[int]:
    """The process on the host that each container is."""
    told = await inspect(look, argv, "container", containers, {"pid": ".State.Pid"})
    if not all(isinstance(each["pid"], int) and each["pid"] > 0 for each in told):
        raise CannotLook("not_found", "a container stopped while it was looked at")
    return [each["pid"] for each in told]


async def distribution(look: Observer, pid: int, declared: Mapping[str, Any]) -> Part:
    """The distribution in the file system that a container's process sees still gets fixes."""
    files = await together(
        *(present(look.file(f"/proc/{pid}/root/{place}", content=True, limit=1 << 16)) for place in _PLACES)
    )
    # An absolute link would lead out of the container, to what the host is.
    found = next((each for each in files if each is not None and not _leads_out(each)), None)
    settings = dict(_SETTING.findall(found.content or "")) if found else {}
    if not settings.get("ID"):
        raise CannotLook("not_found", "the image does not say which distribution it is built on")
    name, version = settings["ID"], settings.get("VERSION_ID", "")
    return Part({"base": f"{shown(name)} {shown(version)}".strip()}, end_problems(shown(name), version, declared))


def _leads_out(file: FileFact) -> bool:
    return (file.link_target or "").startswith("/")


async def runtime(image: Mapping[str, Any], declared: Mapping[str, Any]) -> Part:
    """The runtimes that an image brings still get fixes."""
    found = runtimes(image)
    problems = [problem for name, version in found.items() for problem in end_problems(name, version, declared)]
    return Part({"runtimes": found} if found else {}, problems)


async def age(image: Mapping[str, Any], limit: float) -> Part:
    """An image was built not too long ago. limit: days."""
    days = (time.time() - moment(image["created"])) / _DAY
    if days < -1:
        raise CannotLook("malformed", f"the image was built {-days:.0f} days in the future")
    problems = [f"it was built {days:.0f} days ago, not at most {limit}"] if days > limit else []
    actual = {"days since the build": max(0, round(days))}
    return Part(actual | ({"base image": shown(image["base"])} if image["base"] else {}), problems)
