# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each migration tool names the files of a release and keeps the books on what it applied."""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import some
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

Released = dict[str, str | None]
"""The migrations of a release by name, with the checksum where the tool keeps one."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The migrations that a database has, by name as in the release, and what its own books say is wrong."""

    checksums: Mapping[str, str | None]
    problems: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Tool:
    """One migration tool. pattern: of its files below the directory. reads: what of each file it needs."""

    table: str
    columns: str
    pattern: str
    reads: str
    released: Callable[[Sequence[FileFact]], Released]
    applied: Callable[[Sequence[Row], Released], Applied]


def _prisma_released(files: Sequence[FileFact]) -> Released:
    return {PurePosixPath(file.path).parent.name: file.sha256 for file in files}


def _prisma_applied(rows: Sequence[Row], _released: Released) -> Applied:
    # One that failed and was rolled back is history, when it was applied again after that.
    done = {row["name"]: row["checksum"] for row in rows if row["finished"] and not row["rolled_back"]}
    broken = [row["name"] for row in rows if not row["finished"] and not row["rolled_back"]]
    return Applied(done, [f"failed half-way: {some(broken)}"] if broken else [])


def flyway_checksum(content: str) -> str:
    """CRC32 of the lines without their ends and without a byte order mark, as a signed number of 32 bits."""
    value = zlib.crc32(re.sub(r"[\r\n]", "", content.removeprefix("\ufeff")).encode())
    return str(value - (1 << 32) if value >= 1 << 31 else value)


def _flyway_released(files: Sequence[FileFact]) -> Released:
    named = ((PurePosixPath(file.path).name, file.content or "") for file in files)
    return {name: flyway_checksum(content) for name, content in named if re.match(r"(V[0-9._]+|R)__", name)}


def _flyway_applied(rows: Sequence[Row], released: Released) -> Applied:
    rows = sorted(rows, key=lambda row: row["rank"])
    done: Released = {}
    for row in rows:
        if row["type"] == "BASELINE":
            baseline = _version(row["version"])
            done |= {name: None for name in released if name[0] == "V" and _version(name[1:]) <= baseline}
        elif row["type"] == "DELETE":
            done.pop(PurePosixPath(row["script"]).name, None)
        elif row["type"] == "SQL" and row["success"]:
            done[PurePosixPath(row["script"]).name] = row["checksum"]
    failed = [row["script"] for row in rows if not row["success"]]
    return Applied(done, [f"failed: {some(failed)}"] if failed else [])


def _version(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text.partition("__")[0])]


def _alembic_released(files: Sequence[FileFact]) -> Released:
    """The heads alone: the table of Alembic holds nothing else."""
    parents: dict[str, set[str]] = {}
    for file in files:
        values = dict(_constants(file.path, file.content or ""))
        if isinstance(values.get("revision"), str):
            down = values.get("down_revision")
            parents[values["revision"]] = {down} if isinstance(down, str) else set(down or ())
    below = set().union(*parents.values())
    return {revision: None for revision in parents if revision not in below}


def _constants(path: str, source: str) -> Iterator[tuple[str, Any]]:
    """The revisions that a Python file names, without running it."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        raise CannotLook("malformed", f"{shown(path)} is no Python") from None
    for node in body:
        name, value = _assigned(node)
        if name in ("revision", "down_revision") and value is not None:
            try:
                yield name, ast.literal_eval(value)
            except ValueError:
                raise CannotLook("malformed", f"{shown(path)}: {name} is no constant") from None


def _assigned(node: ast.stmt) -> tuple[str, ast.expr | None]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return getattr(node.targets[0], "id", ""), node.value
    if isinstance(node, ast.AnnAssign):
        return getattr(node.target, "id", ""), node.value
    return "", None


def _django_released(files: Sequence[FileFact]) -> Released:
    """App and name; the migrations of installed packages are not the release's."""
    paths = [PurePosixPath(file.path) for file in files]
    own = [path for path in paths if not {"site-packages", "dist-packages"} & set(path.parts)]
    return {f"{path.parts[-3]}.{path.stem}": None for path in own if path.stem[0] not in "_~"}


def _django_applied(rows: Sequence[Row], released: Released) -> Applied:
    """Rows of other apps are those of packages; older rows without a file are those of squashed migrations."""
    newest: dict[str, str] = {}
    for name in released:
        app = name.partition(".")[0]
        newest[app] = max(newest.get(app, ""), name)
    names = (f"{row['app']}.{row['name']}" for row in rows if row["app"] in newest)
    return Applied({name: None for name in names if name in released or name > newest[name.partition(".")[0]]})


def _numbered(pattern: str) -> Callable[[Sequence[FileFact]], Released]:
    def released(files: Sequence[FileFact]) -> Released:
        found = (re.match(pattern, PurePosixPath(file.path).name) for file in files)
        return {each[1]: None for each in found if each}

    return released


def _versions_applied(rows: Sequence[Row], _released: Released) -> Applied:
    return Applied({row["version"]: None for row in rows})


def _golang_applied(rows: Sequence[Row], released: Released) -> Applied:
    """The table holds the newest version alone, without the zeros that files are numbered with."""
    if not rows:
        return Applied({})
    version = max(int(row["version"]) for row in rows)
    done: Released = {name: None for name in released if int(name) <= version}
    if version not in map(int, released):
        done[str(version)] = None
    dirty = any(row["dirty"] for row in rows)
    return Applied(done, [f"version {version} is dirty: it failed half-way"] if dirty else [])


TOOLS = {
    "prisma": Tool(
        "_prisma_migrations",
        "migration_name AS name, checksum, finished_at IS NOT NULL AS finished, "
        "rolled_back_at IS NOT NULL AS rolled_back",
        "*/migration.sql",
        "digest",
        _prisma_released,
        _prisma_applied,
    ),
    "flyway": Tool(
        "flyway_schema_history",
        "installed_rank AS rank, version, type, script, checksum::text AS checksum, success",
        "**/*.sql",
        "content",
        _flyway_released,
        _flyway_applied,
    ),
    "alembic": Tool(
        "alembic_version", "version_num AS version", "*.py", "content", _alembic_released, _versions_applied
    ),
    "django": Tool("django_migrations", "app, name", "**/migrations/*.py", "names", _django_released, _django_applied),
    "rails": Tool("schema_migrations", "version", "*.rb", "names", _numbered(r"(\d+)_\w+\.rb"), _versions_applied),
    "golang-migrate": Tool(
        "schema_migrations",
        "version::text AS version, dirty",
        "*",
        "names",
        _numbered(r"(\d+)_.*\.up\."),
        _golang_applied,
    ),
}
