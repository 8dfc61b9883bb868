# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JetStream as its servers tell it: streams, consumers and the groups of servers that keep them.

Of a group only its leader knows how the others stand: to a follower, every other follower looks as if it had stopped.
What a consumer has still to deliver is known to its leader alone, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.nats.monitoring import MOST_ACCOUNTS, Fields, Monitor
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_ADVICE = "add the other servers to monitors, or run the check on each of them with each_server"

SECOND = 10**9
"""Nanoseconds, in which Go counts time."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another server of a group, as the one that was asked sees it."""

    name: str
    current: bool
    offline: bool

    @classmethod
    def parse(cls, fields: Fields) -> Peer:
        """Read one of the replicas of a group."""
        return cls(fields.text("name"), fields.flag("current"), fields.flag("offline"))


@dataclass(frozen=True, slots=True)
class Group:
    """The servers that keep something: its leader, "" when there is none, and those besides the one that was asked.

    informed: whether who was asked knows how the group stands: it leads it, or nobody does.
    """

    leader: str
    peers: tuple[Peer, ...]
    informed: bool

    @classmethod
    def parse(cls, fields: Fields | None, server: str) -> Group:
        """Read the cluster of a stream or consumer; outside clusters a server leads all that it has."""
        if fields is None:
            return cls(server, (), True)
        leader = fields.text("leader", "")
        return cls(leader, tuple(map(Peer.parse, fields.many("replicas"))), leader in ("", server))

    def problems(self, what: str) -> list[str]:
        """Why the group would not bear a loss, as its leader sees it."""
        if not self.leader:
            return [f"{what} has no leader"]
        # A server that is gone may still be called current.
        offline = [f"the replica of {what} on {shown(peer.name)} is offline" for peer in self.peers if peer.offline]
        behind = [peer.name for peer in self.peers if not peer.offline and not peer.current]
        return [*offline, *(f"the replica of {what} on {shown(name)} is not current" for name in behind)]


