# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of a suite's `host`: every command goes to the action plugin, and from there to the play's host."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import unquote

from ansible_collections.golive.verify.plugins.plugin_utils.testinfra.questions import Questions

try:
    from testinfra.backend.base import BaseBackend
except ImportError:  # only the process of a suite, which has it, makes a backend
    BaseBackend = object

NAME = "golive"


class HostBackend(BaseBackend):
    """The one host of this process, under its name in the inventory."""

    NAME = NAME
    hostname: str
    questions: ClassVar[Questions]
    hosts: ClassVar[list[Any]] = []

    def __init__(self, hostname: str, **options: Any) -> None:
        super().__init__(hostname, sudo=bool(options.get("sudo")), sudo_user=options.get("sudo_user"))
        self._encoding = "utf-8"  # observations are; testinfra would ask the host

    def set_host(self, host: Any) -> None:
        """Called by testinfra with the object that tests get as `host`."""
        super().set_host(host)
        self.hosts.append(host)

    @classmethod
    def forget(cls) -> None:
        """Make `host` as new. testinfra keeps in it what it has found out, so that only the first test would ask."""
        for host in cls.hosts:
            backend = host.backend
            vars(host).clear()
            host.backend = backend

    @classmethod
    def get_hosts(cls, host: str, **options: Any) -> list[str]:
        """The names of the hosts that a specification means."""
        return [unquote(host)]

    def get_pytest_id(self) -> str:
        """How tests of this host are called."""
        return self.hostname

    def run(self, command: str, *args: str, **options: Any) -> Any:
        """Run one line in the host's shell."""
        line = self.get_command(command, *args)
        value = self.questions.answer(line)
        return self.result(value["exit"], self.encode(line), value["stdout"], value["stderr"])
