# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How images and their build files are made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import objects, output, template
from ansible_collections.golive.verify.plugins.plugin_utils.docker.images import Reference
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

_MEGABYTE = 1_000_000
_SECRET = re.compile(r"(?i)(^|[_-])(pass(word|wd|phrase)?|secret|token|credentials?|(api|access|private|secret)_?key)$")
# Of each step only the names before an equals sign travel: what is behind may be the secret.
_ASSIGNED = {
    "assigned": '{{range split .CreatedBy " "}}{{$part := split . "="}}'
    "{{if gt (len $part) 1}}{{json (index $part 0)}},{{end}}{{end}}"
}
_ROOT = ("", "root", "0")
_INSTRUCTION = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$")


async def history(look: Observer, argv: Sequence[str], name: str) -> list[str]:
    """The names that the steps of an image give values to."""
    told = objects(await output(look, [*argv, "history", "--no-trunc", "--format", template({}, _ASSIGNED), name]))
    if not told:
        raise CannotLook("malformed", f"the engine tells no history of {shown(name)}")
    return [str(each) for step in told for each in step["assigned"] if each]


def image_problems(image: Mapping[str, Any], assigned: Sequence[str], limit: int) -> list[str]:
    """What an image should not be. assigned: names of its history. limit: megabytes."""
    size = image["size"] / _MEGABYTE
    problems = [f"it has {size:.0f} MB, not at most {limit}"] if size > limit else []
    if str(image["user"]).partition(":")[0] in _ROOT:
        problems.append("it runs as root: it has no USER")
    if (image["health"] or ["NONE"])[0] == "NONE":
        problems.append("it has no HEALTHCHECK")
    named = {shown(name.lstrip("-")) for name in (*image["env"], *assigned) if name and is_secret(name)}
    return problems + [f"{name} is in it with a value, for everybody who can pull it" for name in sorted(named)]


def growth_problems(size: int, before: int, limit: float) -> list[str]:
    """Whether an image grew by more than some percent."""
    if before <= 0:
        raise CannotLook("malformed", "the previous image has no size")
    percent = (size - before) / before * 100
    return [f"it grew by {percent:.0f} %, not at most {limit:g} %"] if percent > limit else []


def is_secret(name: str) -> bool:
    """Whether a variable or option of this name holds a secret, going by its name."""
    return bool(_SECRET.search(name))


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a build file: the word and what follows it, with continued lines joined."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"[\\`][ \t]*\n", " ", "\n".join(kept)).split("\n"):
        if match := _INSTRUCTION.match(line):
            yield match[1].upper(), match[2].strip()


def file_problems(text: str, ignored: bool) -> list[str]:
    """What a build file should not do. ignored: whether a .dockerignore lies beside it."""
    stages: list[list[tuple[str, str]]] = []
    problems = [] if ignored else ["there is no .dockerignore, so all of the directory goes into the build"]
    names: set[str] = set()
    for word, rest in instructions(text):
        if word == "FROM":
            problems += _base_problems(rest, names)
            stages.append([])
        elif stages:
            stages[-1].append((word, rest))
        problems += _secret_problems(word, rest)
    if len(stages) < 2:
        problems.append(f"it has {len(stages)} FROM, so what builds stays in what runs")
    return [*problems, *_final_problems(stages[-1] if stages else [])]


def _base_problems(rest: str, names: set[str]) -> list[str]:
    words = [word for word in rest.split() if not word.startswith("--")]
    if not words:
        return ["a FROM names no image"]
    base, known = words[0], words[0].lower() in names
    if len(words) == 3 and words[1].upper() == "AS":
        names.add(words[2].lower())
    called = None if known or base == "scratch" or "$" in base else Reference.parse(base)
    return [f"FROM {shown(base)} is not pinned to a version"] if called is not None and called.tag == "latest" else []


def _secret_problems(word: str, rest: str) -> list[str]:
    if word == "ADD" and re.search(r"(^|\s)https?://", rest):
        return [f"ADD {shown(rest)} takes what is at that address today"]
    if word not in ("ENV", "ARG"):
        return []
    pairs = re.findall(r"([A-Za-z_]\w*)=(\S+)", rest) or [tuple(rest.split(None, 1))]
    return [
        f"{word} {shown(pair[0])} puts a secret into the image"
        for pair in pairs
        if len(pair) == 2 and is_secret(pair[0])
    ]


def _final_problems(stage: Sequence[tuple[str, str]]) -> list[str]:
    last = dict(stage)
    problems = []
    if last.get("USER", "").partition(":")[0] in _ROOT:
        problems.append("its last stage runs as root: it has no USER")
    if last.get("HEALTHCHECK", "NONE").upper().startswith("NONE"):
        problems.append("its last stage has no HEALTHCHECK")
    return problems
