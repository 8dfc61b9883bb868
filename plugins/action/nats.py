# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove the controls of a NATS server and its cluster from what they tell over their monitoring ports."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import CONTROLLER, Observer
from ansible_collections.golive.verify.plugins.plugin_utils.nats import (
    cluster,
    consumers,
    dead_letters,
    draining,
    entry,
    streams,
)
from ansible_collections.golive.verify.plugins.plugin_utils.nats.streams import Survey
from ansible_collections.golive.verify.plugins.plugin_utils.parts import proven
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves


class ActionModule(Verifier):
    """Ask the monitoring ports, and the client port as somebody without credentials."""

    def target(self, want: Wanted) -> str:
        return f"{want.host}:{want.port}" if want["from"] == CONTROLLER else f"nats port {want.port}"

    @proves("nats.server")
    async def server(self, look: Observer, want: Wanted) -> Verdict:
        """It is supported, closed to strangers and encrypted, and its consumers keep up."""
        survey = Survey.of(look, want)
        own = survey.monitors[0]
        parts = [
            entry.identity(own, want),
            entry.listeners(own, want.routes_tls, want.min_days_left),
            entry.door(look, want),
            entry.handshake(look, want),
        ]
        if want.jetstream:
            parts.append(consumers.keeping_up(survey, consumers.Pace.of(want)))
        if want.unit:
            parts.append(draining.stop(look, want.unit, want.lame_duck_duration))
        return await proven(
            f"version >= {want.min_version}, credentials and TLS required, certificates for >= {want.min_days_left} "
            f"days, each consumer <= {want.max_pending} pending and <= {want.max_redelivered} redelivered",
            *parts,
        )

    @proves("nats.jetstream")
    async def jetstream(self, look: Observer, want: Wanted) -> Verdict:
        """The declared streams exist; all are on a lasting file system, with limits as decided."""
        want.need("streams")
        survey = Survey.of(look, want)
        return await proven(
            "JetStream in a lasting store_dir, each stream in files and limited, those declared as declared",
            cluster.health(survey.monitors[0]),
            streams.store(survey.monitors[0], want.store_dir, want.max_storage_percent),
            streams.durability(survey),
        )

    @proves("nats.clustering")
    async def clustering(self, look: Observer, want: Wanted) -> Verdict:
        """Enough servers, a leader, and replicas of each stream on enough of them, so that one may go."""
        if want.jetstream:
            want.need("streams")
        survey, least = Survey.of(look, want), want.min_servers
        parts = [part for each in survey.monitors for part in (cluster.health(each), cluster.routes(each, least))]
        expected = f">= {least} connected servers"
        if want.jetstream:
            parts += [*(cluster.quorum(each, least) for each in survey.monitors), cluster.replication(survey)]
            expected += f", a leader, a quorum without one, each stream with >= {survey.replicas} current replicas"
        return await proven(expected, *parts)

    @proves("queues.dead_letter")
    async def dead_letter(self, look: Observer, want: Wanted) -> Verdict:
        """What consumers give up is stored in a stream, and somebody has dealt with it."""
        name = want.need("dead_letter_stream")
        return await proven(
            f"each durable consumer has max_deliver, {name} stores what they give up, <= {want.max_messages} lie there",
            dead_letters.kept_apart(Survey.of(look, want), name, want.max_messages),
        )
