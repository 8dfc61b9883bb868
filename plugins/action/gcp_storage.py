# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that buckets of Cloud Storage are closed, use the declared keys, and keep what is put into them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.details import value
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.keys import key_problems
from ansible_collections.golive.verify.plugins.plugin_utils.gcp_storage import judging, reading
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Look, Observer, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, whole
from ansible_collections.golive.verify.plugins.plugin_utils.parts import Part, alone
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_SAMPLE = 1000  # the first objects of a bucket with uploads, which may hold millions
_LIST = "gcloud storage buckets list"
_CONSTRAINT = "gcloud org-policies describe storage.publicAccessPrevention --effective"
Bucket = Mapping[str, Any]


class ActionModule(Verifier):
    """Ask for all buckets once, and for the rest of each side by side."""

    def target(self, want: Wanted) -> str:
        return str(want.project)

    @proves("aws.s3.public_block")
    async def public_block(self, look: Observer, want: Wanted) -> list[Verdict]:
        """The public is kept out of every bucket, and nothing names it."""
        asked = ask(look, want)
        every = await asked.of(_LIST, reading.buckets)
        meant = chosen(every, want.buckets, "bucket")
        judged = [name for name in meant if not like(name, want.public_buckets)]
        with_lists = [name for name in judged if not every[name]["uniform"]]
        verdicts = await together(
            *(
                alone(
                    "public access prevented, and neither a policy nor a list that names the public",
                    _prevented(asked, every[name]),
                    _policy(asked, judged, name),
                    *([_lists(asked, with_lists, name)] if name in with_lists else []),
                    subject=reading.resource(name),
                )
                for name in judged
            )
        )
        aside = {"declared public": len(meant) - len(judged)}
        return _whole(want, "no bucket can be public", Kind.of("buckets", "are or can be public", verdicts, aside))

    @proves("data.encryption_at_rest")
    async def encryption_at_rest(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What is put into a bucket is encrypted with the declared key."""
        keys, asked = want.need("kms_keys"), ask(look, want)
        every = await asked.of(_LIST, reading.buckets)

        async def part(name: str) -> Part:
            found = every[name]["key"]
            wanted = next(key for pattern, key in keys.items() if like(name, [pattern]))
            return Part({"key": found or "Google's own"}, key_problems(wanted, found))

        names = chosen(every, list(keys), "bucket")
        verdicts = await together(
            *(alone("encrypted with the declared key", part(name), subject=reading.resource(name)) for name in names)
        )
        aside = {"without a declared key": len(every) - len(names)}
        kind = Kind.of("buckets", "do not encrypt with the declared key", verdicts, aside)
        return _whole(want, "buckets encrypt with the declared keys", kind)

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Buckets with backups hold a copy of each day, and nothing takes it away."""
        patterns, asked, days, now = want.need("backup_buckets"), ask(look, want), want.retention_days, time.time()
        every = await asked.of(_LIST, reading.buckets)
        names = chosen(every, patterns, "bucket")

        async def copies(name: str) -> Sequence[Mapping[str, Any]]:
            found: Sequence[Mapping[str, Any]] = value((await _objects(asked, names, versions=True))[name])
            return found

        async def settings(name: str) -> Part:
            bucket = every[name]
            problems = judging.kept_problems(bucket, days) + judging.lifecycle_problems(bucket, days, now)
            removable = judging.locked_problems(bucket, days) if want.immutable else []
            # The retention of single objects is worth as much as that of their bucket.
            if problems and judging.retained_each(await copies(name), days, now, False):
                problems = []
            if removable and judging.retained_each(await copies(name), days, now, True):
                removable = []
            return Part(_keeps(bucket), problems + removable)

        async def history(name: str) -> Part:
            found = await copies(name)
            own = {"locked by themselves": sum(each["locked"] for each in found), "held": sum(e["held"] for e in found)}
            return Part({"copies": len(found), **own}, judging.history_problems(found, days, now))

        expected = f"a copy of each of the last {days} days, kept for as long"
        verdicts = await together(
            *(alone(expected, settings(name), history(name), subject=reading.resource(name)) for name in names)
        )
        return _whole(want, "backups are kept", Kind.of("buckets with backups", "keep too little", verdicts))

    @proves("backup.offsite")
    async def offsite(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Buckets with backups lie elsewhere too, whole and lately."""
        return await _copies(look, want, want.need("offsite_buckets"), None, want.offsite_max_age_hours)

    @proves("backup.files")
    async def files(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What people upload is kept, and lies elsewhere too."""
        return await _copies(look, want, want.need("upload_buckets"), _SAMPLE, None)


async def _prevented(asked: Asked, bucket: Bucket) -> Part:
    """The organization is asked only where the bucket leaves it to that."""
    inherited = not bucket["prevented"] and await asked.of(_CONSTRAINT, reading.prevented)
    by = "the bucket" if bucket["prevented"] else "the organization" if inherited else "nothing"
    shown = {"prevented by": by, "uniform access": bucket["uniform"]}
    return Part(shown, judging.prevention_problems(bucket, inherited))


async def _policy(asked: Asked, names: Sequence[str], name: str) -> Part:
    granted = value((await asked.of(_each(names, "buckets get-iam-policy gs://$each"), reading.policies, names))[name])
    return Part({"grants": len(granted)}, judging.policy_problems(granted))


async def _lists(asked: Asked, names: Sequence[str], name: str) -> Part:
    found = value((await asked.of(_each(names, "buckets describe gs://$each --raw"), reading.lists, names))[name])
    return Part({"public in lists": found}, [f"an access control list lets the public in: {each}" for each in found])


async def _copies(
    look: Observer, want: Wanted, pairs: Sequence[Mapping[str, Any]], most: int | None, hours: float | None
) -> list[Verdict]:
    """Whether each bucket is kept, lies elsewhere too, and has arrived there."""
    asked, now = ask(look, want), time.time()
    every = await asked.of(_LIST, reading.buckets)
    names = sorted({each["bucket"] for each in pairs} & every.keys())
    targets = sorted({each["copy"] for each in pairs if each["copy"]})
    listing = partial(_objects, asked, sorted({*names, *targets}), most=most)

    async def settings(name: str, to: str | None) -> Part:
        if name not in every:
            return Part({"exists": False}, ["does not exist"])
        copy = await _other(asked, targets, to) if to else None
        if to and copy is None:
            return Part({"copy": to}, [f"its copy {to} does not exist"])
        kept, days = copy or every[name], want.retention_days
        lost = judging.kept_problems(kept, days)
        if lost and judging.retained_each(value((await listing())[to or name]), days, now, False):
            lost = []
        return Part(
            {"copy": to, "location": kept["location"], **_keeps(kept)},
            judging.place_problems(every[name], copy) + lost,
        )

    async def content(name: str, to: str | None) -> Part:
        if name not in every or (to and await _other(asked, targets, to) is None):
            return Part({}, [])
        found = await listing()
        ours, theirs = value(found[name]), value(found[to or name])
        problems = judging.copied_problems(ours, theirs, most, now)
        return Part(
            {"objects": len(ours)},
            problems + (judging.fresh_problems(theirs, hours, now) if hours is not None and theirs else []),
        )

    verdicts = await together(
        *(
            alone(
                "kept, and copied whole to another region or project",
                settings(each["bucket"], each["copy"]),
                content(each["bucket"], each["copy"]),
                subject=reading.resource(each["bucket"]),
            )
            for each in pairs
        )
    )
    return _whole(want, "buckets lie elsewhere too", Kind.of("buckets", "are not copied as wanted", verdicts))


async def _other(asked: Asked, names: Sequence[str], name: str) -> Bucket | None:
    """A bucket that is a copy, in whatever project; None where it does not exist."""
    entry = (await asked.of(_each(names, "buckets describe gs://$each"), reading.elsewhere, names))[name]
    if entry.get("reason") == "not_found":
        return None
    bucket: Bucket = value(entry)
    return bucket


def _objects(
    asked: Asked, names: Sequence[str], versions: bool = False, most: int | None = None
) -> Look[dict[str, dict[str, Any]]]:
    how = f"ls --json{' --all-versions' if versions else ''} 'gs://'$each'/**'{f' | head -n {most}' if most else ''}"
    return asked.of(_each(names, how), reading.objects, names, versions, most)


def _each(names: Sequence[str], command: str) -> str:
    return f"for each in {shlex.join(names)}; do gcloud storage {command}; done"


def _keeps(bucket: Bucket) -> dict[str, Any]:
    return {
        "versions": bucket["versions"],
        "restorable days": bucket["restorable_days"],
        "retained days": bucket["retained_days"],
        "locked": bucket["locked"],
    }


def _whole(want: Wanted, expected: str, kind: Kind) -> list[Verdict]:
    return whole(expected, {}, [kind], subject=f"//cloudresourcemanager.googleapis.com/projects/{want.project}")
