"""What the bench borrows: goss as one binary from a newer Debian, Mitogen from its pinned requirement, and the lab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.contenders import BIN, GOSS, LAB, MITOGEN, REPOSITORY, RUN, WORK
from tests.bench.measure import BenchError
from tests.lab.labkit import tree
from tests.lab.labkit.base import LabError, run

LAB_COMMAND = str(REPOSITORY / "tests/lab/lab")
NEWER = "trixie"


def get_goss() -> None:
    """Fetch goss from a newer Debian than this machine's, without installing anything; without it, the row says so."""
    if GOSS.exists():
        return
    with tempfile.TemporaryDirectory(dir=WORK) as directory:
        try:
            _download(Path(directory), "goss")
            shutil.copy(Path(directory) / "root/usr/bin/goss", GOSS)
        except (OSError, subprocess.CalledProcessError, LabError) as problem:
            print(f"goss is not available: {problem}", file=sys.stderr)


def _download(directory: Path, package: str) -> None:
    """Unpack one package of the newer Debian into directory/root, with package lists of its own."""
    suite = run("sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME").strip()
    mirror = tree.sources(suite)[suite]
    (directory / "lists/partial").mkdir(parents=True)
    (directory / "sources.list").write_text(f"deb {mirror} {NEWER} main\n")
    options = {
        "Dir::Etc::SourceList": directory / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": directory / "lists",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",
    }
    apt: list[str] = ["apt-get", "--quiet=2", *(f"--option={name}={value}" for name, value in options.items())]
    subprocess.run([*apt, "update"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*apt, "download", f"{package}/{NEWER}"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    (archive,) = directory.glob(f"{package}_*.deb")
    subprocess.run(["dpkg", "--extract", archive, directory / "root"], check=True)


def get_mitogen() -> None:
    """Install Mitogen beside the development environment, not into it."""
    requirements = REPOSITORY / "requirements/bench.txt"
    stamp = MITOGEN / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == requirements.read_bytes():
        return
    shutil.rmtree(MITOGEN, ignore_errors=True)
    uv = str(BIN / "uv")
    pip = [uv, "pip", "install", "--quiet", "--require-hashes", "--target", str(MITOGEN), "-r", str(requirements)]
    if subprocess.run(pip, check=False).returncode == 0:
        shutil.copy(requirements, stamp)


def lab_up() -> None:
    """Boot the hosts of the bench, unless they are up."""
    if subprocess.run([LAB_COMMAND, "up"], env={**os.environ, **LAB}, check=False).returncode:
        raise BenchError("the lab of the bench did not come up (it needs root on Debian)")


def lab_down() -> None:
    """Stop the hosts of the bench."""
    subprocess.run([LAB_COMMAND, "down"], env={**os.environ, **LAB}, check=True)


def within_lab(*arguments: str) -> int:
    """Run this bench again within the lab's network."""
    argv = [LAB_COMMAND, "run", "--", sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(argv, cwd=REPOSITORY, env={**os.environ, **LAB}, check=False).returncode


def base_tree() -> Path:
    """The base tree that the hosts stand on."""
    return (RUN / "tree").resolve()
