# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore a backup of PostgreSQL into a scratch server, and ask it what was declared."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ansible.errors import AnsibleActionFail

from ansible_collections.golive.verify.plugins.plugin_utils.drill import Drill, Findings
from ansible_collections.golive.verify.plugins.plugin_utils.drills import invariants
from ansible_collections.golive.verify.plugins.plugin_utils.drills.model import Outcome, Step
from ansible_collections.golive.verify.plugins.plugin_utils.drills.scratch import NEWEST, PLAIN, made, program, scratch
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted

# $1: where the programs of PostgreSQL are; empty for where packages put the newest.
_PATH = """
bin=${1:-$(shopt -s nullglob; printf '%s\\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -V | tail -n 1)}
export PATH="$bin:$PATH"; shift
"""
_INIT = _PATH + 'initdb --pgdata="$1/data" --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync\n'
_PGBACKREST = 'pgbackrest --stanza="$2" --pg1-path="$1/data" --archive-mode=off restore\n'
# It is no standby, whose settings had to be those of the primary. Nobody else can enter the place: all are trusted.
_START = (
    _PATH
    + """
place=$1; shift
{
    printf "data_directory = '%s/data'\\nhba_file = '%s/hba'\\nident_file = '%s/ident'\\n" "$place" "$place" "$place"
    printf "listen_addresses = ''\\nunix_socket_directories = '%s'\\nport = 5432\\n" "$place"
    printf "hot_standby = off\\nfsync = off\\narchive_mode = off\\nlogging_collector = off\\n"
    for setting; do printf '%s\\n' "$setting"; done
} > "$place/postgresql.conf"
echo 'local all all trust' > "$place/hba"; : > "$place/ident"
exec pg_ctl start --wait --timeout=86400 --pgdata="$place" --log="$place/log" < /dev/null
"""
)
_STOP = _PATH + 'if [ -e "$1/data/postmaster.pid" ]; then exec pg_ctl stop --mode=immediate --pgdata="$1/data"; fi\n'
_LOAD = (
    _PATH
    + 'place=$1 database=$2; shift 2; identity=$3\nexport PGHOST="$place" PGDATABASE="$database"\n'
    + NEWEST
    + PLAIN
    + """
createdb "$database"
case $name in
    *.sql|*.sql.*) opened "$identity" | unpacked | psql -X -q -v ON_ERROR_STOP=1 > /dev/null;;
    *) opened "$identity" | unpacked | pg_restore --no-owner --no-privileges --exit-on-error --dbname="$database";;
esac
echo "$newest"
"""
)
_ASK = _PATH + 'PGHOST=$1 PGOPTIONS="-c default_transaction_read_only=on" exec psql -X -A -t -d "$2" -c "$3"\n'
# The steps that a real restore would have to wait for.
_RESTORE = ("the server is made", "the server starts", "the backup is restored")
_AGE = "SELECT round(extract(epoch FROM now() - ({})))"


class ActionModule(Drill):
    """From nothing to a server that answers, timed."""

    def control(self, want: Wanted) -> str:
        return "restore.database"

    def expected(self, want: Wanted) -> str:
        names = ", ".join(each["name"] for each in want.invariants)
        return f"the newest backup restores into a new server, and these hold: {names}"

    def steps(self, want: Wanted) -> Sequence[Step]:
        if bool(want.directory) == bool(want.stanza):
            raise AnsibleActionFail("give either directory or stanza")
        invariants.check(want.invariants)
        place, bin_dir = scratch(want.work_dir, want.name), want.bin_dir or ""
        settings = [f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'" for name, value in want.settings.items()]

        def step(name: str, text: str, *arguments: str, undo: Sequence[str] = (), ok: str = "") -> Step:
            argv = program(text, bin_dir, *arguments)
            return Step(name, argv, undo=undo, matches=ok, timeout=want.limit, user=want.user)

        start = step("the server starts", _START, place, *settings, undo=program(_STOP, bin_dir, place))
        if want.stanza:
            argv = program(_PGBACKREST, place, want.stanza)
            load = [Step("the backup is restored", argv, timeout=want.limit, user=want.user), start]
        else:
            dump = (place, want.database, want.directory, want.pattern, want.identity_file or "")
            load = [step("the server is made", _INIT, place), start, step("the backup is restored", _LOAD, *dump)]
        asked = [(each["name"], each["sql"]) for each in want.invariants]
        asked += [("age of the newest row", _AGE.format(want.newest.rstrip("; \n")))] if want.newest else []
        questions = [step(name, _ASK, place, want.database, sql, ok=r"\S") for name, sql in asked]
        return [made(place, want.user), *load, *questions]

    def findings(self, want: Wanted, outcome: Outcome) -> Findings:
        values = {name: taken.output.strip() for name, taken in outcome.steps.items()}
        took = [outcome.steps[name].seconds for name in _RESTORE if name in outcome.steps]
        measured = {"rto_seconds": round(sum(took), 1)}
        problems = list(invariants.problems(want.invariants, values))
        if want.newest:
            measured["rpo_seconds"] = lost = float(values["age of the newest row"])
            if not math.isfinite(lost):
                raise ValueError("the age of the newest row is no number")
            if lost < 0:
                problems.append("the newest row is of the future: a clock or a time zone is wrong")
        actual = {each["name"]: values[each["name"]][:200] for each in want.invariants}
        backup = values["the backup is restored"].rpartition("\n")[2] if want.directory else f"stanza {want.stanza}"
        return Findings({"backup": backup, **actual}, problems, measured)
