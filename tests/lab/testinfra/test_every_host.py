"""What every host of the lab has in common."""

from __future__ import annotations

from typing import Any

import pytest

testinfra_hosts = ["ansible://hosts"]


@pytest.fixture(scope="module")
def accounts(host: Any) -> list[list[str]]:
    """The lines of the host's accounts, asked once for all tests."""
    return [line.split(":") for line in host.check_output("getent passwd").splitlines()]


@pytest.mark.control("tests.infrastructure")
def test_root_is_the_only_superuser(accounts: list[list[str]]) -> None:
    """No account but root has user id 0."""
    assert [account[0] for account in accounts if account[2] == "0"] == ["root"]


@pytest.mark.control("tests.infrastructure")
def test_the_account_that_verifies_has_a_home(host: Any) -> None:
    """Ansible's account exists, and its home is its own."""
    account = host.user("verify")
    assert host.file(account.home).user == "verify"


@pytest.mark.control("tests.infrastructure")
@pytest.mark.parametrize("name", ["ssh", "systemd-journald"])
def test_basic_services_run(host: Any, name: str) -> None:
    """Somebody can log in, and what happens is kept."""
    assert host.service(name).is_running
