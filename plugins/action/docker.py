# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of a container engine and of what runs on it, as its own client tells them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker import base, build, compose, engine, provenance
from ansible_collections.golive.verify.plugins.plugin_utils.docker.images import images, running
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import alone, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict, judge, unseen
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask the engine: what a file declares and what runs are two things."""

    @proves("docker.engine")
    async def engine(self, look: Observer, want: Wanted) -> Verdict:
        """It answers, is supported, set up as declared, and only reached from its own machine."""
        argv = _argv(want)
        wanted = {name: want[name] for name in ("live_restore", "userns_remap", "log_driver", "log_opts")}
        parts = [
            engine.version(look, argv, want.end_of_life),
            engine.settings(look, argv, want.daemon_json, wanted),
            engine.socket(look),
        ]
        if want.data_volume:
            parts.append(engine.data_root(look, argv))
        expected = "a supported version that answers, logs with an end, no API over TCP without certificates"
        return await proven(expected + (", data on its own volume" if want.data_volume else ""), *parts)

    @proves("docker.compose")
    async def compose(self, look: Observer, want: Wanted) -> Verdict:
        """The project is what was reviewed, declares what it needs, and is up and healthy."""
        files = want.need("compose_files")
        if not all(file["sha256"] or file["reviewed"] for file in files):
            raise NotAsked("option compose_files: each needs the sha256 or the reviewed file to equal")
        argv = _argv(want)

        async def declares() -> Any:
            composition = await compose.rendered(look, argv, [file["path"] for file in files], want.project)
            return await compose.declaring(composition, want.jobs, want.limits)

        async def runs() -> Any:
            composition, found = await together(
                compose.rendered(look, argv, [file["path"] for file in files], want.project),
                compose.containers(look, argv),
            )
            return await compose.up(composition, found, want.jobs)

        return await proven(
            f"files as reviewed; each service running, healthy, restarted, with limits of {' and '.join(want.limits)}",
            declares(),
            runs(),
            *(compose.reviewed(look, file) for file in files),
        )

    @proves("docker.image_provenance")
    async def image_provenance(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each running image is pinned, comes from an allowed registry, and is the one that was built."""
        registries = want.need("registries")
        names, found = await _running(look, want)
        expected = f"a version, commit or digest from {', '.join(registries)}"
        verdicts = [
            judge(
                expected=expected,
                actual={"image": shown(name), "digests": [shown(each) for each in (image["digests"] or [])[:5]]},
                problems=provenance.origin_problems(name, image, want),
                subject=f"image {shown(name)}",
            )
            for name, image in zip(names, found, strict=True)
        ]
        if want.digests:
            absent = provenance.absent_problems(found, want.digests)
            verdicts.append(
                judge(
                    expected="all declared images run", actual=sorted(want.digests), problems=absent, subject="digests"
                )
            )
        return verdicts

    @proves("docker.base_fresh")
    async def base_fresh(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each running image is young, and its distribution and runtimes still get fixes."""
        argv = _argv(want)
        containers = await running(look, argv)
        one_of = {str(each["image"]): str(each["id"]) for each in containers}
        found, pids = await together(images(look, argv, list(one_of)), base.pids(look, argv, list(one_of.values())))
        checks = zip(one_of, found, pids, strict=True)
        return await together(*(_fresh(look, want, name, image, pid) for name, image, pid in checks))

    @proves("docker.image_build")
    async def image_build(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The images of the team and their build files are lean and keep no secret."""
        if not (want.images or want.dockerfiles):
            raise NotAsked("option images or dockerfiles is not given")
        files = [_file(look, path) for path in want.dockerfiles]
        built, *written = await together(_built(look, want), *files)
        return [*built, *written]


def _argv(want: Wanted) -> list[str]:
    return [want.client, *(["--host", want.host] if want.host else [])]


async def _running(look: Observer, want: Wanted) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of all images that containers run, and what the engine says of them."""
    argv = _argv(want)
    names = list(dict.fromkeys(str(each["image"]) for each in await running(look, argv)))
    return names, await images(look, argv, names)


async def _fresh(look: Observer, want: Wanted, name: str, image: Mapping[str, Any], pid: int) -> Verdict:
    expected, subject = f"built <= {want.max_image_age_days} days ago on what still gets fixes", f"image {shown(name)}"
    return await alone(
        expected,
        base.distribution(look, pid, want.end_of_life),
        base.runtime(image, want.end_of_life),
        base.age(image, want.max_image_age_days),
        subject=subject,
    )


async def _built(look: Observer, want: Wanted) -> list[Verdict]:
    if not want.images:
        return []
    argv = _argv(want)
    names = [str(each["image"]) for each in await running(look, argv)]
    ours = [name for name in dict.fromkeys(names) if any(fnmatchcase(name, pattern) for pattern in want.images)]
    if not ours:
        raise CannotLook("not_found", f"no container runs an image {' or '.join(want.images)}")
    before = list(want.previous_images.values())
    found, *assigned = await together(
        images(look, argv, [*ours, *before]), *(build.history(look, argv, name) for name in ours)
    )
    sizes = dict(zip(want.previous_images, (image["size"] for image in found[len(ours) :]), strict=True))
    return [_image(want, *each, sizes) for each in zip(ours, found, assigned, strict=False)]


def _image(
    want: Wanted, name: str, image: Mapping[str, Any], assigned: Sequence[str], sizes: Mapping[str, int]
) -> Verdict:
    problems = build.image_problems(image, assigned, want.max_image_megabytes)
    for pattern, size in sizes.items():
        if fnmatchcase(name, pattern):
            problems += build.growth_problems(image["size"], size, want.max_growth_percent)
    return judge(
        expected=f"<= {want.max_image_megabytes} MB, a USER, a HEALTHCHECK, no secret in variables or steps",
        actual={"megabytes": round(image["size"] / 1e6), "user": shown(image["user"] or "root")},
        problems=problems,
        subject=f"image {shown(name)}",
    )


async def _file(look: Observer, path: str) -> Verdict:
    """The verdict on a build file of a checkout on the controller."""
    place = os.path.abspath(path)
    controller = look.at(CONTROLLER)
    expected = "stages, pinned bases, a USER, a HEALTHCHECK, a .dockerignore, no secret"
    looked = await attempt(
        together(
            controller.file(place, content=True),
            present(controller.file(os.path.join(os.path.dirname(place), ".dockerignore"))),
        )
    )
    if isinstance(looked, CannotLook):
        return unseen(looked, expected=expected, subject=path)
    file, ignored = looked
    text = file.content or ""
    bases = [shown(rest) for word, rest in build.instructions(text) if word == "FROM"]
    return judge(
        expected=expected, actual={"FROM": bases}, problems=build.file_problems(text, ignored is not None), subject=path
    )
