# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of observations share."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from

NOBODY = 65534


@pytest.fixture
def shared_path():
    """A directory that every user may enter; tmp_path is only for the user who runs the tests."""
    path = Path(tempfile.mkdtemp(prefix="golive-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def unprivileged():
    """Call a function in a child process without privileges: unprivileged(look) is its value or its CannotLook."""

    def call(look):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            _answer(look, writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            answer = pickle.load(stream)
        os.waitpid(child, 0)
        return CannotLook(*answer) if isinstance(answer, tuple) else answer

    return call


def _answer(look, writer):
    """The child: it must not return into pytest, whatever happens."""
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        answer = look()
    except Exception as error:  # noqa: BLE001
        answer = (cannot_look_from(error).reason, cannot_look_from(error).detail)
    with os.fdopen(writer, "wb") as stream:
        pickle.dump(answer, stream)
    os._exit(0)


@pytest.fixture
def dotenv(tmp_path):
    """Write a dotenv file, and give it as a source of variables."""

    def written(text, name=".env"):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        return {"file": [str(tmp_path / name)]}

    return written
