# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the settings of production can be had back: the newest copy is encrypted, whole, current, elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ansible_collections.golive.verify.plugins.plugin_utils.backup import kinds
from ansible_collections.golive.verify.plugins.plugin_utils.backup.disks import apart
from ansible_collections.golive.verify.plugins.plugin_utils.backup.model import Repository, sealed, seen, when
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Compare the copies with the files that they are of."""

    @proves("env.backup")
    async def backup(self, look: Observer, want: Wanted) -> Verdict:
        """The newest copy was made after the last change, and whoever finds it reads nothing."""
        paths = want.need("files")
        repository, *files = await together(kinds.read(look, want), *(look.file(path) for path in paths))
        newest = repository.newest
        parts = [_current(repository, files, time.time())]
        if newest is not None:
            parts += [
                sealed(look, repository, newest),
                repository.whole(kinds.patient(look, want.timeout), newest),
                apart(look, repository.place, *paths),
            ]
        return await proven("a copy newer than the last change, encrypted, whole, on another disk or machine", *parts)


async def _current(repository: Repository, files: Sequence[FileFact], now: float) -> Part:
    return Part(
        {**seen(repository, now), "changed": when(max(file.mtime for file in files))}, problems(repository, files)
    )


def problems(repository: Repository, files: Sequence[FileFact]) -> list[str]:
    """Why the newest copy is not one of these files as they are now."""
    newest = repository.newest
    if newest is None:
        return [*repository.problems, f"there is no copy of {files[0].path} in {repository.place}"]
    return [
        *repository.problems,
        *(f"{newest.label} {problem}" for problem in newest.problems),
        *(f"{file.path} holds nothing" for file in files if not file.size),
        *(
            f"{newest.label} of {when(newest.at)} is older than the last change of {file.path}, {when(file.mtime)}"
            for file in files
            if newest.at < file.mtime
        ),
    ]
