"""Who is measured: how each of them checks the hosts, all over the same SSH connections and with the same settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.bench import checks

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = REPOSITORY / "tests/output/bench"
BIN = Path(sys.executable).parent
LAB = {"GOLIVE_LAB": str(HERE / "lab.yml"), "GOLIVE_LAB_RUN": "/run/golive-bench"}
RUN = Path(LAB["GOLIVE_LAB_RUN"])
GOSS, MITOGEN = WORK / "goss", WORK / "mitogen"

# The connection stays open between runs, for everybody: what is measured is the checking, not the handshake.
SSH = {
    "User": "verify",
    "IdentityFile": f"{RUN}/ssh/id_ed25519",
    "StrictHostKeyChecking": "no",
    "UserKnownHostsFile": "/dev/null",
    "LogLevel": "ERROR",
    "ControlMaster": "auto",
    "ControlPersist": "1800",
    "ControlPath": f"{RUN}/ssh/%C",
}
# The repository's ansible.cfg without our callbacks.
PLAIN = "[defaults]\nforks = 50\ninterpreter_python = auto_silent\n[connection]\npipelining = True\n"
CHECKLIST = "# Bench\n\n- [ ] Every fact holds <!-- golive: bench.fact -->\n"
PING, OURS, PRODUCT, GOSS_RUN, TASKS, MITOGEN_TASKS, TESTINFRA, OUR_TESTINFRA = (
    *("ping", "checks", "verify_prod", "goss", "tasks", "mitogen", "testinfra", "golive.verify.testinfra"),
)


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to check hosts.

    expected: which words its output has how often, for each host or (whole) for all together; anything else is a run
    that went wrong. slow: too slow to repeat as often as the others, and to run on more than one host. needs: what must
    be there for it.
    """

    name: str
    title: str
    argv: tuple[str | Path, ...]
    expected: Mapping[str, int]
    whole: bool = False
    slow: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    needs: Path | None = None

    def command(self, hosts: int) -> list[str]:
        """The command line for one host or for all."""
        return [str(word).replace("@HOSTS@", "bench01" if hosts == 1 else "all") for word in self.argv]

    def promises(self, hosts: int) -> dict[str, int]:
        """What the output must say, how often."""
        return {words: count * (1 if self.whole else hosts) for words, count in self.expected.items()}

    def environment(self) -> dict[str, str]:
        """The environment of its runs: the repository's ansible.cfg, and no more of the caller's than needed."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TERM", "LANG") if name in os.environ}
        collections = f"{REPOSITORY}/.ansible/collections:{HERE}/collections"
        ansible = {"ANSIBLE_CONFIG": f"{REPOSITORY}/ansible.cfg", "ANSIBLE_COLLECTIONS_PATH": collections}
        return {**kept, **ansible, "ANSIBLE_NOCOLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", **LAB, **self.env}


def contenders() -> list[Contender]:
    """Everyone, in the order of the table."""
    plain_play = (BIN / "ansible-playbook", "--inventory", WORK / "plain", "--limit", "@HOSTS@")
    our_play = (BIN / "ansible-playbook", "--inventory", WORK / "production", "--limit", "@HOSTS@")
    ping = (BIN / "ansible", "--inventory", WORK / "plain", "@HOSTS@", "-m", "ping")
    plain = {"ANSIBLE_CONFIG": f"{WORK}/ansible.cfg"}
    all_well = {"unreachable=0    failed=0": 1}
    return [
        Contender(PING, "ansible -m ping", ping, {"SUCCESS": 1}, env=plain),
        Contender(OURS, "golive.verify.checks, 200 checks", (*our_play, WORK / "ours.yml"), {"200 pass": 1}),
        Contender(
            PRODUCT,
            "golive.verify.verify_prod, with plan, gate and four reports",
            (*our_play, REPOSITORY / "playbooks/verify-prod.yml", "-e", f"golive_runs_dir={WORK}/runs"),
            {"production: GO": 1},
            whole=True,
        ),
        Contender(
            GOSS_RUN,
            "goss copied and run by Ansible",
            (*plain_play, WORK / "goss.yml"),
            {", Failed: 0, Skipped: 0": 1, **all_well},
            env=plain,
            needs=GOSS,
        ),
        Contender(
            MITOGEN_TASKS,
            "single Ansible tasks under Mitogen",
            (*plain_play, WORK / "tasks.yml"),
            {"ok=200": 1, **all_well},
            slow=True,
            env={**plain, **_mitogen()},
            needs=MITOGEN,
        ),
        Contender(
            TASKS,
            "single Ansible tasks",
            (*plain_play, WORK / "tasks.yml"),
            {"ok=200": 1, **all_well},
            slow=True,
            env=plain,
        ),
        # The suite itself is one more result.
        Contender(
            OUR_TESTINFRA,
            "golive.verify.testinfra, the same tests as testinfra",
            (*our_play, WORK / "suite.yml"),
            {"201 pass": 1},
            slow=True,
        ),
        Contender(
            TESTINFRA,
            "testinfra over SSH",
            (
                *(BIN / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", WORK),
                *("--hosts=ssh://bench01", f"--ssh-config={WORK}/ssh_config", WORK / "test_facts.py"),
            ),
            {"200 passed": 1},
            whole=True,
            slow=True,
        ),
    ]


def _mitogen() -> dict[str, str]:
    plugins = MITOGEN / "ansible_mitogen/plugins/strategy"
    return {"PYTHONPATH": str(MITOGEN), "ANSIBLE_STRATEGY_PLUGINS": str(plugins), "ANSIBLE_STRATEGY": "mitogen_linear"}


def write_files(tree: Path, hosts: Mapping[str, str]) -> None:
    """Write what the contenders are run with. tree: the lab's base tree. hosts: addresses by name."""
    wanted = checks.all_checks(tree)
    WORK.mkdir(parents=True, exist_ok=True)
    settings = {"ansible_python_interpreter": "/usr/bin/python3", "ansible_ssh_args": f"-F {WORK}/ssh_config"}
    inventory = {"all": {"hosts": {name: {} for name in hosts}, "vars": settings}}
    files: dict[str, Any] = {
        "plain/hosts.yml": inventory,
        "production/hosts.yml": inventory,
        "production/group_vars/all.yml": {
            "golive_collections": ["bench.local"],
            "golive_checks_bench": [{"bench.local.fact": check} for check in wanted],
        },
        "production/checklist.md": CHECKLIST,
        "ours.yml": _playbook({"golive.verify.checks": {"from_inventory": True}}),
        "suite.yml": _playbook(
            {"golive.verify.testinfra": {"paths": [f"{WORK}/test_facts.py"], "collections": ["bench.local"]}}
        ),
        "tasks.yml": _playbook(*checks.tasks(wanted)),
        "goss.yml": _playbook(*_goss_tasks()),
        "goss.json": checks.gossfile(wanted),
        "ansible.cfg": PLAIN,
        "test_facts.py": checks.testinfra(wanted),
        "ssh_config": "".join(f"Host {name}\n  HostName {address}\n" for name, address in hosts.items())
        + "".join(f"{line}\n" for line in ("Host *", *(f"  {key} {value}" for key, value in SSH.items()))),
    }
    for name, content in files.items():
        (WORK / name).parent.mkdir(parents=True, exist_ok=True)
        (WORK / name).write_text(content if isinstance(content, str) else json.dumps(content, indent=1))


def _playbook(*tasks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}]


def _goss_tasks() -> list[dict[str, Any]]:
    """Two copies, which after the first run find all in place, and one command."""
    copies = [
        {"ansible.builtin.copy": {"src": str(GOSS), "dest": "/tmp/bench-goss", "mode": "0755"}},
        {"ansible.builtin.copy": {"src": f"{WORK}/goss.json", "dest": "/tmp/bench-goss.json", "mode": "0644"}},
    ]
    argv = ["/tmp/bench-goss", "-g", "/tmp/bench-goss.json", "validate", "--no-color"]
    shown = {"ansible.builtin.debug": {"msg": "{{ seen.stdout_lines[-1] }}"}}
    return [*copies, {"ansible.builtin.command": {"argv": argv}, "changed_when": False, "register": "seen"}, shown]


def host_names() -> dict[str, str]:
    """The hosts of the bench with their addresses."""
    lab = yaml.safe_load((HERE / "lab.yml").read_text())
    return {name: f"{lab['network']['v4']}{spec['address']}" for name, spec in lab["hosts"].items()}
