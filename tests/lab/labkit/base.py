"""What every part of the lab needs: its description, its directories, and how it runs and reports a command."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent.parent
RUN = Path(os.environ.get("GOLIVE_LAB_RUN", "/run/golive-lab"))
CACHE = Path(os.environ.get("GOLIVE_LAB_CACHE", "/var/cache/golive-lab"))
# Another lab on the same base tree: its network, certificates and hosts stand in place of lab.yml's.
VARIANT = os.environ.get("GOLIVE_LAB")
NAMESPACE = RUN.name
NETNS = Path("/run/netns") / NAMESPACE
# Why a host of lab.yml was not booted, by its name: there is no base tree for it.
LEFT_OUT = RUN / "left-out.json"
ZONE = "lab.test"


class LabError(Exception):
    """The lab cannot do what was asked; the message is one line for a person."""


@dataclasses.dataclass(frozen=True)
class Host:
    """One host of the lab, as lab.yml describes it."""

    name: str
    suite: str
    v4: str
    v6: str
    layers: tuple[str, ...]
    names: tuple[str, ...]
    enable: tuple[str, ...]
    values: Mapping[str, str]
    files: Mapping[str, str]

    @property
    def home(self) -> Path:
        """Everything the lab keeps for this host."""
        return RUN / "hosts" / self.name

    @property
    def root(self) -> Path:
        """The host's file system, as the machine sees it."""
        return self.home / "root"

    @property
    def tree(self) -> Path:
        return tree_of(self.suite)

    @property
    def upper(self) -> Path:
        """What differs between this host and the base tree."""
        return self.home / "upper"

    @property
    def all_names(self) -> tuple[str, ...]:
        return (f"{self.name}.{ZONE}", self.name, *self.names)


@dataclasses.dataclass(frozen=True)
class Lab:
    """lab.yml. suites: the packages of each base tree, that of most hosts first. described: every host."""

    suites: Mapping[str, tuple[str, ...]]
    v4: str
    v6: str
    controller: int
    described: Mapping[str, Host]
    certificates: Mapping[str, Mapping[str, Any]]

    @property
    def hosts(self) -> dict[str, Host]:
        """Those that this machine can boot, as far as it has tried."""
        without = left_out()
        return {name: host for name, host in self.described.items() if name not in without}

    def host(self, name: str) -> Host:
        if name in left_out():
            raise LabError(left_out()[name])
        if name not in self.described:
            raise LabError(f"no host {name!r}; there are: {', '.join(self.described)}")
        return self.described[name]


def tree_of(suite: str) -> Path:
    """A link to the base tree that the running hosts of a suite stand on."""
    return RUN / f"tree-{suite}"


def left_out() -> dict[str, str]:
    """Why a host was not booted, by its name; of hosts that were not booted alone."""
    return dict(json.loads(LEFT_OUT.read_text())) if LEFT_OUT.exists() else {}


@functools.cache
def lab() -> Lab:
    raw: dict[str, Any] = yaml.safe_load((HERE / "lab.yml").read_text())
    if VARIANT:
        raw |= yaml.safe_load(Path(VARIANT).read_text())
    net = raw["network"]
    suites = {suite: tuple(packages) for suite, packages in raw["suites"].items()}
    hosts = {
        name: Host(
            name=name,
            suite=spec.get("suite", next(iter(suites))),
            v4=f"{net['v4']}{spec['address']}",
            v6=f"{net['v6']}{spec['address']}",
            layers=tuple(spec["layers"]),
            names=tuple(spec.get("names", ())),
            enable=tuple(spec["enable"]),
            values=spec.get("values", {}),
            files=spec.get("files", {}),
        )
        for name, spec in raw["hosts"].items()
    }
    return Lab(suites, net["v4"], net["v6"], net["controller"], hosts, raw["certificates"])


def run(*argv: str | Path, given: str | None = None, env: Mapping[str, str] | None = None, timeout: float = 120) -> str:
    """Run a command of the lab itself and return what it printed; anything but success is an error."""
    try:
        done = subprocess.run(
            [str(word) for word in argv],
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **env} if env else None,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as missing:
        raise LabError(f"{argv[0]} is not installed") from missing
    except subprocess.TimeoutExpired as slow:
        raise LabError(f"{shown(argv)} did not finish in {timeout:g} s") from slow
    if done.returncode:
        raise LabError(f"{shown(argv)} ended with {done.returncode}: {done.stdout.strip()[-2000:]}")
    return done.stdout


def shown(argv: Sequence[str | Path]) -> str:
    words = " ".join(str(word) for word in argv).partition("\n")[0]
    return words if len(words) < 200 else words[:200] + " …"


def need_root() -> None:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise LabError("the lab boots real hosts: it needs root on Linux")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what was done and how long it took, one line each."""
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:6.1f} s  {title}", flush=True)
