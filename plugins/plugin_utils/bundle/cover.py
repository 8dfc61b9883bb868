# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page of an audit: the decision, what speaks against it, who answers for that; then how to verify it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils import summary
from ansible_collections.golive.verify.plugins.plugin_utils.attestations.model import NAMESPACE
from ansible_collections.golive.verify.plugins.plugin_utils.blockers import NOBODY, Blocker, blockers
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.packing import FILES, MANIFEST, SIGNATURE
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.requests import FILE, Request
from ansible_collections.golive.verify.plugins.plugin_utils.reports.markdown import escaped

_KINDS = {
    "run/": "what the run planned, what each host answered, what the gate decided, and the reports in every format",
    "environment/": "the checklist and what people decided: components, waivers, signatures with who may give them, "
    "the baseline; and what drills left as evidence",
    "checklist/": "the checklist, as it was verified",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """What is known of a bundle before its lists are made. stem: the name of its directory. names: of its files.

    unread: files that cannot be searched for secrets. unwritten: reports that could not be made, and why.
    """

    stem: str
    person: str
    names: Sequence[str]
    unread: Sequence[str]
    unwritten: Mapping[str, str]
    allowed: Sequence[str] = ()


def page(report: Mapping[str, Any], asked: Sequence[Request], packed: Packed) -> str:
    """All of it as Markdown, which is read as well as it stands."""
    parts = (
        _decision(report),
        _against(blockers(report), asked),
        _unsigned(asked),
        _lived_with(report),
        _contents(report, packed),
    )
    return "\n".join(line for part in (*parts, _verify(packed)) for line in part) + "\n"


def _decision(report: Mapping[str, Any]) -> Iterator[str]:
    run, told = report["run"], report["summary"]
    word = "GO" if report["gate"]["decision"] == "go" else "NO-GO"
    yield f"# {escaped(run['environment'])}: {word}\n"
    began = datetime.fromtimestamp(run["started"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"- run {escaped(run['id'])}, begun {began}{'' if run['finished'] else '; it did not finish'}"
    yield f"- items: {summary.counts(told['items'])}"
    yield f"- targets: {summary.counts(told['targets'])}"
    yield f"- checklist: SHA-256 {run['checklist_sha256']}"
    if told["left_out"]:
        yield f"- **narrowed to {escaped(told['left_out'])}: what was left out is not decided**"


def _against(found: Sequence[Blocker], asked: Sequence[Request]) -> Iterator[str]:
    yield "\n## What speaks against going live\n"
    if not found:
        yield "Nothing."
        return
    signing = {each.item.id: each for each in asked}
    yield "| severity | what | why | who answers for it | what to do |\n|---|---|---|---|---|"
    yield from (_row(each, signing.get(each.item["id"]) if each.item else None) for each in found)


def _row(blocker: Blocker, request: Request | None) -> str:
    who = escaped(blocker.owner) or (request.who if request else NOBODY)
    todo = [escaped(summary.one_line(remedy, 500)) for remedy in blocker.remedies[:3]]
    todo += [f"Sign it: `run/{FILE}`."] if request else []
    what = escaped(blocker.what) + (f" (line {blocker.item['line']})" if blocker.item else "")
    return f"| {blocker.severity} | {what} | {escaped(summary.one_line(blocker.why, 500))} | {who} | {' '.join(todo)} |"


def _unsigned(asked: Sequence[Request]) -> Iterator[str]:
    if asked:
        yield f"\n## Signatures that are missing\n\n`run/{FILE}` has the command for each.\n"
        for each in asked:
            yield f"- {escaped(each.item.text)} (line {each.item.line}): {each.who}"


def _lived_with(report: Mapping[str, Any]) -> Iterator[str]:
    waived = [item for item in report["items"] if item["status"] == "waived"]
    if waived:
        yield "\n## What is lived with for a while\n"
        for item in waived:
            yield f"- {escaped(item['text'])} (line {item['line']}): {escaped(summary.one_line(item['reason'], 500))}"


def _contents(report: Mapping[str, Any], packed: Packed) -> Iterator[str]:
    yield "\n## What is in here\n"
    for prefix, words in _KINDS.items():
        if count := sum(name.startswith(prefix) for name in packed.names):
            yield f"- `{prefix}`, {count} {'file' if count == 1 else 'files'}: {words}"
    yield "\nBegin with `run/report.html`, in a browser. The run was made by:\n"
    yield from (f"- {name} {escaped(version)}" for name, version in report["run"]["versions"].items())
    for name, why in packed.unwritten.items():
        yield f"\nThe report in the format {name} could not be written: {escaped(why)}"
    yield "\nEvery file was searched for secrets before it was packed, by how they look; none was found."
    if packed.unread:
        yield "\nThese are packed or binary, so that only what stands in them in the clear could be searched:\n"
        yield from (f"- {escaped(name)}" for name in packed.unread)
    if packed.allowed:
        yield "\nWhat looks like a secret and matches one of these was said to be none:\n"
        yield from (f"- {escaped(expression)}" for expression in packed.allowed)


def _verify(packed: Packed) -> Iterator[str]:
    yield f"""
## Verify it

Without us and without a network, with the tools of any Linux. First get the line of `{packed.person}` for
`allowed_signers` from somebody you trust, **not from here**, and put it into a file of that name beside the archive.
Unpack into a directory that is not there yet:

    tar -xzf {packed.stem}.tar.gz
    cd {packed.stem}

Who packed it (it answers `Good "{NAMESPACE}" signature for {packed.person}`):

    ssh-keygen -Y verify -n {NAMESPACE} -I {packed.person} -f ../allowed_signers -s {SIGNATURE} < {MANIFEST}

Nothing was altered, and nothing is missing (no output):

    sha256sum --check --strict --quiet {MANIFEST}

Nothing was added (no output):

    find . | LC_ALL=C sort | diff {FILES} -

Where the key has expired since, add `-Overify-time=` with a time at which it was valid, as `20261124030000`. The
signatures in `environment/attestations` are verified in the same way, each over its own file."""
