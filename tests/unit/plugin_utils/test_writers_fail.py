# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to the writer of a format: the others are whole, the verdict stands, and one line tells of it."""

from __future__ import annotations

import importlib
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils import writing
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory
from tests.unit.callback import fakes
from tests.unit.plugin_utils.reports import sample, validators

each = pytest.mark.parametrize("name", writing.FORMATS)
NOBODY = 65534


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about a machine that loses its power."""
    monkeypatch.setattr(os, "fsync", lambda dummy: None)


@pytest.fixture
def run(open_to_all: Path) -> RunDirectory:
    """Big enough for every format to be told apart by its size."""
    directory = fakes.run_directory(open_to_all / "run")
    hostile = [sample.check("redis.persistence", "cache1", actual=sample.HOSTILE[name]) for name in ("script", "lines")]
    directory.write_results("cache1", "more", {"results": hostile, "unasked": []})
    return directory


def around(name: str) -> tuple[str, ...]:
    """A format between one that is written before it and one that is written after it."""
    at = writing.FORMATS.index(name)
    return writing.FORMATS[at - 1], name, writing.FORMATS[(at + 1) % len(writing.FORMATS)]


def file(name: str) -> str:
    found: str = importlib.import_module(f"ansible_collections.golive.verify.plugins.plugin_utils.reports.{name}").FILE
    return found


def whole(run: RunDirectory, written: writing.Written, asked: Sequence[str], lost: set[str]) -> None:
    """All that were asked for but these are there and valid, nothing is half-written, and the decision stands."""
    assert set(written.problems) == lost
    assert set(written.files) == set(asked) - lost
    for name, path in written.files.items():
        validators.VALID[name](path.read_bytes().decode("utf-8"))
    assert list(run.path.glob(".draft-*")) == []
    assert written.report["gate"]["decision"] == "go"
    assert all(problem and "\n" not in problem for problem in written.problems.values())


@each
def test_a_format_that_raises(run: RunDirectory, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_report: object) -> str:
        raise KeyError("nobody thought\nof this")

    module = importlib.import_module(f"ansible_collections.golive.verify.plugins.plugin_utils.reports.{name}")
    monkeypatch.setattr(module, "render", breaks)
    written = writing.write(run, around(name))
    whole(run, written, around(name), {name})
    assert written.problems[name] == r"KeyError: 'nobody thought\nof this'"


@each
def test_a_format_that_cannot_be_loaded(run: RunDirectory, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load = importlib.import_module

    def unloaded(module: str) -> object:
        if module.endswith(f".reports.{name}"):
            raise ImportError("No module named 'jinja2'")
        return load(module)

    monkeypatch.setattr(importlib, "import_module", unloaded)
    whole(run, writing.write(run, around(name)), around(name), {name})


@each
def test_a_place_that_is_taken_by_something_else(run: RunDirectory, name: str) -> None:
    (run.path / file(name) / "full").mkdir(parents=True)
    written = writing.write(run, around(name))
    whole(run, written, around(name), {name})
    assert written.problems[name] == "Is a directory"


@each
def test_a_disk_that_fills_up_under_a_format(run: RunDirectory, name: str) -> None:
    sizes = {other: path.stat().st_size for other, path in writing.write(run, around(name)).files.items()}
    old = (run.path / file(name)).read_bytes()
    with no_file_larger_than(sizes[name] - 100):
        written = writing.write(run, around(name))
    lost = {other for other, size in sizes.items() if size > sizes[name] - 100}
    whole(run, written, around(name), lost)
    assert name in lost
    assert written.problems[name] == "File too large"
    assert (run.path / file(name)).read_bytes() == old, "what was there before is there still"


def test_a_directory_that_may_not_be_written(run: RunDirectory) -> None:
    with somebody_who_may_only_read(run.path):
        written = writing.write(run, writing.FORMATS)
    whole(run, written, writing.FORMATS, set(writing.FORMATS))
    assert set(written.problems.values()) == {"Permission denied"}


def test_a_format_that_there_is_not(run: RunDirectory) -> None:
    written = writing.write(run, ["../report", "nonsense", "json"])
    assert list(written.files) == ["json"]
    assert written.problems["nonsense"].startswith("there is no such format; known are comment, csv")
    assert set(written.problems) == {"../report", "nonsense"}


@pytest.mark.parametrize("reached", [True, False])
def test_a_run_that_was_killed_gives_valid_files_in_every_format(tmp_path: Path, reached: bool) -> None:
    run = fakes.run_directory(tmp_path / "run", decided=False)
    (run.path / "results" / ".draft-4711").write_text('{"results": [{"cont', encoding="utf-8")
    if not reached:
        (run.path / "results" / "cache1.task.json").unlink()
    written = writing.write(run, writing.FORMATS)
    assert written.problems == {}
    assert written.report["gate"]["decision"] == "no_go"
    for name, path in written.files.items():
        text = path.read_bytes().decode("utf-8")
        validators.VALID[name](text)
        assert name in ("csv", "hdf", "html", "prometheus", "ocsf", "sarif", "json") or "did not finish" in text


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a disk that is full: what is written beyond fails, with this process not killed for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def somebody_who_may_only_read(path: Path) -> Iterator[None]:
    """Root may write anywhere, so it becomes nobody for a while."""
    root = os.geteuid() == 0
    if root:
        for each_path in (path, *path.rglob("*")):
            os.chown(each_path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        path.chmod(0o500)
        yield
    finally:
        if root:
            os.seteuid(0)
        path.chmod(0o700)
