# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that secrets are kept by AWS, closed to others, and rotated, without reading one."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.aws import encryption_keys, kept_secrets
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

Details = Mapping[str, Detail]


class ActionModule(Verifier):
    """Ask for what is known of each declared secret."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("secrets.in_store")
    async def in_store(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each declared secret is there, encrypted, and its own policy lets in nobody else."""
        asked, region = _asked(look, want)
        identity, secrets, policies, parameters = await together(
            asked.identity(),
            _secrets(asked, want, region),
            asked.of(
                _each("get-resource-policy", want.secrets), kept_secrets.policies, region, want.secrets, region=region
            ),
            _parameters(asked, want, region),
        )
        account = identity["account"]

        def closed(name: str) -> Seen:
            return kept_secrets.policy_seen(value(policies[name]), want.principals, account)

        verdicts = [
            verdict(
                f"secret {name}",
                "in Secrets Manager, and closed to others",
                partial(_seen, kept_secrets.secret_seen, secrets[name]),
                partial(closed, name),
            )
            for name in want.secrets
        ]
        verdicts += [
            verdict(
                f"parameter {name}",
                "in Parameter Store, encrypted",
                partial(_seen, kept_secrets.parameter_seen, detail),
            )
            for name, detail in parameters.items()
        ]
        return whole(
            "every declared secret is kept", {"account": account}, [_part(verdicts, "are not kept as they must be")]
        )

    @proves("secrets.rotation")
    async def rotation(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The value of each declared secret is young."""
        asked, region = _asked(look, want, "encryption_keys")
        identity, secrets, written, parameters, keys = await together(
            asked.identity(),
            _secrets(asked, want, region),
            asked.of(
                _each("list-secret-version-ids", want.secrets),
                kept_secrets.written,
                region,
                want.secrets,
                region=region,
            ),
            _parameters(asked, want, region),
            _keys(asked, want, region),
        )
        now, expected = time.time(), f"changed within {want.max_age_days} days"

        def secret(name: str) -> Seen:
            kept = value(secrets[name])
            kept = None if kept is None else {**kept, "changed": value(written[name])}
            return kept_secrets.age_seen(kept, want.max_age_days, want.automatic, now)

        def parameter(name: str) -> Seen:
            return kept_secrets.age_seen(value(parameters[name]), want.max_age_days, False, now)

        verdicts = [verdict(f"secret {name}", expected, partial(secret, name)) for name in secrets]
        verdicts += [verdict(f"parameter {name}", expected, partial(parameter, name)) for name in parameters]
        verdicts += [
            verdict(
                f"encryption key {name}",
                f"enabled, and rotated every {want.max_encryption_key_age_days} days",
                partial(encryption_keys.key_seen, detail, want.max_encryption_key_age_days),
            )
            for name, detail in keys.items()
        ]
        return whole(
            "every declared secret is young", {"account": identity["account"]}, [_part(verdicts, "are too old")]
        )


def _asked(look: Observer, want: Wanted, *more: str) -> tuple[Asked, str | None]:
    options = ("secrets", "parameters", *more)
    if not any(want[name] for name in options):
        raise NotAsked(f"option {' or '.join(options)} is not given")
    asked = ask(look, want)
    return asked, asked.regions[0]


def _secrets(asked: Asked, want: Wanted, region: str | None) -> Look[dict[str, Detail]]:
    return asked.of(_each("describe-secret", want.secrets), kept_secrets.secrets, region, want.secrets, region=region)


def _parameters(asked: Asked, want: Wanted, region: str | None) -> Look[dict[str, Detail]]:
    names = want.parameters
    filters = f"Key=Name,Option=Equals,Values={','.join(names)}"
    command = f"aws ssm describe-parameters --parameter-filters {shlex.quote(filters)}"
    return asked.of(command, kept_secrets.parameters, region, names, region=region)


def _keys(asked: Asked, want: Wanted, region: str | None) -> Look[dict[str, Detail]]:
    names = want.encryption_keys
    command = f"printf '%s\\n' {shlex.join(names)} | xargs -r -n 1 aws kms describe-key --key-id"
    return asked.of(command, encryption_keys.keys, region, names, region=region)


def _each(command: str, names: Sequence[str]) -> str:
    return f"printf '%s\\n' {shlex.join(names)} | xargs -r -n 1 aws secretsmanager {command} --secret-id"


def _seen(see: Callable[[Any], Seen], detail: Detail) -> Seen:
    return see(value(detail))


def _part(verdicts: Sequence[Verdict], wrong: str) -> Kind:
    return Kind.of("secrets", wrong, verdicts)
