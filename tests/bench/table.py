"""The figures of a run as one table, each ratio beside the limit that it is to meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.contenders import GOSS_RUN, OUR_TESTINFRA, OURS, PING, TASKS, TESTINFRA, Contender

# Seconds for the results of 1,000 hosts, on a machine with nothing else to do.
MOST_TO_STORE = 10.0
# How many times as fast as one call after another.
LEAST_OF_SERIAL = 5.0


@dataclass(frozen=True, slots=True)
class Bar:
    """How many times as long as a contender ours may take, or how many times as fast as it ours must be."""

    contender: str
    hosts: int
    at_most: float = 0
    at_least: float = 0
    ours: str = OURS

    def judge(self, figures: Mapping[str, Any]) -> tuple[str, str]:
        """The ratio in words, and whether it is met; without a figure, neither."""
        ours, other = figures.get(key(self.ours, self.hosts)), figures.get(key(self.contender, self.hosts))
        if not ours or not other:
            return "not available", ""
        ratio = ours["seconds"]["median"] / other["seconds"]["median"]
        if self.at_most:
            met = ratio <= self.at_most
            return f"takes {ratio:.2f} times as long as {self.contender}; limit: at most {self.at_most:g}", _word(met)
        met = 1 / ratio >= self.at_least
        return f"is {1 / ratio:.1f} times as fast as {self.contender}; limit: at least {self.at_least:g}", _word(met)


def _word(met: bool) -> str:
    return "ok" if met else "missed"


def bars(fleet: int) -> Sequence[Bar]:
    """What issue and design promise."""
    return (
        Bar(PING, 1, at_most=1.3),
        Bar(PING, fleet, at_most=1.15),
        Bar(GOSS_RUN, 1, at_least=1.8),
        Bar(GOSS_RUN, fleet, at_least=1.8),
        Bar(TASKS, 1, at_least=25),
        Bar(TESTINFRA, 1, at_least=25),
        Bar(TESTINFRA, 1, at_least=5, ours=OUR_TESTINFRA),
    )


def key(contender: str, hosts: int) -> str:
    """The name of a row."""
    return f"{contender} on {hosts}"


def lines(everyone: Sequence[Contender], fleet: int, found: Mapping[str, Any]) -> Iterator[str]:
    """The whole table, as the terminal shows it."""
    figures = found["contenders"]
    yield f"{'':58} {'hosts':>5} {'runs':>4} {'seconds':>8} {'min':>7} {'max':>7} {'x ping':>7} {'CPU s':>6}"
    for hosts in (1, fleet):
        ping = figures.get(key(PING, hosts))
        for contender in everyone:
            if hosts == 1 or not contender.slow:
                yield _row(contender.title, hosts, figures.get(key(contender.name, hosts)), ping)
    yield ""
    for limit in bars(fleet):
        said, word = limit.judge(figures)
        yield f"{f'{limit.hosts} host' + 's' * (limit.hosts > 1):>9}   {limit.ours} {said:<62} {word}"
    yield ""
    ours = found["ours"]
    yield (
        f"Controller, {fleet} hosts: {ours['memory_mb']:.0f} MB at the peak with all workers, "
        f"{ours['cpu_per_host']:.2f} CPU seconds per host"
    )
    report = found["report"]
    seconds, sizes = report["seconds"], report["megabytes"]
    parts = ", ".join(f"{name} {sizes[name]:.1f} MB" for name in sizes)
    yield (
        f"Report of {report['results']:,} results: {seconds['all formats']:.1f} s for all formats "
        f"({seconds['gate and contract']:.1f} s of them the gate), {report['memory_mb']:.0f} MB of memory; {parts}"
    )
    kept = found["history"]
    seconds = kept["seconds"]
    yield (
        f"History of {kept['results']:,} results: {seconds['stored']:.1f} s to store in SQLite "
        f"(limit: {MOST_TO_STORE:g} s) {_word(seconds['stored'] < MOST_TO_STORE)}; "
        f"{seconds['read back'] + seconds['compared']:.1f} s to compare with the last run; "
        f"{kept['megabytes']:.0f} MB a run"
    )
    yield ""
    yield from cloud_lines(found["cloud"])


def cloud_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What a large account and a large cluster cost, by how long their answers take to come."""
    yield f"{'':58} {'calls':>6} {'twice':>5} {'seconds':>8} {'CPU s':>6} {'MB':>5} {'load':>5}"
    for place, rows in found.items():
        for row in rows:
            wait = f"{row['latency_ms']:g} ms for an answer"
            yield _cost(f"{place}, {wait}: the verifiers", row["ours"])
            yield _cost(f"{place}, {wait}: one call after another", row["serial"])
            ratio, once = row["times_as_fast"], not row["ours"]["twice"]
            said = f"   the verifiers are {ratio:.1f} times as fast"
            # Without latency there is nothing to wait for, and so nothing to do side by side.
            limit = f"; limit: at least {LEAST_OF_SERIAL:g}, no call twice"
            yield f"{said}{limit} {_word(once and ratio >= LEAST_OF_SERIAL)}" if row["latency_ms"] else said


def _cost(title: str, cost: Mapping[str, Any]) -> str:
    return (
        f"{title:58} {cost['calls']:>6} {len(cost['twice']):>5} {cost['seconds']:>8.1f} {cost['cpu']:>6.1f} "
        f"{cost['memory_mb']:>5.0f} {cost['load']:>5.1f}"
    )


def _row(title: str, hosts: int, figure: Mapping[str, Any] | None, ping: Mapping[str, Any] | None) -> str:
    if figure is None:
        return f"{title:58} {hosts:>5} {'not available':>14}"
    seconds = figure["seconds"]
    ratio = f"{seconds['median'] / ping['seconds']['median']:>7.2f}" if ping else f"{'':7}"
    return (
        f"{title:58} {hosts:>5} {figure['runs']:>4} {seconds['median']:>8.2f} {seconds['min']:>7.2f} "
        f"{seconds['max']:>7.2f} {ratio} {figure['cpu']['median']:>6.2f}"
    )
