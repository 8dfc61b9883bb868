"""The base trees: for each suite one Debian with every package its hosts need, built once, every service disabled."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .base import CACHE, Lab, LabError, run, step

TOOLS = {  # what the machine needs: command -> package
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "ssh-keygen": "openssh-client",
}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# The few units a host has beside those it enables for itself.
PRESET = "enable ssh.service\nenable systemd-networkd.service\ndisable *\n"
MASKED = ("systemd-logind", "getty@tty1", "console-getty", "systemd-networkd-wait-online", "rsync", "systemd-pstore")
DPKG = "force-unsafe-io\n" + "".join(
    f"path-exclude=/usr/share/{name}/*\n" for name in ("doc", "man", "locale", "info", "lintian")
)


class Unavailable(LabError):
    """This machine cannot get the suite."""


def install_tools() -> None:
    missing = [package for command, package in TOOLS.items() if shutil.which(command) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise LabError(f"this machine lacks {', '.join(missing)} and has no apt-get to install them with")
    with step(f"install on this machine: {' '.join(missing)}"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", env=quiet, timeout=300)
        run("apt-get", "install", "-y", "--no-install-recommends", *missing, env=quiet, timeout=600)


def sources(suite: str) -> dict[str, str]:
    """Where this machine gets a Debian from: {release: URL}, from apt or, if that uses another Debian, its mirrors."""
    if not shutil.which("apt-get"):
        raise LabError("the base trees are built from this machine's own apt sources; there is no apt here")
    listed = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI) $(COMPONENT)")
    known = dict[str, str]()
    for line in listed.splitlines():
        origin, release, url, component = (line.split() + ["", "", "", ""])[:4]
        if origin == "Debian" and component == "main":
            known.setdefault(release, url)
    found = {release: url for release, url in known.items() if release.partition("-")[0] == suite}
    if suite not in found:
        asked = {suite + "".join(release.partition("-")[1:]): url for release, url in known.items()}
        found = {release: url for release, url in asked.items() if offered(release, url)}
    if suite not in found:
        raise Unavailable(f"no Debian {suite}: apt of this machine does not use it, and its mirrors do not have it")
    return found


def offered(release: str, url: str) -> bool:
    """Whether a mirror has a release, asked as apt asks; debootstrap and apt verify its signature later."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            run("/usr/lib/apt/apt-helper", "download-file", f"{url}dists/{release}/InRelease", f"{directory}/InRelease")
        except LabError:
            return False
    return True


def proxy() -> dict[str, str]:
    value = run("apt-config", "shell", "P", "Acquire::http::Proxy").strip()
    return {"http_proxy": value.split("=", 1)[1].strip("'")} if value else {}


def place(suite: str, packages: Sequence[str]) -> Path:
    recipe = "\n".join([suite, *packages, PRESET, *MASKED, DPKG])
    return CACHE / f"tree-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def ensure(lab: Lab, suite: str) -> Path:
    """The base tree of a suite, built first if there is none for its list of packages."""
    trees = {name: place(name, packages) for name, packages in lab.suites.items()}
    tree = trees[suite]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:  # two labs that want the same tree
        fcntl.flock(lock, fcntl.LOCK_EX)
        if tree.exists():
            return tree
        build(suite, lab.suites[suite], tree)
        in_use = Path("/proc/self/mountinfo").read_text()
        for old in set(CACHE.glob("tree-*")) - set(trees.values()):
            if f"lowerdir={old}," not in in_use:
                shutil.rmtree(old, ignore_errors=True)
    return tree


def build(suite: str, packages: Sequence[str], tree: Path) -> None:
    from_where = sources(suite)
    part = tree.with_name(tree.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    env = {**proxy(), "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    with step(f"debootstrap {suite}"):
        keyring = [f"--keyring={KEYRING}"] if Path(KEYRING).exists() else []
        try:
            run("debootstrap", "--variant=minbase", *keyring, suite, part, from_where[suite], env=env, timeout=900)
        except LabError as problem:
            raise Unavailable(f"no Debian {suite}: {str(problem).splitlines()[-1]}") from problem
    with step(f"install {len(packages)} packages in the base tree"):
        write(part, "etc/apt/sources.list", "".join(f"deb {url} {name} main\n" for name, url in from_where.items()))
        write(part, "etc/dpkg/dpkg.cfg.d/lab", DPKG)
        write(part, "etc/systemd/system-preset/00-lab.preset", PRESET)
        write(part, "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
        try:
            write(part, "etc/resolv.conf", Path("/etc/resolv.conf").read_text())
            own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={part}/proc"]
            chroot = [*own, "chroot", str(part)]
            run(*chroot, "apt-get", "update", env=env, timeout=300)
            run(*chroot, "apt-get", "install", "-y", "--no-install-recommends", *packages, env=env, timeout=1200)
            run(*chroot, "apt-get", "clean", env=env)
        finally:
            write(part, "etc/resolv.conf", "")
    with step("disable every service of the base tree"):
        run("chroot", part, "systemctl", "preset-all", env=env)
        for unit in MASKED:
            link = part / f"etc/systemd/system/{unit}.service"
            link.unlink(missing_ok=True)
            link.symlink_to("/dev/null")
        for link in part.glob("etc/rc[0-6S].d/*"):
            link.unlink()
        for leftover in ("usr/sbin/policy-rc.d", "etc/machine-id", "var/lib/dbus/machine-id"):
            (part / leftover).unlink(missing_ok=True)
        for secret in part.glob("etc/ssh/ssh_host_*"):
            secret.unlink()
        shutil.rmtree(part / "var/lib/apt/lists", ignore_errors=True)
    os.rename(part, tree)


def write(root: Path, path: str, text: str, mode: int = 0o644) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
