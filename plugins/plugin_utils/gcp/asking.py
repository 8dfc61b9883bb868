# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a verifier asks a project of Google Cloud: each question once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Project, Reader
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """The project that is asked, and by whom."""

    look: Observer
    project: Project

    def of(self, command: str, read: Callable[..., T], *arguments: Any) -> Look[T]:
        """What read makes of the project's answer.

        command is how a person asks the same. The engine takes looks of the same command for the same question, so it
        must tell apart whatever arguments do.
        """
        line, seconds = self.project.line(command), self.project.seconds
        return self.look.call(line, lambda: read(Reader(self.project, self.look.answered), *arguments), timeout=seconds)


def ask(look: Observer, want: Wanted) -> Asked:
    """Ask the project that a check's options speak of."""
    return Asked(look, project(want.project, want.impersonate, want.quota_project, want.endpoint_url, want.timeout))


@cache
def project(
    name: str, impersonate: str | None, quota_project: str | None, endpoint_url: str | None, seconds: float | None
) -> Project:
    """Made once for all verifiers: credentials take longer to get than to use."""
    return Project(
        name, impersonate=impersonate, quota_project=quota_project, endpoint_url=endpoint_url, seconds=seconds
    )
