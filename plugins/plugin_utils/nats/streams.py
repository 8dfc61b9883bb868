# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether streams last and are bounded, as their owner decided, and whether what holds them is itself lasting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import Mount, MountsFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import HOST, Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.nats.jetstream import JetStream, Stream, View, view_of
from ansible_collections.golive.verify.plugins.plugin_utils.nats.monitoring import Monitor, monitors_of
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MOST_SHOWN = 20
# Gone with the machine's next start, or with the container.
_PASSING = {"tmpfs": "memory", "overlay": "a container's own layer", "aufs": "a container's own layer"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What was decided for a stream; None is nothing. max_age_hours: of a message."""

    name: str = ""
    account: str | None = None
    storage: str = "file"
    replicas: int | None = None
    retention: str | None = None
    discard: str | None = None
    max_age_hours: float | None = None
    max_bytes: int | None = None
    max_msgs: int | None = None
    unlimited: bool = False
    consumers: Sequence[str] | None = None

    def means(self, stream: Stream) -> bool:
        """Whether it was decided for this stream."""
        return stream.name == self.name and self.account in (None, stream.account)


@dataclass(frozen=True, slots=True)
class Survey:
    """The servers to ask, and what was decided for the streams that they keep.

    replicas: how many a stream should have of which nothing else was decided.
    """

    monitors: Sequence[Monitor]
    each_server: bool
    policies: Sequence[Policy]
    replicas: int

    @classmethod
    def of(cls, look: Observer, want: Wanted) -> Survey:
        """What the options of a check name."""
        policies = [Policy(**each) for each in want.streams or ()]
        return cls(monitors_of(look, want), want.each_server, policies, want.min_stream_replicas)

    async def jetstream(self) -> JetStream:
        """What the servers tell together."""
        return await JetStream.ask(self.monitors, self.each_server)

    def policy(self, stream: Stream) -> Policy:
        """What was decided for a stream. One that nobody declared must still last and have some limit."""
        return next((policy for policy in self.policies if policy.means(stream)), Policy())

    def absent(self, jetstream: JetStream, *others: Policy) -> tuple[list[str], list[CannotLook]]:
        """Which declared streams do not exist, and of which nobody who was asked knows."""
        found, problems, unknown = jetstream.streams().values(), [], []
        for policy in (*self.policies, *others):
            if any(policy.means(stream) for stream in found):
                continue
            if jetstream.everywhere:
                problems.append(f"there is no stream {policy.name}")
            elif (policy.replicas or self.replicas) >= max(view.size for view in jetstream.views):
                problems.append(f"stream {policy.name} is not here, though each server should have a replica of it")
            else:
                detail = "is on none of the servers that were asked: add those of the others to monitors"
                unknown.append(CannotLook("not_found", f"stream {policy.name} {detail}"))
        return problems, unknown


def durability_problems(stream: Stream, policy: Policy) -> list[str]:
    """Why a stream loses what it should keep, or keeps what it should not."""
    problems = []
    if stream.storage != policy.storage:
        problems.append(f"{stream.label} is stored in {shown(stream.storage)}, not in {policy.storage}")
    if not policy.unlimited and stream.max_age <= 0 and stream.max_bytes <= 0 and stream.max_msgs <= 0:
        problems.append(f"{stream.label} has no limit of age, size or number of messages")
    decided = {
        "retention": (stream.retention, policy.retention),
        "discard": (stream.discard, policy.discard),
        "max_age in hours": (stream.max_age / 3600, policy.max_age_hours),
        "max_bytes": (stream.max_bytes, policy.max_bytes),
        "max_msgs": (stream.max_msgs, policy.max_msgs),
    }
    for name, (actual, wanted) in decided.items():
        if wanted is not None and actual != wanted:
            problems.append(f"{name} of {stream.label} is {shown(actual)}, not {wanted}")
    return problems


def settled(actual: Mapping[str, Any], problems: Sequence[str], unknown: Sequence[CannotLook]) -> Part:
    """A part of which some may be unknown, which counts only where nothing is known to be wrong."""
    if unknown and not problems:
        raise unknown[0]
    return Part(actual, problems)


def some(items: Mapping[str, Any]) -> dict[str, Any]:
    """The first of many, and how many there are, for people."""
    first = dict(list(items.items())[:_MOST_SHOWN])
    return first if len(first) == len(items) else {**first, "…": f"{len(items)} in all"}


async def durability(survey: Survey) -> Part:
    """Every stream is stored and bounded as decided."""
    jetstream = await survey.jetstream()
    missing, unknown = survey.absent(jetstream)
    streams = jetstream.streams().values()
    problems = [problem for each in streams for problem in durability_problems(each, survey.policy(each))]
    actual = {each.label: _limits(each) for each in streams}
    return settled(some(actual), [*missing, *problems], [*unknown, *jetstream.hidden])


def _limits(stream: Stream) -> str:
    limits = {
        f"{stream.max_age / 3600:g} h": stream.max_age,
        f"{stream.max_bytes} bytes": stream.max_bytes,
        f"{stream.max_msgs} messages": stream.max_msgs,
    }
    said = [name for name, value in limits.items() if value > 0]
    kept = shown(f"{stream.storage}, {stream.retention}, discard {stream.discard}")
    return f"{kept}, {' or '.join(said) or 'without limit'}"


async def store(monitor: Monitor, declared: str | None, max_percent: float) -> Part:
    """JetStream is on, in a directory that outlives the machine's next start, with room left."""
    on_host = monitor.look.vantage == HOST
    mounts = [attempt(monitor.look.mounts())] if on_host else []
    view, *seen = await together(view_of(monitor), *mounts)
    if view.disabled:
        return Part({"JetStream": "disabled"}, [f"JetStream is disabled on {shown(view.server)}"])
    problems = usage_problems(view, max_percent)
    if declared and not _within(view.store_dir, declared):
        problems.append(f"store_dir is {shown(view.store_dir)}, not in {declared}")
    if not seen and not declared:
        reason = "the file system of store_dir is seen on the host only: use from: host, or declare store_dir"
        return settled({}, problems, [CannotLook("unreachable", f"{shown(view.store_dir)}: {reason}")])
    actual: dict[str, Any] = {"store_dir": shown(view.store_dir), "used bytes": view.storage, "max": view.max_storage}
    unknown = []
    for mounted in seen:
        try:
            mount = await _mount(monitor.look, mounted, view.store_dir)
            problems += mount_problems(mount, view)
            actual["file system"] = mount.type
        except CannotLook as reason:
            unknown.append(reason)
    return settled(actual, problems, unknown)


async def _mount(look: Observer, mounted: MountsFact | CannotLook, store_dir: str) -> Mount:
    if isinstance(mounted, CannotLook):
        raise mounted
    try:
        fact = await look.file(store_dir)
    except CannotLook as failure:
        if failure.reason == "not_found":
            detail = f"{shown(store_dir)} is not on this host: in a container? Look from: controller, with store_dir"
            raise CannotLook("not_found", detail) from None
        raise
    if fact.type != "directory":
        raise CannotLook("malformed", f"{shown(store_dir)} is no directory on this host")
    return mount_of(mounted, store_dir)


def mount_of(fact: MountsFact, path: str) -> Mount:
    """The file system that a path lies on; one that did not answer raises why."""
    for each in fact.unread:
        if _within(path, each.path) and each.path != "/":
            raise CannotLook(each.reason, f"{each.path}: {each.detail}")
    holding = [mount for mount in fact.mounts if _within(path, mount.path)]
    if not holding:
        raise CannotLook("not_found", f"no file system is mounted for {shown(path)}")
    # The longest path is the nearest; of several on the same one, the last covers the others.
    return max(reversed(holding), key=lambda mount: len(mount.path))


def mount_problems(mount: Mount, view: View) -> list[str]:
    """Why a directory does not hold streams for good."""
    problems = []
    if passing := _PASSING.get(mount.type):
        problems.append(f"store_dir {shown(view.store_dir)} is on {mount.type} ({mount.path}): {passing}")
    if view.max_storage > mount.size:
        problems.append(f"max_storage ({view.max_storage}) is more than the file system has ({mount.size} bytes)")
    return problems


def usage_problems(view: View, max_percent: float) -> list[str]:
    """Why publishing is about to stop."""
    if view.max_storage <= 0:
        return [f"max_storage of {shown(view.server)} is {view.max_storage}: there is no room for files"]
    percent = 100 * view.storage / view.max_storage
    return [f"{percent:.0f} % of max_storage of {shown(view.server)} is used"] if percent > max_percent else []


def _within(path: str, directory: str) -> bool:
    return PurePosixPath(path).is_relative_to(PurePosixPath(directory))
