"""The life of a host: an overlay on the base tree, booted by systemd-nspawn, entered by nsenter, gone without trace."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .base import NAMESPACE, NETNS, RUN, Host, LabError, run, shown
from .net import BRIDGE

CLEAN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}


def mount(host: Host) -> None:
    for directory in (host.upper, host.home / "work", host.root):
        directory.mkdir(parents=True, exist_ok=True)
    # Whole files in the upper directory, and no renamed directories: diff.py reads it.
    plain = "redirect_dir=off,metacopy=off,index=off"
    options = f"lowerdir={host.tree.resolve()},upperdir={host.upper},workdir={host.home / 'work'},{plain}"
    run("mount", "-t", "overlay", "overlay", "-o", options, host.root)


def control_groups(name: str) -> list[Path]:
    """The control groups of one host, one in each hierarchy that systemd manages. Hosts that shared one would kill each
    other's services of the same name."""
    tops = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place, dummy, kind = line.partition(" - ")
        if kind.startswith("cgroup2 ") or (kind.startswith("cgroup ") and "name=systemd" in kind):
            tops.append(Path(place.split()[4]) / NAMESPACE / name)
    return tops


def boot(host: Host) -> None:
    """Start the host in a session of its own; it outlives this process."""
    groups = control_groups(host.name)
    for group in groups:
        group.mkdir(parents=True, exist_ok=True)
    join = 'for group in $1; do echo $$ >"$group/cgroup.procs"; done; shift; exec "$@"'
    with (host.home / "console.log").open("wb") as console:
        subprocess.Popen(
            [
                *("sh", "-c", join, "boot", " ".join(map(str, groups))),
                *("nsenter", f"--net={NETNS}", "systemd-nspawn", "--quiet", f"--directory={host.root}", "--boot"),
                *("--register=no", "--keep-unit", f"--machine={NAMESPACE}-{host.name}", f"--hostname={host.name}"),
                *(f"--network-bridge={BRIDGE}", "--link-journal=no", "--resolv-conf=off", "--timezone=off"),
                *("--settings=no", "--console=read-only", "--bind=/dev/fuse"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )


def leaders() -> dict[str, int]:
    """The process that is PID 1 of each running host, found by its root mount: true even after a crash of the lab."""
    found = dict[str, int]()
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            status = (proc / "status").read_text()
            pids = status.split("NSpid:", 1)[1].split("\n", 1)[0].split()
            if len(pids) < 2 or pids[-1] != "1":
                continue
            mounts = (proc / "mountinfo").read_text()
        except (OSError, IndexError):  # gone meanwhile
            continue
        for line in mounts.splitlines():
            fields = line.split()
            if fields[4] == "/" and f"upperdir={RUN}/hosts/" in line:
                found[line.split(f"upperdir={RUN}/hosts/")[1].split("/", 1)[0]] = int(proc.name)
    return found


def leader(host: Host) -> int:
    try:
        return leaders()[host.name]
    except KeyError:
        raise LabError(f"{host.name} is not running; see {host.home / 'console.log'}") from None


def enter(pid: int, argv: Sequence[str]) -> list[str]:
    """The command that runs argv as root on the host whose PID 1 is pid."""
    namespaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd")
    variables = [f"{name}={value}" for name, value in CLEAN.items()]
    return ["nsenter", f"--target={pid}", *namespaces, "env", "-i", *variables, *argv]


def shell(host: Host, script: str, helpers: str = "", timeout: float = 60) -> str:
    """Run a shell script on the host, after the functions it may use; it stops at the first command that fails."""
    argv = enter(leader(host), ["sh", "-euc", helpers + script])
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise LabError(f"on {host.name}: {shown([script.strip()])} did not finish in {timeout:g} s") from slow
    text = done.stdout.decode(errors="replace")
    if done.returncode:
        what = f"on {host.name}: {shown([script.strip()])}"
        raise LabError(f"{what} ended with {done.returncode}: {text.strip()[-1000:]}")
    return text


def wait_booted(host: Host, seconds: float = 60) -> None:
    """Until systemd of the host has nothing left to start; a unit that failed is an error."""
    end = time.monotonic() + seconds
    while host.name not in leaders() or not Path(f"/proc/{leader(host)}/root/run/systemd/private").exists():
        if time.monotonic() > end:
            raise LabError(f"{host.name} did not boot in {seconds:g} s; see {host.home / 'console.log'}")
        time.sleep(0.1)
    state = shell(host, "systemctl is-system-running --wait || true", timeout=seconds).strip()
    if state != "running":
        failed = shell(host, "systemctl --failed --no-legend --plain; systemctl list-jobs --no-legend")
        raise LabError(f"{host.name} is {state}: {failed.strip()}")


def stop_all() -> None:
    """Kill every host. Nothing of them is kept, so there is nothing to shut down in order."""
    running = leaders()
    parents = [parent_of(pid) for pid in running.values()]
    for pid in running.values():
        kill(pid)
    wait_gone([*running.values(), *parents], seconds=5)
    for pid in parents:
        kill(pid)
    wait_gone(parents, seconds=5)


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def kill(pid: int) -> None:
    if pid > 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    try:
        return pid > 1 and Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(pids: Sequence[int], seconds: float) -> None:
    end = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)


def clear() -> None:
    """Unmount and delete whatever is left of the lab on this machine."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in sorted((point for point in mounts if Path(point).is_relative_to(RUN)), reverse=True):
        run("umount", "--lazy", point)
    for home in (RUN / "hosts").glob("*"):
        for kind in ("propagate", "unix-export"):
            place = Path("/run/systemd/nspawn", kind, f"{NAMESPACE}-{home.name}")
            if os.path.ismount(place):
                run("umount", "--lazy", place)
            shutil.rmtree(place, ignore_errors=True)
    for group in control_groups(""):
        for directory, dummy, dummy in os.walk(group, topdown=False):
            os.rmdir(directory)
    if RUN.exists():
        shutil.rmtree(RUN)
