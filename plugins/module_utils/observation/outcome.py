# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one observation ends: as a value, or as the reason why nobody could look."""

from __future__ import annotations

import errno
import socket
import time

REASONS = ("missing_tool", "denied", "timeout", "unreachable", "malformed", "too_large", "not_found")

_ERRNO_REASONS = {
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ENOENT: "not_found",
    errno.ENOTDIR: "not_found",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNREFUSED: "unreachable",
    errno.ECONNRESET: "unreachable",
    errno.ECONNABORTED: "unreachable",
    errno.EPIPE: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
}


class CannotLook(Exception):
    """Nobody could look: why, in one of REASONS, and the detail a person needs to act."""

    def __init__(self, reason, detail):
        # type: (str, str) -> None
        super().__init__("%s: %s" % (reason, detail))
        self.reason = reason
        self.detail = detail


def cannot_look_from(error):
    # type: (BaseException) -> CannotLook
    """Name the reason behind an exception of the operating system; what has no name of its own is malformed."""
    if isinstance(error, CannotLook):
        return error
    if isinstance(error, (TimeoutError, socket.timeout)):  # Two classes until Python 3.10.
        return CannotLook("timeout", str(error) or "timed out")
    if isinstance(error, OSError) and error.errno in _ERRNO_REASONS:
        path = " (%s)" % error.filename if error.filename else ""
        return CannotLook(_ERRNO_REASONS[error.errno], "%s%s" % (error.strerror, path))
    return CannotLook("malformed", "%s: %s" % (type(error).__name__, error))


class Deadline:
    """A moment on the monotonic clock by which something must have ended."""

    def __init__(self, seconds, within=None):
        # type: (float, Deadline | None) -> None
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        if within is not None and within._end < self._end:
            self._end = within._end
            self.seconds = within.seconds

    def left(self):
        # type: () -> float
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    def check(self):
        # type: () -> None
        """Raise when the time is over: call it in loops whose length the target decides."""
        if not self.left():
            raise CannotLook("timeout", "not finished within %g s" % self.seconds)
