# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a Google API did not answer, told by the status and the reason that it gives, or by the library's exception."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MOST_SAID = 300
_THROTTLED = {"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_NOT_ENABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
_TOO_LARGE = {"bytesBilledLimitExceeded", "responseTooLarge"}
_DOWN = {502, 503, 504}


class Passing(CannotLook):
    """What may be over in a moment: worth another attempt, and in the end as final as any other."""


def answer(status: int, body: bytes, permission: str) -> dict[str, Any]:
    """What an API answered, as plain data; everything but an object in JSON with a status of success is CannotLook.

    permission: what the question needs, named when it is refused.
    """
    said = _parsed(body)
    if 200 <= status < 300:
        if said is None:
            raise CannotLook("malformed", f"no object in JSON: {_start(body)}")
        return said
    error = (said or {}).get("error")
    if isinstance(error, dict):
        raise _refused(status, error, permission)
    if status in _DOWN:
        raise Passing("unreachable", f"HTTP {status}: {_start(body)}")
    if status == 429:
        raise Passing("timeout", "still throttled in the end: HTTP 429")
    raise CannotLook("malformed", f"HTTP {status}, not in the form of a Google API: {_start(body)}")


def _refused(status: int, error: dict[str, Any], permission: str) -> CannotLook:
    reasons, message = set(_reasons(error)), shown(error.get("message", ""), _MOST_SAID)
    if status == 429 or reasons & _THROTTLED:
        return Passing("timeout", f"still throttled in the end: {message}")
    if reasons & _NOT_ENABLED:
        return CannotLook("unreachable", f"the API is not enabled in the project that is asked for it: {message}")
    if reasons & _TOO_LARGE:
        return CannotLook("too_large", message)
    if status == 401:
        return CannotLook("denied", f"the credentials are not accepted: {message}")
    if status == 403:
        return CannotLook("denied", f"needs {permission}: {message}")
    if status == 404:
        return CannotLook("not_found", message)
    if status in _DOWN:
        return Passing("unreachable", f"HTTP {status}: {message}")
    return (Passing if status == 500 else CannotLook)("malformed", f"HTTP {status}: {message}")


def _reasons(error: dict[str, Any]) -> Iterator[str]:
    """Both the older APIs' reasons and those of the newer ones."""
    for part in ("errors", "details"):
        for each in error.get(part) or ():
            if isinstance(each, dict) and each.get("reason"):
                yield str(each["reason"])


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _start(body: bytes) -> str:
    return shown(body[:_MOST_SAID].decode("utf-8", "replace"), _MOST_SAID)
