# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files that a service takes its variables from are protected, and are those that it really loads."""

from __future__ import annotations

import posixpath
from collections.abc import Awaitable, Collection, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.comparing import comparisons
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.judging import (
    key_problems,
    mode_problems,
    shared_problems,
    some,
)
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import (
    Questions,
    others,
    secrets_of,
)
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.sources import (
    Effective,
    Source,
    effective,
)
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact, VariablesFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part


async def protected(look: Observer, want: Wanted, source: Source) -> Part:
    """The files of one source: modes, owners, directories, who loads them, and what else is in them."""
    asked = Questions.of(want)
    has, apart, known = await together(
        effective(look, source, asked), _isolated(look, want, source), _stats(look, source.files)
    )
    loaded = {path for place, fact in has.seen if place in source.loaders for path in fact.files}
    exposed = [
        place.params["compose"]
        for place, fact in has.seen
        if "compose" in place.params and secrets_of(want, fact.inline)
    ]
    paths = sorted({*source.files, *loaded, *exposed})
    if not (source.files or loaded or exposed or _inline(has, want)):
        raise CannotLook("not_found", f"{source.label} takes its variables from no file")
    stats = {**known, **await _stats(look, [path for path in paths if path not in known])}
    owners = ["root", *sorted({want.owner} if want.owner else {process.user for process in has.processes} - {"root"})]
    problems = [p for path in paths for p in _path_problems(stats[path], owners)]
    problems += [*_inline(has, want), *_loading(has, source, loaded), *_twice(has), *apart.problems]
    seen_to_load = _by_declaration(source, loaded) or any(place.running for place, _fact in has.seen)
    if not problems and source.files and not seen_to_load:
        raise CannotLook("not_found", f"{some(source.files)}: nothing that runs was seen to load it; add what does")
    actual = {path: f"{stats[path][0].mode} {stats[path][0].owner}:{stats[path][0].group}" for path in paths}
    return Part({"files": actual or "none", **apart.actual}, problems)


async def _stats(look: Observer, paths: Sequence[str]) -> dict[str, tuple[FileFact, FileFact]]:
    """Each file with the directory that it lies in."""
    looks: list[Awaitable[FileFact]] = [look.file(each) for path in paths for each in (path, posixpath.dirname(path))]
    seen = await together(*looks)
    return dict(zip(paths, zip(seen[::2], seen[1::2], strict=True), strict=True))


def _path_problems(stats: tuple[FileFact, FileFact], owners: Sequence[str]) -> list[str]:
    file, directory = stats
    problems = mode_problems(file.path, file.type, file.mode, file.owner, owners)
    if int(directory.mode, 8) & 0o002:
        problems.append(f"anybody may replace {file.path}: {directory.path} has mode {directory.mode}")
    return problems


def _inline(has: Effective, want: Wanted) -> list[str]:
    return [
        f"set with Environment=, which every user of the machine can read: {some(names)}"
        for place, fact in has.seen
        if "unit" in place.params and (names := secrets_of(want, fact.inline))
    ]


def _by_declaration(source: Source, loaded: Collection[str]) -> bool:
    """Whether a unit or compose file says what is loaded. A unit that says nothing leaves it to its program."""
    return bool(loaded) or any("compose" in place.params for place in source.loaders)


def _loading(has: Effective, source: Source, loaded: Collection[str]) -> list[str]:
    """Why the declared files are not those that the service gets its variables from."""
    if not source.files:
        return []
    if _by_declaration(source, loaded):
        by = source.loaders[0].label
        unused = [f"{by} does not load {path}" for path in source.files if path not in loaded]
        return unused + [f"{by} loads {path} too" for path in sorted(loaded) if path not in source.files]
    return [
        problem for place, fact in has.seen if place.running for problem in _loaded_by(place.label, fact, source, has)
    ]


def _loaded_by(label: str, fact: VariablesFact, source: Source, has: Effective) -> list[str]:
    """A process that loads files by itself looks for them where it runs; a container got what is in them."""
    if fact.processes:
        return [
            f"process {process.pid} runs in {process.cwd}, where {path} is not"
            for process in fact.processes
            for path in source.files
            if posixpath.dirname(path) != process.cwd
        ]
    lacking = {n for place, each in has.seen if "file" in place.params for n in each.names} - set(fact.names)
    return [f"{label} lacks {some(lacking)} of {some(source.files)}"] if lacking else []


def _twice(has: Effective) -> list[str]:
    return [
        f"set more than once in {some(fact.files)}: {some(fact.duplicates)}"
        for _place, fact in has.seen
        if fact.duplicates and fact.files
    ]


async def _isolated(look: Observer, want: Wanted, source: Source) -> Part:
    """The files of other environments on this host have the same variables, and none of the secrets."""
    names = [name for name, each in others(want).items() if "file" in each]
    files = [place for place in source.places if "file" in place.params]
    compared = await comparisons(look, want, files) if files and names else {}
    problems = []
    for name, fact in compared.items():
        problems += key_problems([*fact.extra], [*fact.missing], name, want.keys_except)
        problems += shared_problems(Effective([]), secrets_of(want, fact.same), {name: fact.same})
    return Part({"compared with": sorted(compared)} if compared else {}, problems)
