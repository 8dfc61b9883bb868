# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running containers and their images, and how images are called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import objects, output, template
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_RUNNING = {"id": ".ID", "name": ".Names", "image": ".Image"}
RUNTIMES = {"NODE_VERSION": "node", "PYTHON_VERSION": "python", "PHP_VERSION": "php", "RUBY_VERSION": "ruby"}
_LABEL = '(index .Config.Labels "org.opencontainers.image.base.name")'
_FIELDS = {
    "id": ".ID",
    "digests": ".RepoDigests",
    "created": ".Created",
    "size": ".Size",
    "user": ".Config.User",
    "health": "(and .Config.Healthcheck .Config.Healthcheck.Test)",
    "base": f"(and .Config.Labels {_LABEL})",
}
# Of the environment only names travel, and the versions of runtimes: values may be secrets.
_SPLIT = '{{range .Config.Env}}{{$part := split . "="}}'
_NAMED = " ".join(f'(eq (index $part 0) "{name}")' for name in RUNTIMES)
_LISTS = {
    "env": _SPLIT + "{{if and (gt (len $part) 1) (index $part 1)}}{{json (index $part 0)}},{{end}}{{end}}",
    "versions": f"{_SPLIT}{{{{if or {_NAMED}}}}}{{{{json .}}}},{{{{end}}}}{{{{end}}}}",
}
_IMAGE_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """How an image is called. repository: with its registry."""

    repository: str
    tag: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> Reference | None:
        """Read a name as it is given to the engine; None for the bare id of an image."""
        if _IMAGE_ID.fullmatch(text):
            return None
        name, _at, digest = text.partition("@")
        path, colon, tag = name.rpartition(":")
        if not colon or "/" in tag:
            path, tag = name, "" if digest else "latest"
        first, slash, _rest = path.partition("/")
        if not slash:
            path = f"docker.io/library/{path}"
        elif not ("." in first or ":" in first or first == "localhost"):
            path = f"docker.io/{path}"
        return cls(path, tag, digest)


async def running(look: Observer, argv: Sequence[str]) -> list[dict[str, Any]]:
    """The id, name and image of each running container. None at all is CannotLook("not_found")."""
    found = objects(await output(look, [*argv, "ps", "--no-trunc", "--format", template(_RUNNING)]))
    if not found:
        raise CannotLook("not_found", "no container runs, so there is nothing to judge")
    return found


async def images(look: Observer, argv: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    """What the engine says of images, in their order."""
    told = objects(await output(look, [*argv, "image", "inspect", "--format", template(_FIELDS, _LISTS), *names]))
    if len(told) != len(names):
        raise CannotLook("malformed", f"the engine told of {len(told)} of {len(names)} images")
    return told


def runtimes(image: Mapping[str, Any]) -> dict[str, str]:
    """The runtimes of an image with their versions, as official images tell them."""
    pairs = [str(each).partition("=") for each in image["versions"] if each]
    return {RUNTIMES[name]: shown(version) for name, _equals, version in pairs if name in RUNTIMES}
