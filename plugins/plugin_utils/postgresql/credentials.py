# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a server stores passwords, whom it asks for one, and whether sessions from elsewhere are encrypted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.questions import Asked, Postgresql, Row
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.refusals import hidden
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.server import few, some
from ansible_collections.golive.verify.plugins.plugin_utils.postgresql.settings import Settings, settings
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

# Methods of pg_hba.conf by which no strong password is proven, and why. Over a local socket, the system knows the peer.
_WEAK = {
    "trust": "asks for no password",
    "password": "takes passwords in clear",
    "md5": "takes MD5 passwords too",
    "ident": "believes what the client's machine says",
}
_LOOPBACK = "(client_addr <<= '127.0.0.0/8' OR client_addr = '::1')"

QUESTIONS = {
    "settings": settings("password_encryption", "ssl", "listen_addresses"),
    # What a hash looks like is judged there: no hash travels.
    "passwords": "SELECT rolname AS role, CASE WHEN rolpassword IS NULL THEN 'none' "
    "WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram' WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' "
    "ELSE 'plain' END AS stored FROM pg_authid WHERE rolcanlogin ORDER BY 1",
    "rules": "SELECT line_number AS line, type, auth_method AS method, error FROM pg_hba_file_rules ORDER BY 1",
    "clear": "SELECT usename AS role, host(client_addr) AS address, count(*) AS sessions, "
    "bool_and(backend_start IS NULL) AS hidden FROM pg_stat_activity LEFT JOIN pg_stat_ssl s USING (pid) "
    f"WHERE datid IS NOT NULL AND (backend_start IS NULL OR NOT {_LOOPBACK} AND s.ssl IS NOT TRUE) "
    "GROUP BY 1, 2 ORDER BY 3 DESC",
}


async def encryption(asked: Asked) -> Part:
    """New passwords are stored for SCRAM."""
    value = (await Settings.of(asked))["password_encryption"]
    problems = [] if value == "scram-sha-256" else [f"password_encryption is {shown(value)}"]
    return Part({"password_encryption": shown(value)}, problems)


async def passwords(asked: Asked, without: Collection[str]) -> Part:
    """Every role that may log in has a password stored for SCRAM. without: roles that are meant to have none."""
    rows = await asked.rows("passwords")
    if not rows:
        raise CannotLook("malformed", "pg_authid: there is no role that may log in, not even ours")
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["stored"]] = counts.get(row["stored"], 0) + 1
    return Part({"roles by password": counts}, password_problems(rows, without))


def password_problems(rows: Sequence[Row], without: Collection[str]) -> list[str]:
    """Which roles have a weak hash, or no password although they are not meant to have none."""
    words = {"md5": "an MD5 hash", "plain": "a password that is not hashed for SCRAM", "none": "no password"}
    problems = []
    for stored, what in words.items():
        roles = [row["role"] for row in rows if row["stored"] == stored]
        roles = [role for role in roles if stored != "none" or role not in without]
        problems += [f"{what} is stored for {some(roles)}"] if roles else []
    return problems


async def rules(asked: Asked) -> Part:
    """pg_hba.conf can be read, and lets nobody in without proof."""
    rows = await asked.rows("rules")
    if not rows:
        raise CannotLook("malformed", "pg_hba_file_rules is empty, and yet we are in")
    return Part({"pg_hba.conf lines": len(rows)}, few(rule_problems(rows)))


def rule_problems(rows: Sequence[Row]) -> list[str]:
    """Which lines of pg_hba.conf are no rules, or prove nothing. A local line may not trust either."""
    problems = []
    for row in rows:
        if row["error"]:
            problems.append(f"pg_hba.conf line {row['line']} is no rule: {shown(row['error'])}")
        elif row["method"] == "trust" or (row["type"] != "local" and row["method"] in _WEAK):
            problems.append(f"pg_hba.conf line {row['line']} ({row['method']}) {_WEAK[row['method']]}")
    return problems


async def sessions_encrypted(asked: Asked, role: str | None) -> Part:
    """No session from another machine is in clear, and none could only be so."""
    found, rows = await Settings.of(asked), await asked.rows("clear")
    if any(row["hidden"] for row in rows):
        raise hidden("where sessions come from", "pg_read_all_stats", role)
    problems = [f"{row['sessions']} sessions of {shown(row['role'])} from {row['address']} in clear" for row in rows]
    if found["ssl"] != "on" and not only_loopback(found["listen_addresses"]):
        problems.append(f"ssl is {shown(found['ssl'])}, although it listens on {shown(found['listen_addresses'])}")
    return Part({"ssl": found["ssl"], "remote sessions in clear": sum(row["sessions"] for row in rows)}, few(problems))


def only_loopback(addresses: str) -> bool:
    """Whether a value of listen_addresses has nothing that another machine reaches."""
    return all(
        each in ("", "localhost", "::1") or each.startswith("127.") for each in map(str.strip, addresses.split(","))
    )


async def door(postgresql: Postgresql, role: str) -> Part:
    """A role does not get in over the network with its own name as the password: what everybody tries first."""
    host = postgresql.server.host
    network = host if host and not host.startswith("/") else "127.0.0.1"
    outside = postgresql.changed(host=network, user=role, database="postgres", password_file=None, guess=role)
    name = f"{role}/{role}"
    try:
        await outside.rows("SELECT 1 AS entered")
    except CannotLook as refusal:
        if refusal.reason != "denied" and "Connection refused" not in refusal.detail:
            raise
        return Part({name: "refused"}, [])
    return Part({name: "accepted"}, [f"{role} gets in over the network with its own name as the password"])


async def length(look: Observer, file: str, least: int) -> Part:
    """A password in a file is long enough, judged where it lies."""
    fact = await look.secret(file, predicates={"min_length": least})
    if not fact.present:
        raise CannotLook("malformed", f"{file} is empty")
    long = fact.predicates["min_length"]
    return Part({f"{file} long enough": long}, [] if long else [f"the password in {file} is too short"])
