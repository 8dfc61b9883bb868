# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each of many things has an end of its own, in bounded time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline
from ansible_collections.golive.verify.plugins.plugin_utils.details import details, value


def read(name: str) -> Any:
    if name == "hidden":
        raise CannotLook("denied", "needs s3:GetBucketPolicy")
    return {"size": {"here": 3}[name]}


def test_one_that_cannot_be_read_does_not_keep_the_others_from_it() -> None:
    found = details(iter(["here", "hidden", "odd"]), read, Deadline(5))
    assert value(found["here"]) == {"size": 3}
    assert found["odd"] == {"reason": "malformed", "detail": "KeyError: 'odd'"}
    with pytest.raises(CannotLook, match="needs s3:GetBucketPolicy"):
        value(found["hidden"])


def test_when_the_time_is_over_nothing_more_is_asked() -> None:
    assert [each["reason"] for each in details(["here", "hidden"], read, Deadline(-1)).values()] == ["timeout"] * 2
