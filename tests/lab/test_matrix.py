"""The lab verified by the product: what is right passes, every fault is seen, and nothing is changed by looking."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.interface import provable
from tests import ways
from tests.lab import matrix
from tests.lab.labkit import diff, faults, rehearse
from tests.lab.labkit.base import CACHE, HERE, RUN, lab, left_out
from tests.lab.labkit.faults import Fault
from tests.lab.waves import REPOSITORY, SITES, Planner, Ran, Seen, on_lanes, verify

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500), pytest.mark.usefixtures("lab_is_up")]

# What the lab cannot show, by control or what controls begin with, and what proves it in each of the four ways instead.
# A drill acts, which this may not: it judges a lab that nothing but its faults changes.
_DRILL = "tests/unit/action/test_drill.py: what a drill has shown is dated evidence"
_VAULT = "tests/integration/verifiers/test_vault.py: a cluster of OpenBao, which Debian does not have"
_CLUSTER = "tests/integration/verifiers/test_kubernetes.py: there is no cluster here, but a fake of its API"
ELSEWHERE = {
    "alerts.": "tests/integration/verifiers/test_prometheus_rules.py: no Prometheus here, but beside those tests",
    **dict.fromkeys(
        ("metrics.", "payments.success_rate", "postgresql.query_p95"),
        "tests/integration/verifiers/test_prometheus.py: likewise",
    ),
    "backup.files": "tests/integration/verifiers/test_aws_s3.py: there is no account here, but an emulator of them",
    "cost.": "tests/integration/verifiers/test_aws_cost.py: likewise",
    **dict.fromkeys(("edge.", "lb."), "tests/integration/verifiers/test_aws_load_balancer.py: likewise"),
    **dict.fromkeys(("bigquery.", "data.pii_protected"), "tests/integration/verifiers/test_bigquery.py: likewise"),
    "gcp.": "tests/integration/verifiers/test_gcp_iam.py: likewise",
    **dict.fromkeys(("containers.hardening", "deploy.strategy", "ha.redundancy", "kubernetes."), _CLUSTER),
    "uptime.": "tests/integration/verifiers/test_gcp_monitoring.py: likewise",
    "aws.": "tests/integration/verifiers/test_aws_iam.py: there is no account here, but an emulator of them",
    "cloud.": "tests/integration/verifiers/test_aws_iam.py: likewise",
    "docs.": "tests/integration/verifiers/test_document.py: documents need no hosts",
    "docker.": "tests/integration/verifiers/test_docker.py: an engine, which needs more rights than a host has here",
    "nats.": "tests/integration/verifiers/test_nats.py: a cluster of three, of programs that Debian does not have",
    "queues.dead_letter": "tests/integration/verifiers/test_nats_jetstream.py: likewise",
    **dict.fromkeys(("secrets.in_store", "secrets.rotation", "secrets.store_health"), _VAULT),
    "secrets.key_backup_locations": "tests/unit/action/test_key_backup.py: copies of keys in two places of the world",
    "secrets.password_manager": "tests/integration/verifiers/test_password_manager.py: a service that is not hosts",
    "env.backup": "tests/unit/action/test_env_backup.py: copies of files of variables in two places of the world",
    "data.encryption_at_rest": "tests/integration/verifiers/test_disk_encryption.py: hosts here lie on a layered file "
    "system, of which nobody can say from within whether its disks are encrypted",
    "backup.point_in_time": "tests/integration/verifiers/test_backup_pgbackrest.py: an archive of days cannot be made",
    **dict.fromkeys(("data.migration", "dr.", "failover.", "scaling."), _DRILL),
    "secrets.key_recovery": "tests/integration/drills/test_key_recovery.py: a drill",
    "env.startup_validation": "tests/integration/drills/test_startup.py: a drill",
    "restore.": "tests/integration/drills/test_restore_postgresql.py: a drill",
}
CONTROLS = {control for control in provable([REPOSITORY / "plugins"]) if not control.startswith(tuple(ELSEWHERE))}
# How often a host is called, where that is not once: its longest chain of questions, each of which needs the answer
# before it.
ROUND_TRIPS = {
    **dict.fromkeys((*SITES, "lab.test"), 0),  # looked at from the controller alone
    "web.lab.test": 2,  # the name of a hop, then each address that it has there
    "cache1.lab.test": 2,  # the keys and jobs that there are, then what they are like
    "newer.lab.test": 2,  # what systemd says of a worker, then of its process
    "db.lab.test": 2,  # the newest copies of restic and borg, the columns that there are; then their sizes and contents
}
# What looking leaves on a host, and why that is no change.
LEAVES = {
    "Ansible's temporary files": r"/home/verify/\.ansible(/tmp)?",
    "sshd's and sudo's records of logins": r"/var/log/(lastlog|wtmp|btmp)",
    "that sudo greeted the user": r"/var/lib/sudo(/.*)?",
    "what services write by themselves": "|".join(re.escape(path.rstrip("/")) + ".*" for path in rehearse.OWN),
}


@dataclass
class Story:
    """What was run once, for all tests to judge."""

    home: Path
    healthy: Ran
    before: Mapping[str, Mapping[str, diff.Entry]]
    after: Mapping[str, Mapping[str, diff.Entry]]
    absent: Ran


@dataclass
class Faults:
    """What came of making and healing every fault. wrong: by fault, why it was not seen as it must be."""

    wrong: dict[str, str] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    left: set[tuple[str, str, str]] = field(default_factory=set)
    healed: list[Seen] = field(default_factory=list)
    seconds: float = 0


def contents() -> dict[str, dict[str, diff.Entry]]:
    return {host.name: diff.entries(host) for host in lab().hosts.values()}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = tmp_path_factory.mktemp("matrix")
    before = contents()
    # Ansible's own default callback tells of everything, and -vvv of everything that travelled.
    loud = {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal"}
    healthy = verify(home / "healthy", "-vvv", **loud)
    after = contents()
    narrow = ["-e", f"@{HERE / 'absent.yml'}", "--limit", "bastion.lab.test"]
    return Story(home, healthy, before, after, verify(home / "absent", *narrow))


@pytest.fixture(scope="module")
def planner(story: Story) -> Planner:
    provers: dict[str, set[str]] = {}
    for result in story.healthy.results:
        provers.setdefault(result.control, set()).add(result.host)
    return Planner(provers)


def test_the_healthy_lab_is_go(story: Story) -> None:
    assert story.healthy.status == 0, story.healthy.output[-5000:]
    assert set(story.healthy.items.values()) == {"pass"}
    assert {result.control for result in story.healthy.results} == CONTROLS
    assert [result for result in story.healthy.results if result.status != "pass"] == []


def test_one_round_trip_is_enough(story: Story) -> None:
    told = re.findall(r"^(\S+) \| SUCCESS => \{(.*?)^\}", story.healthy.output, re.DOTALL | re.MULTILINE)
    trips = {host: int(found[1]) for host, said in told if (found := re.search(r'"round_trips": (\d+)', said))}
    assert trips == {host: ROUND_TRIPS.get(host, 1) for host in trips}
    assert trips.keys() >= {f"{name}.lab.test" for name in lab().hosts}


def test_nothing_is_called_a_change(story: Story) -> None:
    assert '"changed": false' in story.healthy.output
    assert '"changed": true' not in story.healthy.output
    assert " | CHANGED" not in story.healthy.output


def test_nothing_is_changed_by_looking(story: Story) -> None:
    expected = re.compile("|".join(LEAVES.values()))
    changed = {
        f"{host}:{path}"
        for host, now in story.after.items()
        for path in now.keys() | story.before[host].keys()
        if now.get(path) != story.before[host].get(path) and not expected.fullmatch(path)
    }
    assert changed == set()


def test_check_mode_comes_to_the_same_verdicts(story: Story) -> None:
    checked = verify(story.home / "checked", "--check")
    assert checked.status == 0, checked.output[-5000:]
    assert verdicts(checked) == verdicts(story.healthy)


def verdicts(ran: Ran) -> set[tuple[str, str, str, str]]:
    return {(each.control, each.host, each.subject, each.status) for each in ran.results}


def test_no_secret_leaves_its_host(story: Story) -> None:
    """Neither in the run directory, reports included, nor in the most that Ansible tells of a run."""
    secrets = [path.read_text().strip() for path in (RUN / "secrets").iterdir()]
    secrets += [(CACHE / "seed" / f"{name}.pass").read_text().strip() for name in ("restic", "borg")]
    canaries = {line for secret in secrets for line in secret.splitlines() if line and not line.startswith("#")}
    assert len(canaries) > 8
    files = [path for path in story.home.rglob("*") if path.is_file()]
    assert files
    for text in (story.healthy.output.encode(), *(path.read_bytes() for path in files)):
        assert [canary for canary in canaries if canary.encode() in text] == []


@pytest.mark.parametrize("control", sorted(CONTROLS))
def test_what_is_absent_does_not_pass(story: Story, control: str) -> None:
    seen = {result.status for result in story.absent.results if result.control == control}
    assert seen, "it was not asked for"
    assert "pass" not in seen


@pytest.fixture(scope="module")
def broken(story: Story, planner: Planner) -> Faults:
    """Every fault, in waves: break, verify, heal. A run also looks at what the wave before it broke."""
    found, started, before = Faults(), time.monotonic(), rehearse.left()
    wave: list[Fault] = []
    every = faults.possible()
    for number, (last, wave) in enumerate(pairs(planner.waves(every))):
        on_lanes("make", wave)
        ran = verify(story.home / f"wave{number}", *planner.narrowing([*wave, *last]))
        on_lanes("heal", wave)
        found.wrong |= {fault.name: said for fault in wave if (said := planner.verdict(fault, ran.results))}
        found.alarms += planner.unexplained(wave, ran.results)
        if ran.status == 0:
            found.alarms.append(f"go, though there is {', '.join(fault.name for fault in wave)}")
    found.healed = verify(story.home / "healed").results
    found.left = rehearse.left() - before
    found.seconds = time.monotonic() - started
    seen_for_real(story.healthy.results, found)
    matrix.shown = matrix.matrix(story.healthy.results, story.absent.results, every, found.wrong)
    output = REPOSITORY / "tests" / "output"
    output.mkdir(exist_ok=True)
    (output / "lab-matrix.txt").write_text(matrix.shown + "\n")
    return found


def seen_for_real(healthy: Sequence[Seen], found: Faults) -> None:
    """Keep for tests/ways.py which controls were right, broken and unreadable."""
    for result in healthy:
        ways.note(result.control, [result.status])
    for fault in faults.table().values():
        if fault.name not in found.wrong:
            for control in fault.controls:
                ways.note(control, [fault.expect])


def pairs(waves: list[list[Fault]]) -> Iterator[tuple[list[Fault], list[Fault]]]:
    return zip([[], *waves], waves, strict=False)


@pytest.mark.parametrize("fault", list(faults.table()))
def test_the_fault_is_seen(broken: Faults, fault: str) -> None:
    for host in faults.find(fault).hosts:
        if host in left_out():
            pytest.skip(left_out()[host])
    assert fault not in broken.wrong, broken.wrong[fault]


def test_nothing_else_is_alarmed(broken: Faults) -> None:
    assert broken.alarms == []


def test_what_is_healed_passes_again(broken: Faults, story: Story) -> None:
    assert [result for result in broken.healed if result.status != "pass"] == []
    assert {result.control for result in broken.healed} == CONTROLS


def test_healing_leaves_nothing(broken: Faults) -> None:
    assert broken.left == set()


def test_what_is_proven_elsewhere_is_proven() -> None:
    known = provable([REPOSITORY / "plugins"])
    for control, where in ELSEWHERE.items():
        assert [each for each in known if each.startswith(control)], f"nothing proves {control}"
        assert (REPOSITORY / where.partition(":")[0]).is_file(), where


def test_every_control_has_been_broken_and_hidden() -> None:
    for expect in ("fail", "error"):
        tried = {control for fault in faults.table().values() if fault.expect == expect for control in fault.controls}
        assert CONTROLS - tried == set(), f"no fault makes these {expect}"
