"""The timer that is shipped, on a real host: systemd starts the check, confined, and it leaves its heartbeat."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import time
from collections.abc import Iterator

import pytest

from tests.lab.labkit import hosts
from tests.lab.labkit.base import Host
from tests.lab.labkit.base import lab as described
from tests.lab.waves import REPOSITORY

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300), pytest.mark.usefixtures("lab_is_up")]

NIGHTLY = REPOSITORY / "playbooks" / "files" / "nightly"
# What a virtual environment of requirements/core.txt and history.txt holds.
LIBRARIES = (
    *("ansible-core", "jinja2", "markupsafe", "pyyaml", "cryptography", "cffi", "pycparser", "packaging", "resolvelib"),
    *("markdown-it-py", "mdurl", "ftfy", "wcwidth", "dacite", "dnspython"),
    *("sqlalchemy", "alembic", "mako", "typing-extensions", "greenlet"),
)
PROGRAM = """#!/usr/bin/python3
import sys
sys.path.insert(0, "/opt/golive/lib")
from ansible.cli.playbook import main
main()
"""
SETTINGS = "[defaults]\nstdout_callback = golive.verify.progress\ncallbacks_enabled = golive.verify.report\n"
CHECKLIST = "# Night\n\n- [ ] It answers <!-- golive: http.health on=localhost -->\n"
INVENTORY = """all:
  hosts:
    localhost:
      ansible_connection: local
      ansible_python_interpreter: /usr/bin/python3
      golive_checks_night:
        - http: {url: "http://127.0.0.1:9", health: [/], from: host, controls: [http.health]}
"""
# The night is now.
NOW = "[Timer]\nOnCalendar=\nOnActiveSec=1\nRandomizedDelaySec=0\nAccuracySec=100ms\n"
STATE = "/var/lib/golive"
HEARTBEAT = f"{STATE}/heartbeat/golive-production-drift.prom"


@pytest.fixture
def night() -> Iterator[Host]:
    """A host with everything that docs/howto/nightly.md says, and nothing of it afterwards."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the lab's hosts have Python 3.11, for which the libraries of these tests were not installed")
    host = described().host("dns2")
    installed = [host.root / place for place in ("opt/golive", "srv/golive", "usr/share/ansible")]
    try:
        install(host)
        yield host
    finally:
        hosts.shell(
            host,
            "systemctl stop golive-drift@production.timer golive-drift@production.service || true;"
            "rm -rf /etc/systemd/system/golive-drift@* /var/lib/systemd/timers/stamp-golive*;"
            f"systemctl daemon-reload; systemctl reset-failed; userdel golive; rm -rf {STATE}",
        )
        for path in installed:
            shutil.rmtree(path, ignore_errors=True)


def install(host: Host) -> None:
    root = host.root
    hosts.shell(host, f"useradd --system --home-dir {STATE} golive")
    library = root / "opt" / "golive" / "lib"
    (root / "opt" / "golive" / "bin").mkdir(parents=True)
    library.mkdir()
    for name in LIBRARIES:
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (library / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), library / file)
    program = root / "opt" / "golive" / "bin" / "ansible-playbook"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    collection = root / "usr/share/ansible/collections/ansible_collections/golive/verify"
    for part in ("plugins", "roles", "playbooks", "meta"):
        shutil.copytree(
            REPOSITORY / part, collection / part, ignore=shutil.ignore_patterns("__pycache__", "collections")
        )
    shutil.copy(REPOSITORY / "galaxy.yml", collection)
    environment = root / "srv" / "golive" / "inventories" / "production"
    environment.mkdir(parents=True)
    (root / "srv" / "golive" / "ansible.cfg").write_text(SETTINGS, encoding="utf-8")
    (environment / "hosts.yml").write_text(INVENTORY, encoding="utf-8")
    (environment / "checklist.md").write_text(CHECKLIST, encoding="utf-8")
    units = root / "etc" / "systemd" / "system"
    for name in ("golive-drift@.service", "golive-drift@.timer"):
        shutil.copy(NIGHTLY / name, units)
    (units / "golive-drift@.timer.d").mkdir()
    (units / "golive-drift@.timer.d" / "now.conf").write_text(NOW, encoding="utf-8")


def test_the_timer_runs_the_check_and_it_leaves_its_heartbeat(night: Host) -> None:
    hosts.shell(night, "systemctl daemon-reload; systemctl reset-failed; systemctl start golive-drift@production.timer")
    show = "systemctl show -P ExecMainStatus -P ActiveState -P Result golive-drift@production.service"
    until = time.monotonic() + 90
    while "failed" not in (now := hosts.shell(night, show).split()):
        assert time.monotonic() < until, now
        time.sleep(0.5)
    said = hosts.shell(night, "journalctl --no-pager -n 60 -u golive-drift@production.service")
    # Nothing to compare with: the first of all nights ends with 2, which systemd takes for a failure.
    assert now == ["exit-code", "2", "failed"], said
    assert "there is nothing to compare with" in said, said[-3000:]
    beat = (night.root / HEARTBEAT.lstrip("/")).read_text(encoding="utf-8")
    assert 'golive_heartbeat_finished{environment="production",playbook="drift"} 1\n' in beat
    assert 'golive_heartbeat_compared{environment="production",playbook="drift"} 0\n' in beat
    assert abs(float(beat.split("timestamp_seconds{")[1].split("} ")[1].split("\n")[0]) - time.time()) < 120
    modes = hosts.shell(night, f"stat -c %a:%U {HEARTBEAT} {STATE}/runs/production {STATE}/runs/history.sqlite").split()
    assert modes == ["644:golive", "700:golive", "600:golive"]
