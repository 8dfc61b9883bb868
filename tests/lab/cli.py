"""lab: real Debian hosts in one network namespace, with faults that can be made and healed. See README.md."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.lab.labkit import base, diff, faults, hosts, net, pki, provision, rehearse, tree  # noqa: E402
from tests.lab.labkit.base import NETNS, RUN, Host, LabError, lab, need_root, step  # noqa: E402

MARK = RUN / "golive-lab"  # what says that this directory is the lab's, and may be deleted
READY = RUN / "ready"


def on_each(work: Callable[[Host], object], chosen: Iterable[Host] | None = None) -> None:
    """The same work on every host at once; the first error is raised when all have ended."""
    with ThreadPoolExecutor(16) as pool:
        for dummy in list(pool.map(work, chosen or lab().hosts.values())):
            pass


def up() -> None:
    if READY.exists() and hosts.leaders().keys() >= lab().hosts.keys():
        print("the lab is up")
        return
    started = time.monotonic()
    tree.install_tools()
    down()
    trees, without = base_trees()
    RUN.mkdir(parents=True, mode=0o755)
    MARK.touch()
    base.LEFT_OUT.write_text(json.dumps(without))
    for suite, place in trees.items():
        base.tree_of(suite).symlink_to(place)
    with step("network, certificates, secrets"):
        net.up(lab())
        pki.build(lab())
        common = provision.make_values(lab(), next(iter(trees.values())))

    def start(host: Host) -> None:
        hosts.mount(host)
        provision.lay_out(lab(), host, common)
        hosts.boot(host)

    def finish(host: Host) -> None:
        with step(f"{host.name} up"):
            hosts.wait_booted(host)
            provision.set_up(host, common)

    with step(f"start {len(lab().hosts)} hosts"):
        on_each(start)
    on_each(finish)
    if provision.SEEDED_HOST in lab().hosts:
        provision.keep_seed(lab().hosts[provision.SEEDED_HOST])
    with step("snapshot of every host"):
        on_each(diff.snapshot)
    READY.touch()
    print(f"{time.monotonic() - started:6.1f} s  the lab is up; its state is in {RUN}")


def base_trees() -> tuple[dict[str, Path], dict[str, str]]:
    """The base tree of each suite, and why hosts are left out, by their names: there may be none but for the first."""
    trees, without = dict[str, Path](), dict[str, str]()
    for suite in lab().suites:
        names = [host.name for host in lab().described.values() if host.suite == suite]
        try:
            if names:
                trees[suite] = tree.ensure(lab(), suite)
        except tree.Unavailable as problem:
            if not trees:
                raise
            without |= {name: f"{name} is left out: {problem}" for name in names}
    for reason in without.values():
        print(reason, flush=True)
    return trees, without


def down() -> None:
    if RUN.exists() and any(RUN.iterdir()) and not MARK.exists():
        raise LabError(f"{RUN} is not a lab; it is left alone")
    if not RUN.exists() and not NETNS.exists():
        return
    with step("stop every host, remove the network and the state"):
        hosts.stop_all()
        for pid in net.processes():
            hosts.kill(pid)
        hosts.clear()
        net.down()


def status() -> None:
    running = hosts.leaders()
    broken = faults.broken()
    for reason in base.left_out().values():
        print(reason)
    for host in lab().hosts.values():
        state = f"running (pid {running[host.name]})" if host.name in running else "down"
        print(f"{host.name:8} {host.v4:12} {host.v6:10} {state}")
    print(f"ready: {'yes' if READY.exists() else 'no'}   broken: {', '.join(broken) or 'nothing'}")
    if not READY.exists():
        sys.exit(1)


def show_diff(name: str | None) -> None:
    for host in [lab().host(name)] if name else lab().hosts.values():
        for kind, path in diff.changes(host):
            print(f"{kind} {host.name}:{path}")


def execute(argv: list[str]) -> None:
    sys.stdout.flush()
    os.execvp(argv[0], argv)


@contextmanager
def alone() -> Iterator[None]:
    """Two commands that change the lab wait for each other."""
    with Path(f"/run/lock/{RUN.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="build what is missing, boot every host; does nothing if all are up")
    commands.add_parser("down", help="stop everything and leave nothing behind")
    commands.add_parser("status", help="hosts and faults; exit status 1 unless the lab is up")
    commands.add_parser("faults", help="print the table of faults")
    commands.add_parser("break", help="make a fault").add_argument("fault")
    commands.add_parser("heal", help="undo a fault, or all of them").add_argument("fault", nargs="?")
    command = commands.add_parser("rehearse", help="break and heal faults, all or these; say what stays")
    command.add_argument("faults", nargs="*")
    commands.add_parser("diff", help="files changed on the hosts since `up`").add_argument("host", nargs="?")
    command = commands.add_parser("exec", help="run a command as root on a host")
    command.add_argument("host")
    command.add_argument("argv", nargs=argparse.REMAINDER)
    command = commands.add_parser("run", help="run a command on the controller, within the lab's network")
    command.add_argument("argv", nargs=argparse.REMAINDER)
    return parser.parse_args()


def look(args: argparse.Namespace, argv: list[str]) -> None:
    """The commands that change nothing of the lab."""
    if args.command in ("exec", "run") and not argv:
        raise LabError(f"`lab {args.command}` needs a command")
    if args.command == "faults":
        faults.show()
    elif args.command == "status":
        status()
    elif args.command == "diff":
        show_diff(args.host)
    elif args.command == "exec":
        execute(hosts.enter(hosts.leader(lab().host(args.host)), argv))
    elif not NETNS.exists():
        raise LabError("the lab is down")
    else:
        execute(net.inside(*argv))


def change(args: argparse.Namespace) -> None:
    """The commands that change the lab; one at a time."""
    with alone():
        if args.command == "up":
            up()
        elif args.command == "down":
            down()
        elif args.command == "break":
            faults.make(args.fault)
        elif args.command == "heal":
            faults.heal(args.fault)
        elif problems := rehearse.rehearse(args.faults):
            raise LabError("\n  ".join(["the rehearsal found:", *problems]))


def main() -> None:
    args = parse()
    if args.command != "faults":
        need_root()
    if args.command in ("up", "down", "break", "heal", "rehearse"):
        change(args)
    else:
        look(args, [word for place, word in enumerate(getattr(args, "argv", [])) if place or word != "--"])


if __name__ == "__main__":
    try:
        main()
    except LabError as problem:
        sys.exit(f"lab: {problem}")
