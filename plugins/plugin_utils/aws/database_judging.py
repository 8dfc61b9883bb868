# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what is known of databases: who gets at them, what they survive, to which moments they can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws.identities import date
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import like

_DAY, _HOUR, _MINUTE = 86400, 3600, 60
_OUT_OF_ORDER = (
    "failed",
    "incompatible-",
    "inaccessible-",
    "insufficient-",
    "restore-error",
    "stopped",
    "storage-full",
)
# The parameter that turns clients without TLS away, and its values that do so, by the beginning of the engine's name.
_FORCES_TLS = {
    "postgres": ("rds.force_ssl", {"1"}),
    "aurora-postgresql": ("rds.force_ssl", {"1"}),
    "sqlserver": ("rds.force_ssl", {"1"}),
    "mysql": ("require_secure_transport", {"1", "ON"}),
    "mariadb": ("require_secure_transport", {"1", "ON"}),
    "aurora-mysql": ("require_secure_transport", {"1", "ON"}),
    "docdb": ("tls", {"enabled", "tls1.2+", "tls1.3+", "fips-140-3"}),
    "neptune": ("neptune_enforce_ssl", {"1"}),
}
Database = Mapping[str, Any]


def closed(instances: Sequence[Database]) -> Seen:
    """Whether none of its instances has a public address."""
    public = [each["name"] for each in instances if each["public"]]
    return {"public": bool(public)}, [f"{', '.join(public)} is publicly accessible"] if public else []


def stands(database: Database, members: Sequence[Database], cluster: bool) -> Seen:
    """Whether another zone takes over, and nobody deletes it by mistake; a replica is itself what takes over."""
    zones = sorted({each["zone"] for each in members if each["zone"]})
    actual = {"deletion protection": database["deletion_protection"], "status": database["status"]}
    problems = [] if database["deletion_protection"] else ["may be deleted: deletion protection is off"]
    if database["status"].startswith(_OUT_OF_ORDER):
        problems.append(f"is {database['status']}")
    if cluster:
        actual["zones"] = zones
        if len(zones) < 2:
            problems.append(f"its instances are in {len(zones)} zone{'' if len(zones) == 1 else 's'}, not in two")
    elif not database["replica_of"]:
        actual["multi-AZ"] = database["multi_az"]
        problems += [] if database["multi_az"] else ["has no standby in another zone (Multi-AZ)"]
    return actual, problems


def rewound(database: Database, days: int, lag_minutes: float, now: float) -> Seen:
    """Whether automated backups reach back far enough and up to now; those of a replica are its source's."""
    if database["replica_of"]:
        return {"replica of": database["replica_of"]}, []
    problems = [] if database["retention"] >= days else [f"backups are kept {database['retention']} days, not {days}"]
    return {"retention": database["retention"], "restorable to": date(database["latest"])}, problems + _lag(
        database["latest"], lag_minutes, now
    )


def _lag(latest: float | None, minutes: float, now: float) -> list[str]:
    if latest is None:
        return ["cannot be restored to any moment"]
    lag = (now - latest) / _MINUTE
    return [f"can be restored to {lag:.0f} minutes ago only, not {minutes:g}"] if lag > minutes else []


def forces_tls(database: Database, parameters: Mapping[str, Detail]) -> Seen:
    """Whether clients without TLS are turned away, by parameters that are in force."""
    engine = next((known for known in _FORCES_TLS if _is(database["engine"], known)), None)
    if engine is None:
        raise CannotLook("not_found", f"it is not known how {database['engine']} is made to require TLS")
    name, wanted = _FORCES_TLS[engine]
    problems, actual = [], {}
    for group in database["parameters"]:
        found = value(parameters[group["group"]]).get(name)
        actual[name] = found
        if str(found) not in wanted and str(found).upper() not in wanted:
            problems.append(f"lets in clients without TLS: {name} is {found} in {group['group']}")
        elif group["status"] == "pending-reboot":
            problems.append(f"parameters of {group['group']} wait for a restart")
    if not database["parameters"]:
        raise CannotLook("malformed", "it has no group of parameters")
    return actual, list(dict.fromkeys(problems))


def _is(engine: str, known: str) -> bool:
    return engine == known or (known == "sqlserver" and engine.startswith("sqlserver-"))


