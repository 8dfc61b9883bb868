# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What directories and backup tools answer, as recorded, for the tests of the backup verifier."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

HOUR, DAY = 3600, 86400
NOW = time.time()
DIGEST, OTHER = "a" * 64, "b" * 64
AGE, GZIP, PGDMP = b"age-encryption.org/v1\n-> X25519 ".hex(), "1f8b0800", b"PGDMP\1\16".hex()
CANNOT = ["missing_tool", "denied", "timeout", "malformed", "unreachable"]


def file(path: str, age: float = 3 * HOUR, size: int = 50_000, head: str = AGE, **more: Any) -> dict[str, Any]:
    owner = {"uid": 0, "gid": 0, "owner": "root", "group": "root"}
    fact = {"path": path, "type": "file", "size": size, "mode": "0640", "mtime": NOW - age, "head": head}
    return {**fact, **owner, **more}


def directory(path: str, files: list[dict[str, Any]], pattern: str = "*.age", digest: str = DIGEST) -> dict[str, Any]:
    """The answers to looks at a directory; beside the newest file lies its checksum file."""
    dumps = sorted((each for each in files if each["type"] == "file"), key=lambda each: -each["mtime"])[:1]
    beside = [file(f"{each['path']}.sha256", head=f"{DIGEST}  x\n".encode().hex()) for each in dumps]
    return {
        f"ls -ld {path}/{pattern}": {"pattern": "", "files": files},
        f"ls -ld {path}/{pattern}.sha256*": {"pattern": "", "files": beside},
        f"stat -L {path}": file(path) | {"type": "directory"},
        **{f"sha256sum {each['path']}": each | {"sha256": digest} for each in files},
    }


def ran(stdout: str = "", code: int = 0, stderr: str = "") -> dict[str, Any]:
    return {"exit": code, "stdout": stdout, "stderr": stderr}


def month(path: str = "/b", name: str = "d{}.age", **more: Any) -> list[dict[str, Any]]:
    return [file(f"{path}/{name.format(day)}", age=3 * HOUR + day * DAY, **more) for day in range(31)]


DUMPS = {"directory": "/b", "pattern": "*.age"}

RESTIC = {"restic": {"repository": "sftp:b@vault:/r", "password_file": "/etc/pw", "tag": "shop"}}
_RESTIC = "restic --json --no-lock --no-cache --repo=sftp:b@vault:/r --password-file=/etc/pw"
SNAPSHOTS = f"{_RESTIC} snapshots --tag=shop"


def snapshots(days: int = 31, sized: bool = True, start: int = 0) -> dict[str, Any]:
    def snapshot(day: int) -> dict[str, Any]:
        moment = datetime.fromtimestamp(NOW - 3 * HOUR - day * DAY, UTC).isoformat()
        summary = {"summary": {"total_bytes_processed": 50_000}} if sized else {}
        return {"id": f"id{day}", "time": moment.replace("+00:00", "123+00:00"), "paths": ["/srv"], **summary}

    return ran(json.dumps([snapshot(day) for day in range(start, days)]))


BORG = {"borg": {"repository": "ssh://b@vault/r", "passphrase_file": "/etc/pw", "user": "backup"}}
_BORG = 'BORG_PASSPHRASE="$(cat /etc/pw)" runuser -u backup -- borg --bypass-lock list'
ARCHIVES = f"{_BORG} --json ssh://b@vault/r"
SIZES = {f"{_BORG} '--format={{size}}{{NL}}' ssh://b@vault/r::a{day}": ran("20000\n30000\n") for day in range(31)}


def archives(days: int = 31, mode: str = "repokey-blake2", start: int = 0) -> dict[str, Any]:
    def archive(day: int) -> dict[str, Any]:
        moment = datetime.fromtimestamp(NOW - 3 * HOUR - day * DAY, UTC).replace(tzinfo=None)
        return {"name": f"a{day}", "id": f"id{day}", "time": moment.isoformat()}

    listing = {"archives": [archive(day) for day in range(start, days)], "encryption": {"mode": mode}}
    return ran(json.dumps(listing))


PGBACKREST = {"pgbackrest": {"stanza": "main", "user": "postgres"}}
INFO = (
    "runuser -u postgres -- pgbackrest info --output=json --log-level-console=off --log-level-stderr=warn"
    " --stanza=main --repo=1"
)
GREP_LINE = (
    r"runuser -u postgres -- grep -hE '^[[:space:]]*repo{0}-(type|path|host|s3-bucket|s3-endpoint|azure-container|"
    r"gcs-bucket|sftp-host)[[:space:]]*=' /etc/pgbackrest/pgbackrest.conf /etc/pgbackrest.conf"
)
NO_CONF = "grep: /etc/pgbackrest/pgbackrest.conf: No such file or directory"
GREP = {GREP_LINE.format(1): ran("repo1-path=/var/lib/pgbackrest\n", 2, NO_CONF)}


def info(days: int = 31, repo: int = 1, cipher: str = "none", start: int = 0, code: int = 0, **more: Any) -> Any:
    database = {"id": 1, "repo-key": repo}

    def backup(day: int) -> dict[str, Any]:
        moment = NOW - 3 * HOUR - day * DAY
        segment = f"0000000100000000000000{90 - day:02d}"
        return {
            "label": f"b{day}",
            "type": "full" if day % 7 == 2 else "incr",
            "database": database,
            "error": False,
            "info": {"size": 50_000, "delta": 9},
            "archive": {"start": segment, "stop": segment},
            "timestamp": {"start": int(moment) - 60, "stop": int(moment)},
            **more,
        }

    archive = {"database": database, "min": "000000010000000000000001", "max": "000000020000000000000095"}
    status = {"code": code, "message": {0: "ok", 2: "no valid backups"}.get(code, "[FormatError] wrong key")}
    stanza = {"name": "main", "backup": [backup(day) for day in range(start, days)], "archive": [archive]}
    return ran(json.dumps([{**stanza, "repo": [{"key": repo, "cipher": cipher, "status": status}]}]))


TOOLS = [
    pytest.param(RESTIC, SNAPSHOTS, snapshots, {}, id="restic"),
    pytest.param(BORG, ARCHIVES, archives, SIZES, id="borg"),
    pytest.param(PGBACKREST, INFO, info, GREP, id="pgbackrest"),
]

DF = "Filesystem 1024-blocks Used Available Capacity Mounted on\n{:<20} {} 100 50 50 50% /mnt/my disk\n"
