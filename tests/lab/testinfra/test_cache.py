"""What the shop's team wants of its caches beyond what any catalogue knows."""

from __future__ import annotations

from typing import Any

import pytest

testinfra_hosts = ["ansible://cache"]


@pytest.mark.control("redis.persistence")
def test_both_kinds_of_persistence_are_in_the_file(host: Any) -> None:
    """A restart comes back with the append-only file, whatever was set at run time."""
    settings = host.file("/etc/redis/redis.conf")
    assert settings.contains("^appendonly yes"), "the append-only file is not in redis.conf"
    assert settings.contains("^save "), "no snapshots are in redis.conf"


@pytest.mark.control("redis.provisioned")
@pytest.mark.parametrize("name", ["redis.conf", "users.acl"])
def test_settings_are_closed_to_strangers(host: Any, name: str) -> None:
    """Others may neither read nor write the settings, which hold secrets."""
    assert host.file(f"/etc/redis/{name}").mode & 0o007 == 0


@pytest.mark.control("redis.ha")
@pytest.mark.parametrize("port", [6379, 26379])
def test_server_and_sentinel_listen(host: Any, port: int) -> None:
    """The server and its sentinel both listen."""
    assert any(address.endswith(f":{port}") for address in host.socket.get_listening_sockets())
