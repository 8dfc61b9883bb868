# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the embedded environment, verify it, show the report, and leave nothing behind.

.venv/bin/python inventories/demo/environment/run.py [--keep] [arguments for ansible-playbook]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apps
import backups
import database
import decisions
import services
import web
import yaml
import zone
from pki import Authority
from process import Broken, Processes, check_free

DEMO = Path(__file__).resolve().parents[1]
REPOSITORY = DEMO.parents[1]
# ansible-playbook's exit status when a task failed on a host, or a host was unreachable: both belong to a no-go.
_NO_GO = (2, 4)


def main() -> int:
    """0 when everything went as designed."""
    options, ansible = _arguments()
    # A shell that starts this in the background has Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    ports = yaml.safe_load((DEMO / "group_vars" / "all.yml").read_text())["demo_ports"]
    try:
        check_free(ports)
        with Processes() as processes:
            _start(processes, ports)
            return _keep(processes) if options.keep else _verify(processes, options.run_dir, ansible)
    except Broken as broken:
        print(f"demo: {broken}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; everything is stopped", file=sys.stderr)
        return 128 + signal.SIGINT


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}Z-{os.getpid()}"
    parser = argparse.ArgumentParser(description="Verify an embedded environment in which some things are wrong.")
    parser.add_argument("--keep", action="store_true", help="only start it, and keep it running until Ctrl-C")
    parser.add_argument("--run-dir", type=Path, default=REPOSITORY / "golive-runs" / "demo" / stamp)
    return parser.parse_known_args()


def _start(processes: Processes, ports: dict[str, int]) -> None:
    """Start all servers side by side; what needs others waits for them."""
    begun, directory = time.monotonic(), processes.directory
    print(f"Starting the embedded environment in {directory}", flush=True)
    authority, vault = Authority(directory / "pki"), services.Secrets(directory / "secrets")
    vault.new("restic")
    token_secret = vault.new("tokens", 36)
    services.link(directory / "bin")
    # Its renewal has failed since three weeks: one of the things wrong.
    authority.issue("pay", days_left=6.5)
    authority.issue("shop")
    zone.start(ports["dns_primary"], ports["dns_secondary"], ports["dns_resolver"])
    # Not a context manager: that would wait for all of them where one has failed.
    pool = ThreadPoolExecutor()
    stored = pool.submit(database.PostgreSQL, processes, authority, vault, ports["postgres"])
    cache = pool.submit(services.Redis, processes, vault, ports["redis"])
    queue = pool.submit(services.Nats, processes, authority, ports["nats"], ports["nats_monitor"])
    others: list[Future[object]] = [
        pool.submit(services.Vault, processes, authority, vault, ports["vault"], token_secret),
        pool.submit(services.Aws, processes, ports["aws"]),
        pool.submit(decisions.make, processes, _missing()),
    ]
    urls = {"DATABASE_URL": stored.result().url, "REDIS_URL": cache.result().url}
    urls["QUEUE_HEALTH_URL"] = queue.result().health_url
    others.append(pool.submit(apps.start, processes, ports, urls, directory / "pki", token_secret))
    backups.make(directory / "backups", stored.result().dump())
    for other in others:
        other.result()
    for program in _missing():
        print(f"There is no {program}: what it would prove is left out", flush=True)
    print(f"It is up after {time.monotonic() - begun:.1f} s", flush=True)


def _command(processes: Processes) -> tuple[list[str], dict[str, str]]:
    """How to verify the environment: a command for the repository's directory, and what its process must know."""
    said = {"demo_dir": str(processes.directory)}
    if len(web.addresses()) == 1:
        said["demo_name"] = "127.0.0.1"  # localhost may have the address of an IPv6 that is turned off
    variables = [word for name, value in said.items() for word in ("-e", f"{name}={value}")]
    aws = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_CONFIG_FILE": os.devnull}
    aws |= {"AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    playbook = str(Path(sys.executable).parent / "ansible-playbook")
    return [playbook, "playbooks/verify-prod.yml", "-i", "inventories/demo", *variables], aws


def _keep(processes: Processes) -> int:
    command, aws = _command(processes)
    words = " ".join(f"{name}={value}" for name, value in aws.items())
    print(f"Verify it, in {REPOSITORY}, with:\n\n    {words} {shlex.join(command)}\n\nCtrl-C stops it.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            processes.check()
            time.sleep(0.2)
    return 0


def _verify(processes: Processes, run_dir: Path, ansible: list[str]) -> int:
    command, aws = _command(processes)
    print(f"Verifying it: {shlex.join(['ansible-playbook', *command[1:]])}\n", flush=True)
    home = processes.directory / "ansible"
    own = {
        "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(home / "cp"),
    }
    verification = subprocess.Popen(
        [*command, "-e", json.dumps({"golive_run_dir": str(run_dir.absolute())}), *ansible],
        cwd=REPOSITORY,
        env={**processes.surroundings, **aws, **own},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    while verification.poll() is None:
        processes.check()
        time.sleep(0.1)
    try:
        report = json.loads((run_dir / "report.json").read_text())
    except OSError as error:
        raise Broken(f"the verification ended with {verification.returncode} and left no report") from error
    differences = [] if ansible else list(_differences(report, verification.returncode))
    print()
    for difference in differences:
        print(f"not as designed: {difference}")
    if not differences:
        print("The demo ran as designed: its no-go is what inventories/demo/README.md tells.")
    print(run_dir / "report.html", flush=True)
    return 1 if differences else 0


def _differences(report: dict[str, Any], status: int) -> list[str]:
    """How what came out differs from designed.yml: item by item, by status and by words of the reason."""
    designed = _designed()
    items, otherwise = designed["items"], designed["otherwise"]
    left_out = {text for program in _missing() for text in designed["needs"][program]}
    found = [] if status in _NO_GO else [f"ansible-playbook ended with {status}"]
    for item in report["items"]:
        wanted, reason = items.pop(item["text"], otherwise)
        if item["text"] in left_out:
            right, wanted = item["status"] in ("error", "fail"), "error or fail"
        else:
            right, wanted = item["status"] == wanted and reason in item["reason"], f"{wanted}: … {reason}"
        if not right:
            found.append(f"line {item['line']} '{item['text']}' is {item['status']}: {item['reason']}, not {wanted}")
    return found + [f"the checklist has no item '{text}'" for text in items]


def _missing() -> list[str]:
    """The programs of designed.yml that this machine lacks."""
    return [program for program in _designed()["needs"] if not shutil.which(program)]


def _designed() -> dict[str, Any]:
    return dict(yaml.safe_load((DEMO / "environment" / "designed.yml").read_text()))


if __name__ == "__main__":
    sys.exit(main())
