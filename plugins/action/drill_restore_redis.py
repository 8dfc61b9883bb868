# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load a copy of Redis data into a scratch server, and see what is in it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.drills.scratch import NEWEST, PLAIN, made, program, scratch
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

# $1, $2: where the snapshots are and what they match, as NEWEST takes them. $3: the identity. $4: the place.
_UNPACK = NEWEST + PLAIN + 'opened "$3" | unpacked > "$4/dump.rdb"\necho "$newest"\n'
_START = """
exec redis-server --port 0 --unixsocket "$1/socket" --dir "$1" --dbfilename dump.rdb --save '' --appendonly no \
    --daemonize yes --logfile "$1/log"
"""
_STOP = 'if [ -S "$1/socket" ]; then exec redis-cli -s "$1/socket" shutdown nosave; fi\n'
_RESTORE = ("the copy is unpacked", "the copy is whole", "the server starts", "the data is loaded")


class ActionModule(Drill):
    """From nothing to a server that answers, timed."""

    def control(self, want: Wanted) -> str:
        return "restore.redis"

    def expected(self, want: Wanted) -> str:
        named = f", among them {', '.join(want['keys'])}" if want["keys"] else ""
        return f"the newest copy loads into a new server, which then has >= {want.min_keys} keys{named}"

    def steps(self, want: Wanted) -> Sequence[Step]:
        place = scratch(want.work_dir, want.name)
        client = ["redis-cli", "-s", f"{place}/socket"]
        unpack = program(_UNPACK, want.directory, want.pattern, want.identity_file or "", place)

        def step(name: str, argv: Sequence[str], ok: str = "", within: float = 0, undo: Sequence[str] = ()) -> Step:
            return Step(name, argv, undo=undo, matches=ok, within=within, timeout=want.limit, user=want.user)

        return [
            made(place, want.user),
            step("the copy is unpacked", unpack),
            step("the copy is whole", ["redis-check-rdb", f"{place}/dump.rdb"], ok="RDB looks OK"),
            step("the server starts", program(_START, place), undo=program(_STOP, place)),
            step("the data is loaded", [*client, "ping"], ok="PONG", within=want.limit),
            step("keys", [*client, "dbsize"], ok=r"^\d+\s*$"),
            *(step(f"key {key}", [*client, "exists", key], ok=r"^[01]\s*$") for key in dict.fromkeys(want["keys"])),
        ]

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        count = int(outcome.steps["keys"].output)
        lost = [key for key in want["keys"] if outcome.steps[f"key {key}"].output.strip() != "1"]
        problems = [f"the key {key} is not there" for key in lost]
        if count < want.min_keys:
            problems.append(f"{count} keys, fewer than {want.min_keys}")
        rto = round(sum(outcome.steps[name].seconds for name in _RESTORE), 1)
        copy = outcome.steps["the copy is unpacked"].output.strip()
        return Findings({"copy": copy, "keys": count}, problems, {"rto_seconds": rto})
