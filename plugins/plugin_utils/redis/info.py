# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Redis server tells of itself."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown


class Info:
    """The fields of INFO. One that is asked for and missing is CannotLook("malformed"), never a default."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    @classmethod
    def parse(cls, text: str) -> Info:
        """Read the reply of INFO, which starts with the title of a section."""
        if not text.startswith("# "):
            raise CannotLook("malformed", f"INFO: {shown(text)!r}")
        pairs = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
        return cls({name: value.strip() for name, colon, value in pairs if colon})

    def __getitem__(self, name: str) -> str:
        try:
            return self._fields[name]
        except KeyError:
            raise CannotLook("malformed", f"INFO says nothing of {name}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def number(self, name: str) -> int:
        """A field that is a whole number."""
        try:
            return int(self[name])
        except ValueError:
            raise CannotLook("malformed", f"INFO: {name} is {shown(self[name])!r}") from None

    @property
    def now(self) -> float:
        """The server's own clock, as Unix seconds."""
        return self.number("server_time_usec") / 1e6
