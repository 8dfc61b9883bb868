# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications of PM2. Of what it tells only a few members travel: the rest holds the whole environment of each."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.facts import CommandFact, FileFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, present, together
from ansible_collections.golive.verify.plugins.plugin_utils.service.model import (
    Found,
    Process,
    loop_problems,
    pause_problems,
    up_problems,
)
from ansible_collections.golive.verify.plugins.plugin_utils.service.units import supervisor_at_boot
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_KEPT = ("name", "pid", *(f"pm2_env.{key}" for key in ("status", "autorestart", "restart_time", "pm_uptime")))
_KEEP = [f"*.{key}" for key in (*_KEPT, "pm2_env.restart_delay")]


async def app(look: Observer, want: Wanted, entry: Mapping[str, Any]) -> Found:
    """The processes of an application, all instances of a cluster."""
    name, user = entry["pm2"], entry["user"]
    home = want.pm2_home or ("/root/.pm2" if user == "root" else f"/home/{user}/.pm2")
    # Asked while its daemon does not run, pm2 would start one.
    daemons, pid, boot, dump, saved = await together(
        look.command(["pgrep", "-u", user, "-f", "PM2 .*God Daemon"], ok=(0, 1)),
        present(look.file(f"{home}/pm2.pid", content=True, limit=64)),
        supervisor_at_boot(look, [f"pm2-{user}.service"], "PM2"),
        present(look.file(f"{home}/dump.pm2")),
        attempt(look.command(["cat", f"{home}/dump.pm2"], user=user, keep=["*.name"])),
    )
    if pid is None or (pid.content or "").strip() not in daemons.stdout.split():
        return Found({}, [f"no PM2 of user {user} runs with the home {home}, so nothing supervises {name}"], boot)
    listed = await look.command([want.pm2_client, "jlist"], user=user, env={"PM2_HOME": home}, keep=_KEEP)
    found = [each for each in apps(listed.stdout) if each["name"] == name]
    if not found:
        return Found({}, [f"PM2 of user {user} has no application {name}, so nothing supervises it"], boot)
    now = time.time()
    return Found(
        {
            "states": [
                f"{each['name']} {shown(each['status'])}, restarted {each['restart_time']} times" for each in found
            ]
        },
        [problem for each in found for problem in _running(each, want, now)],
        [*(problem for each in found for problem in _leaving(each, want)), *_unsaved(name, dump, saved), *boot],
        [Process(name, each["pid"], each["pm_uptime"] / 1000) for each in found],
    )


def apps(text: str) -> list[dict[str, Any]]:
    """The processes that PM2 lists, each as one flat mapping; what is no such list is CannotLook("malformed")."""
    try:
        listed = json.loads(text)
        if not isinstance(listed, list):
            raise TypeError(type(listed).__name__)
        return [_app(each) for each in listed]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"pm2 jlist: {type(error).__name__} {shown(error)}") from error


def _app(listed: Mapping[str, Any]) -> dict[str, Any]:
    state = listed["pm2_env"]
    return {
        "name": str(listed["name"]),
        "pid": int(listed["pid"] or 0) or None,
        "status": str(state["status"]),
        "autorestart": state.get("autorestart", True) is True,
        "restart_time": int(state["restart_time"]),
        "pm_uptime": float(state["pm_uptime"]),
        "restart_delay": float(state.get("restart_delay") or 0),
    }


def _running(found: Mapping[str, Any], want: Wanted, now: float) -> list[str]:
    name = found["name"]
    loops = loop_problems(name, found["restart_time"], want)
    if found["status"] != "online":
        return [f"{name} is {shown(found['status'])}", *loops]
    return [*up_problems(name, found["pm_uptime"] / 1000, now, want), *loops]


def _leaving(found: Mapping[str, Any], want: Wanted) -> list[str]:
    if not found["autorestart"]:
        return [f"{found['name']} has autorestart false, so it does not return after a crash"]
    return pause_problems(found["name"], found["restart_delay"] / 1000, want)


def _unsaved(name: str, dump: FileFact | None, saved: CommandFact | CannotLook) -> list[str]:
    if dump is None:
        return ["PM2 has no saved list, so it starts nothing at boot: pm2 save"]
    if isinstance(saved, CannotLook):
        raise saved
    try:
        names = [each["name"] for each in json.loads(saved.stdout)]
    except (KeyError, TypeError, ValueError) as error:
        raise CannotLook("malformed", f"{dump.path} is not a list of PM2") from error
    return [] if name in names else [f"{name} is not in the saved list of PM2, so it is not started at boot: pm2 save"]
