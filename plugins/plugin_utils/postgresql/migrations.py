# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the migrations that a checkout holds are those that a database has, by the tool's own bookkeeping table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.migration_tools import TOOLS, Applied, Tool
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Postgresql
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import Relation, some

_MOST_FILES = 2000


async def applied(postgresql: Postgresql, options: Mapping[str, Any]) -> Part:
    """Exactly the migrations of the checkout are applied, as they are written there."""
    tool = TOOLS[options["tool"]]
    table = Relation(options["schema"], options["table"] or tool.table)
    look = postgresql.look.at(options["from"] or postgresql.look.vantage)
    rows, files = await together(
        present(postgresql.rows(f"SELECT {tool.columns} FROM {table.sql}")),
        _files(look, tool, options["directory"]),
    )
    released = tool.released(files)
    if not released:
        raise CannotLook("not_found", f"{options['directory']} holds no migration of {options['tool']}")
    if rows is None:
        return Part({"table": None}, [f"there is no table {table}: no migration was ever applied"])
    done = tool.applied(rows, released)
    actual = {"migrations of the release": len(released), f"rows of {table}": len(rows)}
    return Part(actual, migration_problems(released, done))


async def _files(look: Observer, tool: Tool, directory: str) -> Sequence[FileFact]:
    """The files of the checkout; their contents in a second round, where the tool's bookkeeping needs them."""
    found = await look.glob(f"{directory.rstrip('/')}/{tool.pattern}", digest=tool.reads == "digest")
    files = [file for file in found.files if file.type == "file"]
    if len(files) > _MOST_FILES:
        raise CannotLook("too_large", f"{directory} holds more than {_MOST_FILES} files")
    if tool.reads != "content":
        return files
    contents: list[FileFact] = await together(*(look.file(file.path, content=True) for file in files))
    return contents


def migration_problems(released: Mapping[str, str | None], done: Applied) -> list[str]:
    """How what is applied differs from what is released."""
    missing = [name for name in released if name not in done.checksums]
    extra = [name for name in done.checksums if name not in released]
    changed = [name for name, known in done.checksums.items() if known and known != (released.get(name) or known)]
    sentences = {
        "not applied": missing,
        "applied, but not in the release": extra,
        "edited after it was applied": changed,
    }
    return [*done.problems, *(f"{what}: {some(names)}" for what, names in sentences.items() if names)]
