# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""outcome: every exception has a reason, and time runs out once."""

from __future__ import annotations

import errno
import socket
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import (
    REASONS,
    CannotLook,
    Deadline,
    cannot_look_from,
)


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "denied", "Permission denied (/x)"),
        (OSError(errno.EPERM, "Operation not permitted"), "denied", "Operation not permitted"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/x"), "not_found", "No such file (/x)"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "unreachable", "Connection refused"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "unreachable", "No route to host"),
        (socket.timeout("timed out"), "timeout", "timed out"),
        (TimeoutError(), "timeout", "timed out"),
        (OSError(errno.ETIMEDOUT, "Connection timed out"), "timeout", None),
        (OSError(errno.EIO, "Input/output error"), "malformed", None),
        (ValueError("no number"), "malformed", "ValueError: no number"),
        (CannotLook("too_large", "huge"), "too_large", "huge"),
    ],
)
def test_every_exception_has_a_reason(error, reason, detail):
    caught = cannot_look_from(error)
    assert caught.reason == reason
    assert caught.reason in REASONS
    assert detail in (None, caught.detail)


def test_a_deadline_passes():
    deadline = Deadline(0.05)
    deadline.check()
    assert 0 < deadline.left() <= 0.05
    time.sleep(0.06)
    assert deadline.left() == 0
    with pytest.raises(CannotLook) as caught:
        deadline.check()
    assert (caught.value.reason, caught.value.detail) == ("timeout", "not finished within 0.05 s")


@pytest.mark.parametrize(("seconds", "told"), [(5, 1), (0.5, 0.5)])
def test_a_deadline_within_another_ends_with_the_earlier(seconds, told):
    deadline = Deadline(seconds, within=Deadline(1))
    assert deadline.left() <= told
    assert deadline.seconds == told
