"""The lab itself: every host answers Ansible, nothing outside can be reached, and what changes on a host is seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.labkit import tree
from tests.lab.labkit.base import lab as described
from tests.lab.labkit.base import left_out

HERE = Path(__file__).resolve().parent

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200), pytest.mark.usefixtures("lab_is_up")]


def test_up_again_does_nothing(lab: Lab) -> None:
    assert lab("up").stdout == "the lab is up\n"


def test_every_host_answers_ansible(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CONFIG", str(HERE.parents[1] / "ansible.cfg"))
    ansible = Path(sys.executable).with_name("ansible")
    done = lab("run", "--", str(ansible), "hosts", "-f", "8", "-m", "ping", "-i", str(HERE / "inventory"))
    assert done.stdout.count("SUCCESS") == len(described().hosts), done.stdout + done.stderr


def test_one_host_is_of_a_newer_debian(lab: Lab) -> None:
    if "newer" in left_out():
        pytest.skip(left_out()["newer"])
    assert lab("exec", "web", "--", "python3", "--version").stdout.startswith("Python 3.11.")
    assert lab("exec", "newer", "--", "python3", "--version").stdout.startswith("Python 3.13.")


def test_a_debian_that_no_mirror_has_is_told_from_one_that_cannot_be_built() -> None:
    with pytest.raises(tree.Unavailable, match=r"^no Debian nosuch: "):
        tree.sources("nosuch")


def test_nothing_outside_the_lab_can_be_reached(lab: Lab) -> None:
    assert "default" not in lab("run", "--", "ip", "route").stdout
    assert "default" not in lab("exec", "web", "--", "ip", "route").stdout


def test_a_changed_file_shows_in_the_diff(lab: Lab) -> None:
    lab("exec", "bastion", "--", "sh", "-c", "cp -p /etc/motd /run; echo x >>/etc/motd; echo y >/etc/new")
    assert {"M bastion:/etc/motd", "A bastion:/etc/new"} <= set(lab("diff", "bastion").stdout.splitlines())
    lab("exec", "bastion", "--", "sh", "-c", "cp -p /run/motd /etc/motd; rm /etc/new; mv /etc/issue /run")
    assert "D bastion:/etc/issue" in lab("diff", "bastion").stdout
    lab("exec", "bastion", "--", "cp", "-p", "/run/issue", "/etc/issue")
    assert "/etc/issue" not in lab("diff", "bastion").stdout
