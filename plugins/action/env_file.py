# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of the variables of services: each value is judged where it lies, and stays there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables import judging, questions
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.comparing import (
    names_in,
    same_elsewhere,
    uncompared,
)
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.files import protected
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import Questions
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.sources import (
    Effective,
    Source,
    effective,
)
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

OfOne = Callable[[Source], Awaitable[Part]]


class ActionModule(Verifier):
    """Ask each place that a service takes its variables from once, for all controls."""

    @proves("env.required_present")
    async def required_present(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Each service has a value for every variable that it needs."""
        if not want.manifest:
            want.need("required")

        async def part(source: Source) -> Part:
            has, names = await together(effective(look, source, Questions.of(want)), _required(look, want))
            wanted = sorted(set(names) - set(want.optional))
            return Part(_seen(has, required=len(wanted)), judging.missing_problems(has, wanted))

        return await _each(want, "every required variable has a value", part)

    @proves("env.production_values")
    async def production_values(self, look: Observer, want: Wanted) -> list[Verdict]:
        """No value is one of tests, guides or other environments."""

        async def part(source: Source) -> Part:
            has, same = await together(
                effective(look, source, Questions.of(want)), attempt(same_elsewhere(look, want, source))
            )
            problems = judging.forbidden_problems(has, want.also_forbidden, want.exceptions)
            secrets = questions.secrets_of(want, has.names(empty=False))
            secrets += judging.passwords_of(has, [database["variable"] for database in want.databases])
            passwords = [f"{name}{questions.PASSWORD}" for name in has.names()]
            if not isinstance(same, CannotLook):
                problems += judging.shared_problems(has, {*secrets, *passwords}, same)
            if has.unshown and not problems:
                raise CannotLook("malformed", f"{_unshown(has)}; list them in required if they are meant")
            return _unless_unknown(_seen(has, secrets=len(secrets)), problems, want, secrets, same)

        verdicts = await _each(want, "no test, default or placeholder value, no secret of another environment", part)
        return _with_others(want, verdicts)

    @proves("env.runtime_mode")
    async def runtime_mode(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What runs was started for production, whatever the files say; and so it will be at its next start."""
        mode = {name: Questions.of(want).judged[name] for name in want.need("mode")}

        async def part(source: Source) -> Part:
            if not source.running:
                raise CannotLook("not_found", f"{source.label} is not what runs: add its unit, process or container")
            has = await effective(look, source, Questions.of(want), running=True)
            problems = []
            for at, (place, _fact) in enumerate(has.seen):
                if place.running or place in source.loaders:
                    rest = Effective(has.seen[at : at + 1])
                    problems += [p for name in mode for p in _mode_problems(rest, name, mode[name], place.running)]
                    problems += judging.off_problems(rest, want.debug_off)
            return Part({**_seen(has), "processes": len(has.processes)}, problems)

        wanted = ", ".join(f"{name}={value}" for name, value in want.mode.items())
        return await _each(want, f"the processes have {wanted}, and debugging is off", part)

    @proves("env.jwt_secret_strength")
    async def jwt_secret_strength(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What signs tokens is long, random, and used for nothing else, nowhere else."""
        names = want.need("jwt_secrets")

        async def part(source: Source) -> Part:
            has, same = await together(
                effective(look, source, Questions.of(want)), attempt(same_elsewhere(look, want, source))
            )
            wanted = questions.strong(want)
            problems = [problem for name in names for problem in judging.predicate_problems(has, name, wanted)]
            problems += judging.twin_problems(has, names)
            if not isinstance(same, CannotLook):
                problems += judging.shared_problems(has, names, same)
            return _unless_unknown(_seen(has, judged=names), problems, want, names, same)

        expected = f">= {want.min_length} characters and {want.min_entropy_bits} bits, no words, used nowhere else"
        return _with_others(want, await _each(want, expected, part))

    @proves("env.audit_key_format")
    async def audit_key_format(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What encrypts data is a random key of the full size, and not the former one."""
        names = want.need("encryption_keys")

        async def part(source: Source) -> Part:
            has = await effective(look, source, Questions.of(want))
            wanted = questions.key_format(want)
            problems = [problem for name in names for problem in judging.predicate_problems(has, name, wanted)]
            return Part(_seen(has, judged=names), problems + judging.twin_problems(has, names))

        return await _each(want, f"{want.key_bytes} random bytes in {want.key_encoding}, a new key", part)

    @proves("env.database_url")
    async def database_url(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The service is configured with the database of production, over TLS."""
        databases = want.need("databases")

        async def part(source: Source) -> Part:
            has = await effective(look, source, Questions.of(want))
            problems = [
                problem
                for database in databases
                for problem in judging.predicate_problems(has, database["variable"], questions.database_url(database))
            ]
            return Part(_seen(has, judged=[database["variable"] for database in databases]), problems)

        wanted = ", ".join(f"{each['variable']}: {each['name']}, sslmode >= {each['sslmode']}" for each in databases)
        return await _each(want, f"{wanted}, not on this machine or a test system", part)

    @proves("env.allowed_origins")
    async def allowed_origins(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Only production's sites over https are trusted."""
        names = want.need("origin_variables")
        wanted = {"https_origins": want.origins}

        async def part(source: Source) -> Part:
            has = await effective(look, source, Questions.of(want))
            problems = [problem for name in names for problem in judging.predicate_problems(has, name, wanted)]
            return Part(_seen(has, judged=names), problems)

        return await _each(want, f"https origins only{', of ' if want.origins else ''}{', '.join(want.origins)}", part)

    @proves("env.files")
    async def files(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The files are there, are those that are loaded, and nobody else may read them."""
        sources = [source for source in Source.all(want) if source.files or source.loaders]
        if not sources:
            raise NotAsked("no entry of sources names a file, unit or compose file")
        return await _of(
            sources, "mode 0640 or stricter, owned by root or the service, really loaded", _bound(look, want)
        )

    @proves("env.feature_flags")
    async def feature_flags(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Every flag has a chosen value, an owner and an end."""
        flags = want.need("flags")
        today = datetime.datetime.now(datetime.UTC).date()

        async def part(source: Source) -> Part:
            has = await effective(look, source, Questions.of(want))
            problems = list(judging.flag_problems(has, flags, want.flag_prefix, today))
            return Part(_seen(has, flags=sorted(flags)[:20]), problems)

        return await _each(want, "every flag has a value, an owner and a date in the future on which it expires", part)

    @proves("env.parity")
    async def parity(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The environments have the same variables, and the same major versions."""
        keys, versions = want.need("keys"), want.need("versions")

        async def part(source: Source) -> Part:
            has, *theirs = await together(
                effective(look, source, Questions.of(want)), *(_keys(look, each) for each in keys.values())
            )
            has = has.configured()
            problems = [
                problem
                for name, other in zip(keys, theirs, strict=True)
                for problem in judging.key_problems(has.names(), other, name, want.keys_except)
            ]
            problems += [_unshown(has)] if has.unshown else []
            return Part(_seen(has), problems)

        expected = f"the variables of {', '.join(keys)}"
        same, running = await together(
            _each(want, expected, part), together(*(_version(look, each) for each in versions))
        )
        return [*same, *running]


async def _each(want: Wanted, expected: str, of_one: OfOne) -> list[Verdict]:
    return await _of(Source.all(want), expected, of_one)


async def _of(sources: Sequence[Source], expected: str, of_one: OfOne) -> list[Verdict]:
    """A verdict for each source; one that cannot be seen does not hide the others."""
    return await together(*(alone(expected, of_one(source), subject=source.label) for source in sources))


def _bound(look: Observer, want: Wanted) -> OfOne:
    async def part(source: Source) -> Part:
        return await protected(look, want, source)

    return part


def _seen(has: Effective, **more: Any) -> dict[str, Any]:
    """The evidence: where the variables come from, and how many there are."""
    return {"from": [place.label for place, _fact in has.seen], "variables": len(has.names()), **more}


def _unshown(has: Effective) -> str:
    return f"{has.unshown} variables are not shown, since their names look like parts of a value"


def _unless_unknown(
    actual: dict[str, Any], problems: list[str], want: Wanted, names: Sequence[str], same: dict[str, Any] | CannotLook
) -> Part:
    """The part, where something is wrong or the comparison with other environments is complete."""
    if not problems:
        if isinstance(same, CannotLook):
            raise same
        uncompared(want, names)
    return Part({**actual, "other environments": sorted(want.other_environments) or "none declared"}, problems)


def _with_others(want: Wanted, verdicts: list[Verdict]) -> list[Verdict]:
    """The verdicts, where it was said what other environments there are; else those alone that know something wrong."""
    if "other_environments" in want.given:
        return verdicts
    wrong = [verdict for verdict in verdicts if verdict.status is not Status.PASS]
    if not wrong:
        raise NotAsked("option other_environments is not given")
    return wrong


def _mode_problems(has: Effective, name: str, wanted: Mapping[str, Any], running: bool) -> list[str]:
    """Settings may leave the mode to the process that they start; a process may not."""
    if not running and has.of(name) is None:
        return []
    return judging.predicate_problems(has, name, {"one_of": wanted["one_of"]}, where=True)


async def _required(look: Observer, want: Wanted) -> list[str]:
    listed = await names_in(look, want.manifest) if want.manifest else []
    return [*want.required, *listed]


async def _keys(look: Observer, given: Any) -> list[str]:
    return [str(name) for name in given] if isinstance(given, list) else await names_in(look, str(given))


async def _version(look: Observer, wanted: dict[str, Any]) -> Verdict:
    command = " ".join(wanted["command"])

    async def part() -> Part:
        said = await look.command(wanted["command"], user=wanted["user"])
        found = re.search(r"\d+(?:\.\d+)*", said.stdout or said.stderr)
        if found is None:
            raise CannotLook("malformed", f"{command} printed no version")
        return Part({command: found[0]}, judging.version_problems(found[0], wanted["version"], command))

    return await alone(f"major version {wanted['version'].split('.')[0]}", part(), subject=command)
