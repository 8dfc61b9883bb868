"""The words of drift over changes that were really made: two runs, with every change between them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.labkit import net
from tests.lab.labkit.faults import Fault, table
from tests.lab.waves import HERE, REPOSITORY, on_lanes

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600), pytest.mark.usefixtures("lab_is_up")]

# Broken before the first run, and healed before the second.
HEALED = ("backup-dumps-old",)
# Made between the two.
MADE = ("listener-v4", "tls-twenty-days-left")
SHOP, DB, DNS = "shop.lab.test", "db.lab.test", "dns1.lab.test"
CHECKLIST = f"""# Lab

- [ ] Certificates do not expire <!-- golive: tls.expiry on={SHOP} -->
- [ ] The chain is valid <!-- golive: tls.valid_chain on={SHOP} -->
- [ ] There is a fresh copy <!-- golive: backup.freshness on={DB} -->
- [ ] No other port is open <!-- golive: host.exposed_ports on={DNS} -->
- [ ] The firewall denies <!-- golive: host.firewall on={DNS} -->
"""
# What becomes of each control, by the target's first word or of the item alone (""). Nothing else may change.
EXPECTED = {
    ("regressed", "host.exposed_ports"),
    ("fixed", "backup.freshness"),
    ("value_drift", "tls.expiry"),
    # Nobody asks for it any more: its result is gone, and with it its item stands without a proof.
    ("disappeared", "host.firewall"),
    ("regressed", "host.firewall"),
}


def environment(path: Path, firewall: bool = True) -> None:
    """Three hosts of the lab, with one check each. firewall: whether the firewall is looked at."""
    own = yaml.safe_load((HERE / "inventory" / "group_vars" / "all.yml").read_text(encoding="utf-8"))
    dumps = {"directory": "/var/backups/shop", "pattern": "shop-*.sql.gz*", "controls": ["backup.freshness"]}
    # A threshold that the certificate of twenty days does not touch.
    certificate = {"host": SHOP, "min_days_left": 10, "cafile": "{{ lab_run }}/pki/root.crt"}
    asked = [{"sockets": {"allow": [22, 53, "53/udp", "123/udp"]}}]
    asked += [{"firewall": {"allow": [22, 53, "53/udp", "123/udp"]}}] if firewall else []
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    hosts: dict[str, dict[str, Any]] = {
        SHOP: here | {"golive_checks_lab": [{"tls": certificate | {"controls": ["tls.expiry", "tls.valid_chain"]}}]},
        DB: {"ansible_become": True, "golive_checks_lab": [{"backup": dumps}]},
        DNS: {"ansible_become": True, "golive_checks_lab": asked},
    }
    path.mkdir(exist_ok=True)
    (path / "hosts.yml").write_text(yaml.safe_dump({"all": {"vars": own, "hosts": hosts}}), encoding="utf-8")
    (path / "checklist.md").write_text(CHECKLIST, encoding="utf-8")


def check(path: Path) -> tuple[int, str]:
    """Check for drift from the lab's controller."""
    playbook = [str(Path(sys.executable).with_name("ansible-playbook")), str(REPOSITORY / "playbooks" / "drift.yml")]
    done = subprocess.run(
        net.inside(*playbook, "-i", path / "hosts.yml", "-e", f"golive_runs_dir={path.parent / 'runs'}"),
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        | {"ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"), "GOLIVE_REPORT_FORMATS": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout


def test_each_change_has_its_word(tmp_path: Path) -> None:
    known = table()
    healed: list[Fault] = [known[name] for name in HEALED]
    made: list[Fault] = [known[name] for name in MADE]
    path = tmp_path / "lab"
    environment(path)
    on_lanes("make", healed)
    try:
        status, said = check(path)
    finally:
        on_lanes("heal", healed)
    assert status == 2, said
    assert "there is nothing to compare with" in said
    on_lanes("make", made)
    try:
        environment(path, firewall=False)
        status, said = check(path)
    finally:
        on_lanes("heal", made)
    assert status == 2, said
    latest = max((tmp_path / "runs" / "lab").glob("*/drift.json"))
    (comparison,) = json.loads(latest.read_text(encoding="utf-8"))["comparisons"]
    changes = comparison["changes"]
    assert {(each["word"], each["control"]) for each in changes} == EXPECTED, said
    worse = {(each["word"], each["control"]) for each in changes if each["worse"]}
    assert worse == {pair for pair in EXPECTED if pair[0] in ("regressed", "disappeared")}
    moved = [value["words"] for each in changes if each["word"] == "value_drift" for value in each["values"]]
    assert [words for words in moved if re.search(r"(79|80)\S* days left → (19|20)\S* days left", words)], moved
    assert "listens on" in said or "9999" in said
