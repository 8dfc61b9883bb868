"""`make bench`: one table of ratios from one run, on 20 real hosts of the bench's own lab.

Every contender runs once to warm up; then all of them in turn, round after round, so that whatever else the machine
does falls on all alike. A figure is the median of its runs by the clock. The slow ones run once (see --slow-rounds).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.bench import measure, table, tools
from tests.bench.contenders import LAB, OURS, REPOSITORY, WORK, Contender, contenders, host_names, write_files

OUTPUT = REPOSITORY / "tests/output/bench.json"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="runs of each contender on one host (default 7)")
    parser.add_argument("--fleet-rounds", type=int, default=5, help="runs of each on all hosts (default 5)")
    parser.add_argument("--slow-rounds", type=int, default=1, help="runs of the slow ones (default 1)")
    parser.add_argument("--keep", action="store_true", help="leave the hosts of the bench up")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    args = parse()
    if args.inside:
        return inside(args)
    WORK.mkdir(parents=True, exist_ok=True)
    tools.get_goss()
    tools.get_mitogen()
    tools.lab_up()
    try:
        return tools.within_lab("--inside", *sys.argv[1:])
    finally:
        if not args.keep:
            tools.lab_down()


def inside(args: argparse.Namespace) -> int:
    """Measure everything, within the lab's network; print the table and keep the figures."""
    hosts = host_names()
    write_files(tools.base_tree(), hosts)
    fleet = len(hosts)
    everyone = contenders()
    there = [contender for contender in everyone if contender.needs is None or contender.needs.exists()]
    fast, slow = [c for c in there if not c.slow], [c for c in there if c.slow]
    figures: dict[str, Any] = {}
    for some, count, runs, warm_up in (
        (fast, 1, args.rounds, True),
        (slow, 1, args.slow_rounds, False),
        (fast, fleet, args.fleet_rounds, True),
    ):
        figures |= rounds(some, count, runs, warm_up)
        # What took minutes to measure is kept, whatever becomes of the rest.
        OUTPUT.write_text(json.dumps({"contenders": figures}, indent=1) + "\n")
    ours = next(contender for contender in everyone if contender.name == OURS)
    say("memory, report, history and clouds")
    found: dict[str, Any] = {
        "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, hosts on the same machine",
        "contenders": figures,
        "ours": {
            "memory_mb": measure.peak_memory(ours.command(fleet), ours.environment()),
            "cpu_per_host": figures[table.key(OURS, fleet)]["cpu"]["median"] / fleet,
        },
        "report": cost_of("report"),
        "history": cost_of("history"),
        "cloud": cost_of("cloud"),
    }
    OUTPUT.write_text(json.dumps(found, indent=1) + "\n")
    print("\n".join(table.lines(everyone, fleet, found)))
    print(f"\n{found['date']}, {found['machine']}. All figures: {OUTPUT.relative_to(REPOSITORY)}")
    return 0


def rounds(some: Sequence[Contender], hosts: int, count: int, warm_up: bool = True) -> dict[str, Any]:
    """Run each contender so often, in turn; the first round is not counted."""
    costs: dict[str, list[measure.Cost]] = {}
    for number in range(count + warm_up):
        for contender in some:
            say(f"round {number + (not warm_up)}/{count}, {hosts} host{'s' * (hosts > 1)}: {contender.title}")
            cost = measure.run(contender.command(hosts), contender.environment(), contender.promises(hosts))
            if number or not warm_up:
                costs.setdefault(table.key(contender.name, hosts), []).append(cost)
    return {
        name: {
            "runs": len(these),
            "seconds": measure.spread([cost.seconds for cost in these]),
            "cpu": measure.spread([cost.cpu for cost in these]),
        }
        for name, these in costs.items()
    }


def cost_of(what: str) -> dict[str, Any]:
    """In a process of its own, whose memory is then that of what is measured."""
    argv = [sys.executable, "-m", f"tests.bench.{what}_cost", str(WORK / "synthetic")]
    env = {**os.environ, **LAB, "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg")}
    done = subprocess.run(argv, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, text=True, check=True)
    cost: dict[str, Any] = json.loads(done.stdout)
    return cost


def say(what: str) -> None:
    """Progress, on the other stream than the table."""
    print(f"\r\x1b[K{what}" if sys.stderr.isatty() else what, end="" if sys.stderr.isatty() else "\n", file=sys.stderr)
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measure.BenchError as problem:
        sys.exit(f"bench: {problem}")
