# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the variables of one service come from, and which value of several it really has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.environment_variables.questions import Questions
from ansible_collections.golive.verify.plugins.plugin_utils.facts import ProcessFact, VariableFact, VariablesFact
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked, Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, attempt, together

# Set by systemd, the shell, cron or a container engine around a process rather than by whoever configures a service.
SURROUNDINGS = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "SHLVL", "_", "LANG", "LANGUAGE", "TERM"),
        *("HOSTNAME", "MAIL", "TZ", "TMPDIR", "NO_PROXY", "no_proxy", "container", "INVOCATION_ID", "JOURNAL_STREAM"),
        *("SYSTEMD_EXEC_PID", "NOTIFY_SOCKET", "MAINPID", "MANAGERPID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"),
        *("WATCHDOG_PID", "WATCHDOG_USEC", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "CREDENTIALS_DIRECTORY"),
        *("RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY"),
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place that variables come from, as the observation is asked for it. running: what a process has now."""

    params: Mapping[str, Any]
    running: bool

    @property
    def label(self) -> str:
        """For people."""
        shown = {name: value for name, value in self.params.items() if name not in ("client", "running")}
        name, value = next(iter(shown.items()))
        path = ", ".join(value) if isinstance(value, list) else str(value)
        if name == "compose":
            return f"service {self.params['service']} of {path}"
        return f"the processes of {path}" if name == "unit" and self.running else f"{name} {path}"

    def look(self, look: Observer, asked: Questions) -> Look[VariablesFact]:
        """All that is asked of this place, in one look."""
        return look.variables(self.params, judged=asked.judged, found=asked.found, distinct=asked.distinct)


@dataclass(frozen=True, slots=True)
class Source:
    """The environment of one service: its places, those with precedence first."""

    label: str
    places: Sequence[Place]
    files: Sequence[str]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Source:
        """One entry of the option sources."""
        given = {name: value for name, value in entry.items() if value}
        places = [Place(params, running) for params, running in _places(given)]
        if not places:
            raise NotAsked("sources: each names a unit, process, container, compose file or file")
        if ("compose" in given) != ("service" in given):
            raise NotAsked("sources: compose and service go together")
        label = f"unit {given['unit']}" if "unit" in given else places[0].label
        return cls(label, places, given.get("file", []))

    @classmethod
    def all(cls, want: Wanted) -> list[Source]:
        """The sources of a check."""
        return [cls.of(entry) for entry in want.need("sources")]

    @property
    def running(self) -> Sequence[Place]:
        """Where it is seen what runs now."""
        return [place for place in self.places if place.running]

    @property
    def loaders(self) -> Sequence[Place]:
        """What would load files at the next start."""
        return [place for place in self.places if not place.running and "file" not in place.params]


def _places(given: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    if "unit" in given:
        yield {"unit": given["unit"], "running": True}, True
    if "process" in given:
        yield {"process": given["process"]}, True
    if "container" in given:
        yield {"container": given["container"], "client": given.get("client", "docker")}, True
    if "unit" in given:
        yield {"unit": given["unit"]}, False
    if "compose" in given:
        yield {"compose": given["compose"], "service": given.get("service", "")}, False
    if "file" in given:
        yield {"file": list(given["file"])}, False


@dataclass(frozen=True, slots=True)
class Effective:
    """What a service really has. seen: what each place gives, those with precedence first."""

    seen: Sequence[tuple[Place, VariablesFact]]

    def of(self, name: str) -> tuple[VariableFact, Place] | None:
        """One variable that was asked about, where it is set, and nothing where it is set nowhere."""
        for place, fact in self.seen:
            variable = fact.judged.get(name)
            if variable is not None and name in fact.names:
                return variable, place
        return None

    def names(self, *, empty: bool = True) -> list[str]:
        """The names of all variables, but those of its surroundings; on demand only those with a value."""
        where = self._where()
        return sorted(name for name, fact in where.items() if empty or name not in fact.empty)

    def found(self, label: str, excepted: Collection[str]) -> list[str]:
        """The names of the variables whose value an expression matches."""
        where = self._where()
        return sorted(n for n, fact in where.items() if n in fact.found.get(label, ()) and n not in excepted)

    def configured(self) -> Effective:
        """What whoever configures it sets: what files and units say, if there are some, else what processes have."""
        settings = [(place, fact) for place, fact in self.seen if not place.running]
        return Effective(settings or self.seen)

    def not_loaded(self, names: Iterable[str]) -> list[str]:
        """Those that the unit's settings give and a process of it lacks: it was not started again since."""
        running = [fact for place, fact in self.seen if place.running]
        given = {n for place, fact in self.seen if not place.running and "unit" in place.params for n in fact.names}
        return [name for name in names if name in given and not all(name in fact.names for fact in running)]

    @property
    def unshown(self) -> int:
        """How many variables are only known to be there, since their names look like none."""
        return sum(fact.unshown for _place, fact in self.seen)

    @property
    def same(self) -> set[tuple[str, str]]:
        """Pairs of variables with the same value."""
        return {(one, two) for _place, fact in self.seen for one, two in fact.same}

    @property
    def processes(self) -> list[ProcessFact]:
        """The processes whose environments were seen."""
        return [process for _place, fact in self.seen for process in fact.processes]

    def _where(self) -> dict[str, VariablesFact]:
        found: dict[str, VariablesFact] = {}
        for _place, fact in self.seen:
            for name in fact.names:
                if name not in SURROUNDINGS and not name.startswith("LC_"):
                    found.setdefault(name, fact)
        return found


async def effective(look: Observer, source: Source, asked: Questions, *, running: bool = False) -> Effective:
    """What a service has. What does not run now has what its settings will give it, unless running is asked for."""
    outcomes = await together(*(attempt(place.look(look, asked)) for place in source.places))
    seen = []
    for place, outcome in zip(source.places, outcomes, strict=True):
        if isinstance(outcome, CannotLook):
            if running or outcome.reason != "not_found" or not place.running or len(source.running) == len(outcomes):
                raise outcome
        else:
            seen.append((place, outcome))
    has = Effective(_as_loaded(source, seen))
    if not has.names():
        raise CannotLook("not_found", f"{source.label} sets no variable")
    return has


def _as_loaded(source: Source, seen: list[tuple[Place, VariablesFact]]) -> list[tuple[Place, VariablesFact]]:
    """Without files that a unit or compose file loads: what it makes of them counts, such as nothing of an export."""
    loaded = {path for place, fact in seen if place in source.loaders for path in fact.files}
    return [each for each in seen if not ("file" in each[0].params and loaded.issuperset(source.files))]
