"""Many faults in few runs: which may be broken at once, and what a run must then say of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.lab.labkit import faults, net, rehearse
from tests.lab.labkit.faults import Fault

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SITES = ("shop.lab.test", "www.lab.test", "api.lab.test")
CACHES = ("cache1.lab.test", "cache2.lab.test", "cache3.lab.test")
# By host of the lab, the hosts of the inventory whose results can show that something is wrong there.
SEEN_FROM: Mapping[str, tuple[str, ...]] = {
    "web": ("web.lab.test", *SITES, "cache1.lab.test"),
    "cache1": (*CACHES, "web.lab.test"),
    "cache2": CACHES,
    "cache3": CACHES,
    "db": ("db.lab.test", "web.lab.test", *SITES),
    "dns1": ("dns1.lab.test", "lab.test"),
    "dns2": ("dns2.lab.test", "lab.test"),
    "bastion": ("bastion.lab.test", "db.lab.test"),
    "newer": ("newer.lab.test",),
}


@dataclass(frozen=True)
class Seen:
    """One result of a run, as far as the tests care."""

    control: str
    host: str
    subject: str
    status: str
    message: str


@dataclass(frozen=True)
class Ran:
    """A finished ansible-playbook."""

    status: int
    output: str
    run_dir: Path

    @property
    def results(self) -> list[Seen]:
        found = []
        for path in sorted((self.run_dir / "results").glob("*.json")):
            for each in json.loads(path.read_text())["results"]:
                found.append(Seen(each["control"], each["host"], each["target"], each["status"], each["message"]))
        return found

    @property
    def items(self) -> dict[str, str]:
        """Status by the text of the item."""
        report = json.loads((self.run_dir / "report.json").read_text())
        return {item["text"]: item["status"] for item in report["items"]}


def verify(run_dir: Path, *arguments: str, inventory: str = "inventory", **environ: str) -> Ran:
    """Run verify-prod on the lab, from its controller."""
    playbook = [str(Path(sys.executable).with_name("ansible-playbook")), str(REPOSITORY / "playbooks/verify-prod.yml")]
    done = subprocess.run(
        net.inside(*playbook, "-i", HERE / inventory, "-e", f"golive_run_dir={run_dir}", *arguments),
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        | {"ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg")}
        | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout, run_dir)


def seen_from(fault: Fault) -> set[str]:
    return {name for host in fault.hosts for name in SEEN_FROM[host]}


def by_urgency(left: Sequence[Fault], last: Sequence[Fault]) -> list[Fault]:
    """First those on the hosts that most others wait for; and where possible a host has another control's fault than in
    the last wave, so that the next run shows that the last one healed."""
    waiting = Counter(host for fault in left for host in fault.hosts)
    before = {(host, control) for fault in last for host in fault.hosts for control in fault.controls}

    def urgency(fault: Fault) -> tuple[bool, int]:
        again = any((host, control) in before for host in fault.hosts for control in fault.controls)
        return again, -max(waiting[host] for host in fault.hosts)

    return sorted(left, key=urgency)


class Planner:
    """Puts faults into waves. provers: by control, the hosts of the inventory that prove it."""

    def __init__(self, provers: Mapping[str, set[str]]) -> None:
        self._provers = provers

    def witnesses(self, fault: Fault, control: str) -> set[str]:
        """The hosts of the inventory on which the fault must show."""
        return seen_from(fault) & self._provers.get(control, set())

    def waves(self, chosen: Iterable[Fault]) -> list[list[Fault]]:
        """All faults, in as few waves as a greedy choice finds."""
        left, waves = list(chosen), list[list[Fault]]()
        while left:
            wave = list[Fault]()
            for fault in by_urgency(left, waves[-1] if waves else []):
                if all(self._apart(fault, other) and self._apart(other, fault) for other in wave):
                    wave.append(fault)
            waves.append(wave)
            left = [fault for fault in left if fault not in wave]
        return waves

    def _apart(self, one: Fault, other: Fault) -> bool:
        """Whether nothing that one breaks could be taken for what the other must trip."""
        shown = {(control, host) for control in (*one.controls, *one.also) for host in self.witnesses(one, control)}
        if any((control, host) in shown for control in other.controls for host in self.witnesses(other, control)):
            return False
        if not set(one.hosts) & set(other.hosts):
            return True
        if "/usr/bin/systemctl" in one.kept:  # without it nothing else can be broken there, or healed
            return False
        # Two faults on one host only where they are of different worlds.
        worlds = [{control.split(".")[0] for control in fault.controls} for fault in (one, other)]
        return not worlds[0] & worlds[1] and not set(one.kept) & set(other.kept)

    def narrowing(self, chosen: Iterable[Fault]) -> list[str]:
        """The arguments of a run that looks at no more than these faults' controls."""
        controls = {control for fault in chosen for control in fault.controls}
        hosts = {host for fault in chosen for control in fault.controls for host in self.witnesses(fault, control)}
        return ["--tags", ",".join(sorted(controls)), "--limit", ",".join(sorted(hosts))]

    def verdict(self, fault: Fault, results: Sequence[Seen]) -> str:
        """What is wrong with how a fault was seen; empty when it tripped what it must."""
        wrong = []
        for control in fault.controls:
            mine = [r for r in results if r.control == control and r.host in self.witnesses(fault, control)]
            statuses = {result.status for result in mine}
            if fault.expect not in statuses or (fault.expect == "error" and "fail" in statuses):
                others = [each for each in mine if each.status != "pass"]
                said = "; ".join(f"{each.subject} on {each.host} {each.status} {each.message}"[:300] for each in others)
                wrong.append(f"{control} is not {fault.expect}, but {said or 'pass' if mine else 'not proven at all'}")
        return "; ".join(wrong)

    def unexplained(self, wave: Sequence[Fault], results: Sequence[Seen]) -> list[str]:
        """Results that do not pass though nothing that is broken speaks against them."""
        known = {(c, host) for fault in wave for c in (*fault.controls, *fault.also) for host in seen_from(fault)}
        return [
            f"{each.control} on {each.host} {each.subject} is {each.status}: {each.message[:300]}"
            for each in results
            if each.status != "pass" and (each.control, each.host) not in known
        ]


def on_lanes(work: str, chosen: Sequence[Fault]) -> None:
    """Make or heal faults: those that share a host one after another, the others side by side."""

    def run(lane: Sequence[Fault]) -> None:
        for fault in lane:
            getattr(faults, work)(fault.name)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, rehearse.lanes(chosen)))
