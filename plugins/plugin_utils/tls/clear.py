# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server that offers TLS on a connection that begins in clear also goes on in clear."""

from __future__ import annotations

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer

# A StartupMessage of protocol 3.0 (PostgreSQL, "Message Formats"): length, version, parameters. The server's rules are
# asked before the password, so that nobody of this name has to exist.
_PARAMETERS = "user\0golive\0database\0golive\0\0"
_STARTUP = f"\0\0\0{chr(8 + len(_PARAMETERS))}\0\3\0\0{_PARAMETERS}"
_AUTHENTICATION, _ERROR = "R", "E"
# invalid_authorization_specification: no rule lets such a session in, or one rejects it.
_REJECTED = "C28000\0"


async def postgres(look: Observer, host: str, port: int, address: str) -> bool:
    """Whether PostgreSQL lets somebody begin a session without TLS; what is neither yes nor no is a CannotLook."""
    fact = await look.tcp(host, port, address=address, send=_STARTUP, read=2048)
    if fact.state != "open" or fact.reply is None:
        raise CannotLook("timeout", f"port {port} does not answer to a session in clear")
    if fact.reply.startswith(_AUTHENTICATION):
        return True
    if fact.reply.startswith(_ERROR) and _REJECTED in fact.reply:
        return False
    said = " ".join(fact.reply[:200].replace("\0", " ").split())
    raise CannotLook("malformed", f"port {port} answers to a session in clear: {said!r}")
