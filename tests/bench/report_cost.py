"""What the report of 100,000 results costs: a made-up run of 500 hosts, reported in a process of its own.

`python -m tests.bench.report_cost DIRECTORY` makes the run and prints its cost as JSON; with the further word `fleet`,
what the page alone costs of 1,000 hosts.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

init_plugin_loader()

from ansible_collections.golive.verify.plugins.plugin_utils import checklist, plan, report, results, writing  # noqa: E402
from ansible_collections.golive.verify.plugins.plugin_utils.controls import catalogue  # noqa: E402
from ansible_collections.golive.verify.plugins.plugin_utils.reports import html  # noqa: E402
from ansible_collections.golive.verify.plugins.plugin_utils.run_directory import RunDirectory  # noqa: E402

HOSTS, FLEET, CHECKS = 500, 1000, 200
FAILING = 50  # one result of so many fails: a run that is worth a report
KNOWN = catalogue()


def make_run(directory: Path, count: int = HOSTS) -> RunDirectory:
    """A run of so many hosts with CHECKS results each, as if they had just finished."""
    controls = sorted(KNOWN)
    items = "".join(f"- [ ] {KNOWN[control].title} <!-- golive: {control} -->\n" for control in controls)
    document = directory.parent / "checklist.md"
    document.write_text(f"# Everything\n\n{items}")
    hosts = [f"host{number:03}.example.com" for number in range(count)]
    run = RunDirectory(directory)
    run.create(
        plan.Plan(
            run="bench",
            environment="bench",
            started=time.time(),
            checklist=checklist.read(document, KNOWN),
            targets={host: ["all"] for host in hosts},
            everywhere={"all": hosts} | {host: [host] for host in hosts},
            narrowing=plan.Narrowing(),
            selected_controls=controls,
            versions={},
        )
    )
    for host in hosts:
        found = [_result(controls[number % len(controls)], host, number).as_dict() for number in range(CHECKS)]
        run.write_results(host, "bench", {"results": found, "unasked": [], "unreachable": ""})
    return run


def _result(control: str, host: str, number: int) -> results.Result:
    meaning = KNOWN[control]
    path = f"/etc/service/part-{number:03}.conf"
    fails = number % FAILING == 0
    look = results.Evidence(look=f"stat {path}", vantage="host", at=time.time(), ms=2, outcome="value")
    return results.Result(
        control=control,
        verifier="bench",
        host=host,
        target=f"{host} {path}",
        vantage="host",
        status=results.Status.FAIL if fails else results.Status.PASS,
        severity=meaning.severity,
        expected=f"{path} belongs to root and has the mode 0640",
        actual={"path": path, "owner": "root", "mode": "0644" if fails else "0640"},
        message="the mode is 0644" if fails else "",
        remediation=meaning.remediation if fails else "",
        reproduce=f"stat {path}",
        threshold_source="",
        started=look.at,
        duration_ms=2,
        evidence=[look],
    )


def cost(directory: Path) -> dict[str, object]:
    """Seconds for the report and each format, MB of each file and of memory at the peak."""
    shutil.rmtree(directory, ignore_errors=True)
    run = make_run(directory)
    seconds: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for formats in ((), *((name,) for name in writing.FORMATS), writing.FORMATS):
        started = time.monotonic()
        written = writing.write(run, formats)
        name = formats[0] if len(formats) == 1 else "all formats" if formats else "gate and contract"
        seconds[name] = time.monotonic() - started
        sizes |= {each: path.stat().st_size / 1e6 for each, path in written.files.items()}
        if written.problems:
            raise SystemExit(f"a report could not be written: {written.problems}")
        del written
    shutil.rmtree(directory)
    return {"results": HOSTS * CHECKS, "seconds": seconds, "megabytes": sizes, "memory_mb": _peak()}


def page_cost(directory: Path) -> dict[str, object]:
    """Seconds to read and decide the run of a fleet, and to render its page; MB of that and of memory at the peak."""
    shutil.rmtree(directory, ignore_errors=True)
    run = make_run(directory, FLEET)
    started = time.monotonic()
    told = report.build(run)
    read = time.monotonic()
    page = html.render(told)
    seconds = {"read and decided": read - started, "rendered": time.monotonic() - read}
    shutil.rmtree(directory)
    megabytes = len(page.encode()) / 1e6
    return {"results": FLEET * CHECKS, "seconds": seconds, "megabytes": megabytes, "memory_mb": _peak()}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    measured = page_cost if "fleet" in sys.argv[2:] else cost
    print(json.dumps(measured(Path(sys.argv[1]))))
