# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine itself: its version, its settings, where its data is and who can reach its socket."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import objects, output, template
from ansible_collections.golive.verify.plugins.plugin_utils.docker.lifetimes import end_problems
from ansible_collections.golive.verify.plugins.plugin_utils.facts import HttpFact, Mount, MountsFact, Socket
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_FIELDS = {
    "version": ".ServerVersion",
    "root": ".DockerRootDir",
    "live_restore": ".LiveRestoreEnabled",
    "log_driver": ".LoggingDriver",
    "security": ".SecurityOptions",
}
_SETTINGS = ("log-opts", "hosts")
# Swarm's own ports, where every peer shows a certificate.
_SWARM = (2377, 7946)
_PORTS = (2375, 2376)
_ENGINES = ("dockerd", "podman")
# The header by which an engine's API is known.
_MARK = "Api-Version"
# Log drivers that write files without an end unless they are told one.
_UNBOUNDED = ("json-file",)


async def info(look: Observer, argv: Sequence[str]) -> Mapping[str, Any]:
    """What the engine says of itself. A client that reaches none answers too, with nothing in it."""
    (told,) = objects(await output(look, [*argv, "info", "--format", template(_FIELDS)])) or [{}]
    if not told.get("version"):
        raise CannotLook("unreachable", "the container engine does not answer")
    return told


async def version(look: Observer, argv: Sequence[str], declared: Mapping[str, Any]) -> Part:
    """It answers, with a version that still gets fixes."""
    number = str((await info(look, argv))["version"]).partition("+")[0].partition("-")[0]
    return Part({"version": shown(number)}, end_problems("docker", number, declared))


async def settings(look: Observer, argv: Sequence[str], file: str, wanted: Mapping[str, Any]) -> Part:
    """Its settings are as declared, and its logs have an end. wanted: None for what is not declared."""
    told, present_file, read = await together(
        info(look, argv),
        present(look.file(file)),
        attempt(look.command(["cat", file], keep=_SETTINGS)),
    )
    if present_file is not None and isinstance(read, CannotLook):
        raise read
    options = {} if present_file is None else _options(file, read.stdout)
    security = [str(option).partition(",")[0] for option in told["security"] or []]
    actual = {
        "log_driver": told["log_driver"],
        "log_opts": {key: shown(value) for key, value in options.items()},
        "live_restore": told["live_restore"],
        "userns_remap": "name=userns" in security or "name=rootless" in security,
    }
    return Part(actual, setting_problems(actual, wanted))


def _options(file: str, text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text).get("log-opts") or {}
    except (ValueError, AttributeError) as error:
        raise CannotLook("malformed", f"{file}: {error}") from error
    if not isinstance(found, dict):
        raise CannotLook("malformed", f"{file}: log-opts is {type(found).__name__}")
    return found


def setting_problems(actual: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Where the settings are not those that are wanted."""
    problems = [
        f"{name.replace('_', '-')} is {shown(actual[name])}, not {value}"
        for name, value in wanted.items()
        if value is not None and name != "log_opts" and actual[name] != value
    ]
    options = actual["log_opts"]
    problems += [
        f"the log option {key} is {options.get(key, 'not set')}, not {value}"
        for key, value in (wanted["log_opts"] or {}).items()
        if options.get(key) != str(value)
    ]
    if actual["log_driver"] in _UNBOUNDED and "max-size" not in options:
        problems.append(f"logs of {actual['log_driver']} have no max-size, so they fill the disk")
    return problems


async def data_root(look: Observer, argv: Sequence[str]) -> Part:
    """Its data is on another file system than the machine's own."""
    told, mounts = await together(info(look, argv), look.mounts())
    path = PurePosixPath(str(told["root"]))
    mount, system = _mounted(path, mounts), _mounted(PurePosixPath("/"), mounts)
    # Where it has no volume of its own, the engine mounts the directory on itself.
    problems = [f"the data in {shown(path)} is on the system disk"] if mount.device == system.device else []
    return Part({"data_root": shown(path), "device": shown(mount.device)}, problems)


def _mounted(path: PurePosixPath, fact: MountsFact) -> Mount:
    above = {str(each) for each in (path, *path.parents)}
    hidden = [each for each in fact.unread if each.path in above]
    if hidden:
        raise CannotLook(hidden[0].reason, f"{hidden[0].path}: {hidden[0].detail}")
    found = [mount for mount in fact.mounts if mount.path in above]
    if not found:
        raise CannotLook("not_found", f"no file system holds {shown(path)}")
    return max(found, key=lambda mount: len(mount.path))


async def socket(look: Observer) -> Part:
    """Nobody reaches its API over TCP without showing a certificate. Sockets of unknown owners are asked too."""
    fact = await look.sockets()
    listening = [each for each in fact.sockets if each.protocol == "tcp" and each.port not in _SWARM]
    asked = [each for each in listening if each.process in (None, *_ENGINES) or each.port in _PORTS]
    answers = await together(*(_answers_anybody(look, each) for each in asked))
    problems = [
        f"the engine answers everybody on {each.address} port {each.port}: who reaches it owns the machine"
        for each, is_open in zip(asked, answers, strict=True)
        if is_open
    ]
    ours = [f"{each.address}:{each.port}" for each in asked if each.process in _ENGINES]
    return Part({"TCP sockets": len(listening), "of the engine": ours}, problems)


async def _answers_anybody(look: Observer, found: Socket) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(found.address, found.address)  # noqa: S104 - it is only read
    where = f"{f'[{host}]' if ':' in host else host}:{found.port}/_ping"
    clear, encrypted = await together(
        attempt(look.http(f"http://{where}")), attempt(look.http(f"https://{where}", verify=False))
    )
    if any(isinstance(each, HttpFact) and each.status == 200 and each.header(_MARK) for each in (clear, encrypted)):
        return True
    # What speaks TLS tells a client that does not; of an engine's own socket no answer at all says nothing.
    if isinstance(clear, CannotLook) and found.process in _ENGINES:
        raise clear
    return False
