# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a Redis server from the controller, through redis-py."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, cannot_look_from
from ansible_collections.golive.verify.plugins.plugin_utils.redis.server import ErrorReply, Reply, Server, Value

try:
    import redis
    from redis import exceptions
    from redis.connection import DefaultParser
except ImportError as error:
    MISSING: str | None = str(error)
else:
    MISSING = None
    # Gives errors as the server said them; redis-py drops the first word of those that it has a class for.
    _Verbatim = type("_Verbatim", (DefaultParser,), {"EXCEPTION_CLASSES": {}})

_PINGS = 10


def ask(server: Server, commands: Sequence[Sequence[str]], seconds: float) -> list[Reply]:
    """The replies to commands, all sent over one connection; raise CannotLook when they do not come."""
    with _connected(server, seconds) as connection:
        connection.send_packed_command(connection.pack_commands([_packable(command) for command in commands]))
        return [_reply(connection) for dummy in commands]


def latency(server: Server, seconds: float) -> float:
    """Milliseconds that PING takes, as the mean of several over one open connection."""
    with _connected(server, seconds) as connection:
        start = time.monotonic()
        for dummy in range(_PINGS):
            connection.send_command("PING")
            _reply(connection)
        return (time.monotonic() - start) * 1000 / _PINGS


@contextmanager
def _connected(server: Server, seconds: float) -> Iterator[Any]:
    connection = _connection(server, seconds)
    try:
        connection.connect()
        _enter(connection, server)
        yield connection
    except exceptions.TimeoutError as error:
        raise CannotLook("timeout", str(error)) from error
    except exceptions.ConnectionError as error:
        raise CannotLook("unreachable", str(error)) from error
    except exceptions.RedisError as error:
        raise CannotLook("malformed", str(error)) from error
    except OSError as error:
        raise cannot_look_from(error) from error
    finally:
        connection.disconnect()


def _connection(server: Server, seconds: float) -> Any:
    # RESP2, as redis-cli speaks, so that replies are the same.
    options: dict[str, Any] = {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "protocol": 2,
        "parser_class": _Verbatim,
    }
    if server.socket:
        return redis.UnixDomainSocketConnection(path=server.socket, **options)  # type: ignore[abstract]
    options |= {"host": server.host, "port": server.port}
    if not server.tls:
        return redis.Connection(**options)
    return redis.SSLConnection(
        ssl_ca_certs=server.cafile,
        ssl_certfile=server.cert,
        ssl_keyfile=server.key,
        ssl_check_hostname=server.server_name is None,
        **options,
    )


def _enter(connection: Any, server: Server) -> None:
    """Authenticate as redis-cli does, which goes on without when the server wants no password; select the database."""
    if server.password_file is not None:
        password = Path(server.password_file).read_text(encoding="utf-8").strip()
        connection.send_command("AUTH", *([server.user] if server.user else []), password)
        reply = _reply(connection)
        if isinstance(reply, ErrorReply) and "without any password" not in reply.said:
            raise CannotLook("denied", reply.said)
    if server.db:
        connection.send_command("SELECT", server.db)
        if isinstance(reply := _reply(connection), ErrorReply):
            raise CannotLook("denied", reply.said)


def _packable(command: Sequence[str]) -> list[bytes]:
    return [word.encode("utf-8", "surrogateescape") for word in command]


def _reply(connection: Any) -> Reply:
    try:
        return list(_flat(connection.read_response()))
    except exceptions.ResponseError as error:
        return ErrorReply(str(error))


def _flat(value: Any) -> Iterator[Value]:
    if isinstance(value, list):
        for part in value:
            yield from _flat(part)
    else:
        yield value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