@dataclass(frozen=True, slots=True)
class Consumer:
    """A durable consumer. Times are Unix seconds, None is never; as told at the time now, on the server's clock."""

    name: str
    group: Group
    pending: int
    ack_pending: int
    max_ack_pending: int
    redelivered: int
    max_deliver: int
    created: float
    delivered: float | None
    acknowledged: float | None
    acknowledges: bool
    paused: bool
    now: float

    @classmethod
    def parse(cls, fields: Fields, server: str, now: float) -> Consumer | None:
        """Read one of the consumers of a stream; None for one that ends with its client."""
        config = fields.fields("config")
        if config is None:
            raise CannotLook("malformed", f"{fields.where} tells no configuration")
        if not config.text("durable_name", ""):
            return None
        delivered, floor = fields.fields("delivered"), fields.fields("ack_floor")
        return cls(
            name=fields.text("name"),
            group=Group.parse(fields.fields("cluster"), server),
            pending=fields.number("num_pending"),
            ack_pending=fields.number("num_ack_pending"),
            max_ack_pending=config.number("max_ack_pending", 0),
            redelivered=fields.number("num_redelivered"),
            max_deliver=config.number("max_deliver", -1),
            created=fields.moment("created") or now,
            delivered=delivered.moment("last_active") if delivered else None,
            acknowledged=floor.moment("last_active") if floor else None,
            acknowledges=config.text("ack_policy") != "none",
            paused=fields.flag("paused"),
            now=now,
        )


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream; max_age in seconds, 0 is without end; max_bytes and max_msgs -1 are without limit."""

    account: str
    name: str
    group: Group
    storage: str
    retention: str
    discard: str
    replicas: int
    max_age: float
    max_bytes: int
    max_msgs: int
    subjects: tuple[str, ...]
    messages: int
    consumers: tuple[Consumer, ...]

    @classmethod
    def parse(cls, fields: Fields, account: str, server: str, now: float) -> Stream:
        """Read one of the streams of an account."""
        config, state = fields.fields("config"), fields.fields("state")
        if config is None or state is None:
            raise CannotLook("malformed", f"{fields.where} tells no configuration and state")
        consumers = (Consumer.parse(each, server, now) for each in fields.many("consumer_detail"))
        return cls(
            account=account,
            name=fields.text("name"),
            group=Group.parse(fields.fields("cluster"), server),
            storage=config.text("storage"),
            retention=config.text("retention"),
            discard=config.text("discard"),
            replicas=config.number("num_replicas"),
            max_age=config.number("max_age") / SECOND,
            max_bytes=config.number("max_bytes"),
            max_msgs=config.number("max_msgs"),
            subjects=tuple(config.texts("subjects")),
            messages=state.number("messages"),
            consumers=tuple(each for each in consumers if each is not None),
        )

    @property
    def label(self) -> str:
        """The stream for people."""
        account = f" of account {shown(self.account)}" if self.account != "$G" else ""
        return f"stream {shown(self.name)}{account}"


@dataclass(frozen=True, slots=True)
class View:
    """What one server tells of JetStream. meta: the group of all servers, None outside clusters; size: how many."""

    server: str
    disabled: bool
    store_dir: str
    max_storage: int
    storage: int
    meta: Group | None
    size: int
    streams: Sequence[Stream]

    @classmethod
    def parse(cls, varz: Fields, jsz: Fields) -> View:
        """Read what one server told of itself and of JetStream."""
        if varz.text("server_id") != jsz.text("server_id"):
            raise CannotLook("malformed", f"{jsz.where} is answered by another server than {varz.where}")
        server, now = varz.text("server_name"), jsz.now()
        disabled, config, meta = jsz.flag("disabled"), jsz.fields("config"), jsz.fields("meta_cluster")
        if config is None and not disabled:
            raise CannotLook("malformed", f"{jsz.where} tells no configuration")
        accounts = jsz.many("account_details")
        if jsz.number("accounts") > len(accounts):
            limit = f"at most {MOST_ACCOUNTS} are read"
            raise CannotLook("too_large", f"{jsz.where}: {len(accounts)} of {jsz.number('accounts')} accounts; {limit}")
        return cls(
            server=server,
            disabled=disabled,
            store_dir=config.text("store_dir", "") if config else "",
            max_storage=config.number("max_storage", 0) if config else 0,
            storage=jsz.number("storage"),
            meta=Group.parse(meta, server) if meta else None,
            size=meta.number("cluster_size") if meta else 1,
            streams=[
                Stream.parse(each, account.text("name"), server, now)
                for account in accounts
                for each in account.many("stream_detail")
            ],
        )


@dataclass(frozen=True, slots=True)
class JetStream:
    """What the servers that were asked tell together, and why some did not tell.

    each_server: the others are asked, too, by this same check on their own hosts.
    """

    views: Sequence[View]
    unseen: Sequence[CannotLook]
    each_server: bool

    @classmethod
    async def ask(cls, monitors: Sequence[Monitor], each_server: bool) -> JetStream:
        """Ask all of them; one that does not answer hides only what it alone knows."""
        outcomes = await together(*(attempt(view_of(monitor)) for monitor in monitors))
        views = [outcome for outcome in outcomes if isinstance(outcome, View)]
        unseen = [outcome for outcome in outcomes if isinstance(outcome, CannotLook)]
        if not views:
            raise unseen[0]
        return cls(views, unseen, each_server)

    @property
    def everywhere(self) -> bool:
        """Whether every server of the cluster has told what it has."""
        return len({view.server for view in self.views}) >= max(view.size for view in self.views)

    @property
    def hidden(self) -> list[CannotLook]:
        """Why there may be more than these servers tell: each knows only of the streams that it has a replica of."""
        if self.unseen or self.each_server or self.everywhere:
            return list(self.unseen)
        asked = f"{len(self.views)} of {max(view.size for view in self.views)} servers of the cluster were asked"
        return [CannotLook("not_found", f"{asked}: {_ADVICE}")]

    def streams(self) -> dict[tuple[str, str], Stream]:
        """Every stream by account and name, as its leader tells it, where that was asked."""
        return {(each.account, each.name): each for each in sorted(self._streams(), key=_informed)}

    def consumers(self) -> dict[tuple[str, str, str], Consumer]:
        """Every durable consumer by account, stream and name, as its leader tells it, where that was asked."""
        found = [((each.account, each.name), consumer) for each in self._streams() for consumer in each.consumers]
        return {(*stream, each.name): each for stream, each in sorted(found, key=lambda pair: _informed(pair[1]))}

    def _streams(self) -> Iterator[Stream]:
        for view in self.views:
            yield from view.streams

    def unknown(self, what: str, group: Group) -> list[CannotLook]:
        """Why it is not known how a group stands; nothing where its leader is asked on its own host."""
        if group.informed or self.each_server:
            return []
        leader = shown(group.leader)
        return [CannotLook("not_found", f"{what} is led by {leader}, which alone knows how it stands: {_ADVICE}")]


def _informed(kept: Stream | Consumer) -> bool:
    return kept.group.informed


async def view_of(monitor: Monitor) -> View:
    """What one server tells of JetStream."""
    varz, jsz = await together(monitor.varz(), monitor.jsz())
    return View.parse(varz, jsz)
