# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a verifier asks an AWS account: each question once, whoever asks, and only if it is the right account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """The account that is asked, by whom, which one it must be, and where to look in it.

    regions: those of the check; one None, for the region that the SDK finds, when it names none.
    """

    look: Observer
    account: Account
    expected: str | None
    regions: Sequence[str | None]

    def of(self, command: str, read: Callable[..., T], *arguments: Any, region: str | None = None) -> Look[T]:
        """What read makes of the account's answer.

        command is how a person asks the same. The engine takes looks of the same command and the same read for the same
        question, so the command must tell apart whatever arguments do.
        """
        line, seconds = self.account.line(command, region), self.account.seconds
        reading = f"{read.__module__}.{read.__qualname__}"
        return self.look.call(line, lambda: read(self.account, *arguments), timeout=seconds, reading=reading)

    async def identity(self) -> Mapping[str, str]:
        """Which account it is. Nothing is proven by another than the expected one."""
        said = await self.of("aws sts get-caller-identity", identity)
        if self.expected and said["account"] != self.expected:
            raise CannotLook("denied", f"the credentials are those of account {said['account']}, not {self.expected}")
        return said


def ask(look: Observer, want: Wanted) -> Asked:
    """Ask the account that a check's options speak of."""
    reached = Account(
        profile=want.profile,
        role_arn=want.role_arn,
        external_id=want.external_id,
        endpoint_url=want.endpoint_url,
        region=next(iter(want.regions), None),
        seconds=want.timeout,
        answered=look.answered,
    )
    return Asked(look, reached, want.account_id, want.regions or [None])


def identity(account: Account) -> dict[str, str]:
    """The account's number, and its partition, such as aws or aws-cn."""
    answer = account.call("sts", "get_caller_identity")
    return {"account": answer["Account"], "partition": answer["Arn"].split(":")[1]}