def certified(instances: Iterable[Database], authorities: Mapping[str, float], days: int, now: float) -> Seen:
    """Whether the certificates that clients see, and their authority's, stay valid long enough."""
    actual, problems = {}, []
    for each in instances:
        known = {"its authority": authorities.get(each["authority"]), "its certificate": each["certificate_until"]}
        if known["its authority"] is None:
            raise CannotLook(
                "not_found", f"RDS does not know the authority {each['authority'] or 'of ' + each['name']}"
            )
        actual[each["name"]] = f"{each['authority']} until {date(known['its authority'])}"
        problems += [
            f"{each['name']}: {what} {'ends in' if until > now else 'ended'} {abs(until - now) / _DAY:.0f} days"
            + ("" if until > now else " ago")
            for what, until in known.items()
            if until is not None and until - now < days * _DAY
        ]
    return {"certificates": actual}, problems


def maintained(
    database: Database, instances: Iterable[Database], versions: Mapping[str, Detail], minor_upgrades: bool
) -> Seen:
    """Whether RDS still offers the version that runs, and where that is wanted brings it its corrections by itself."""
    version = f"{database['engine']} {database['version']}"
    status = value(versions[version.replace(" ", ":")])
    problems = [] if status == "available" else [f"{version} is {status or 'no longer offered'}"]
    left = [each["name"] for each in instances if not each["minor_upgrades"]]
    if minor_upgrades and left:
        problems.append(f"minor versions do not come to {', '.join(left)} by themselves")
    return {"version": version, "status": status}, problems


def encrypted(thing: Mapping[str, Any], keys: Sequence[str]) -> Seen:
    """Whether its storage is encrypted, with one of the keys where some are named."""
    problems = [] if thing["encrypted"] else ["is not encrypted"]
    if thing["encrypted"] and keys and not like(thing["key"], keys):
        problems.append(f"is encrypted with {thing['key'] or 'an unknown key'}, which is not declared")
    return {"encrypted": thing["encrypted"], "key": thing["key"]}, problems


def private(restorers: Detail, accounts: Sequence[str]) -> Seen:
    """Whether a snapshot can be restored by the account itself and declared ones only."""
    found = value(restorers)
    strange = [each for each in found if each not in accounts]
    problems = ["everybody may restore it"] if "all" in found else []
    problems += [f"account {each} may restore it" for each in strange if each != "all"]
    return {"shared with": found}, problems


def backed_up(
    database: Database,
    snapshots: Sequence[Mapping[str, Any]],
    automated: bool,
    max_age: float,
    grace: float,
    now: float,
) -> Seen:
    """Whether the newest snapshot that is whole is recent; automated: of those that RDS makes by itself."""
    known = [each for each in snapshots if each["type"] == "automated"] if automated else snapshots
    newest = max((each["at"] for each in _whole(known)), default=None)
    actual = {"retention": database["retention"], "snapshots": len(known), "newest": date(newest)}
    problems = ["automated backups are off"] if automated and not database["retention"] else []
    if newest is None:
        problems.append("has no snapshot that is whole")
    elif now - newest > (max_age + grace) * _HOUR:
        problems.append(f"its newest snapshot is {(now - newest) / _HOUR:.0f} hours old, not {max_age:g}")
    return actual, problems


def _whole(snapshots: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in snapshots if each["status"] == "available" and each["at"] is not None]


def daily(snapshots: Sequence[Mapping[str, Any]], days: int, now: float) -> Seen:
    """Whether there is a whole snapshot of each of the last days."""
    times = [each["at"] for each in _whole(snapshots)]
    missing = set(range(days)) - {int((now - at) // _DAY) for at in times}
    actual = {"snapshots": len(times), "oldest": date(min(times, default=None))}
    return actual, [f"there is no snapshot of {len(missing)} of the last {days} days"] if missing else []


def window(found: Mapping[str, Any] | None, days: float, lag_minutes: float, now: float) -> Seen:
    """Whether every moment of the last days, up to now, can be restored."""
    if not found or found["earliest"] is None or found["latest"] is None:
        return {"window": None}, ["cannot be restored to any moment: automated backups are off or have not run yet"]
    long = (found["latest"] - found["earliest"]) / _DAY
    problems = [f"can be restored to the last {long:.1f} days only, not {days:g}"] if long < days else []
    return {"from": date(found["earliest"]), "to": date(found["latest"])}, problems + _lag(
        found["latest"], lag_minutes, now
    )
