# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters of a server, as pg_settings tells them."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import hidden
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import literals
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Where a parameter that is the server's own comes from. Every other source is one of our session.
_OF_SERVER = {"default", "environment variable", "configuration file", "command line"}


def settings(*names: str) -> str:
    """The question for some parameters."""
    return f"SELECT name, setting, source FROM pg_settings WHERE name = ANY({literals(names)})"


class Settings:
    """Parameters by name. One that is asked for and missing is hidden from us, never a default."""

    def __init__(self, values: Mapping[str, str], sources: Mapping[str, str]) -> None:
        self._values = values
        self._sources = sources

    @classmethod
    async def of(cls, asked: Asked) -> Settings:
        """Those of a question named settings."""
        rows = await asked.rows("settings")
        return cls({row["name"]: row["setting"] for row in rows}, {row["name"]: row["source"] for row in rows})

    def __getitem__(self, name: str) -> str:
        if name not in self._values:
            raise hidden(f"the parameter {name}", "pg_read_all_settings", None)
        return self._values[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def number(self, name: str) -> int:
        """A parameter that is a whole number."""
        try:
            return int(self[name])
        except ValueError:
            raise CannotLook("malformed", f"{name} is {shown(self[name])!r}") from None

    def of_server(self, name: str) -> str:
        """A parameter as the server has it, where our own role or database has not another value of it."""
        value = self[name]
        if self._sources[name] not in _OF_SERVER:
            detail = f"{name} is overridden for our own sessions ({shown(self._sources[name])}): log in as another role"
            raise CannotLook("malformed", detail)
        return value
