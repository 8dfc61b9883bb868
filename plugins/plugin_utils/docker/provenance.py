# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where running images come from, and whether they are the ones that were built and tested."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.docker.images import Reference
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_SHOWN = 5


def origin_problems(name: str, image: Mapping[str, Any], want: Wanted) -> list[str]:
    """Why an image that runs under a name is not pinned, or not from a registry that is allowed."""
    called = Reference.parse(name)
    problems = [] if called is None else tag_problems(name, called, want.tag_pattern)
    if called is None:
        problems = [f"{shown(name)} has no name any more: another image got its tag, or it never had one"]
    digests = pulled(image)
    allowed = [each for each in digests if is_allowed(each.repository, want.registries)]
    if not digests:
        problems.append(f"{shown(name)} was never in a registry: it was built or loaded on the host")
    elif not allowed:
        from_where = ", ".join(shown(each.repository) for each in digests[:_SHOWN])
        problems.append(f"{shown(name)} comes from {from_where}, not from {', '.join(want.registries)}")
    return problems + [
        f"{shown(each.repository)} runs as {shown(each.digest)}, not as {want.digests[each.repository]}"
        for each in digests
        if each.repository in want.digests and each.digest != want.digests[each.repository]
    ]


def pulled(image: Mapping[str, Any]) -> list[Reference]:
    """The digests under which registries know an image."""
    found = [Reference.parse(str(each)) for each in image["digests"] or []]
    return [each for each in found if each is not None and each.digest]


def absent_problems(images: Sequence[Mapping[str, Any]], digests: Mapping[str, str]) -> list[str]:
    """What was built and runs nowhere here."""
    here = {each.repository for image in images for each in pulled(image)}
    return [
        f"nothing runs of {repository}, whose digest is declared" for repository in digests if repository not in here
    ]


def tag_problems(name: str, called: Reference, pattern: str) -> list[str]:
    """Why the tag of an image does not pin it. name: what the image is called."""
    if called.tag == "latest":
        return [f"{shown(name)} runs as latest, which is another image tomorrow"]
    if called.tag and not re.fullmatch(pattern, called.tag):
        return [f"the tag of {shown(name)} is neither a version nor a commit"]
    return []


def is_allowed(repository: str, registries: Sequence[str]) -> bool:
    """Whether a repository is one of the registries, or below one."""
    return any(f"{repository}/".startswith(f"{each.rstrip('/')}/") for each in registries)
