# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove that the buckets of an AWS account are closed, encrypted, and keep what is put into them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import bucket_judging as judging
from ansible_collections.golive.verify.plugins.plugin_utils.aws import buckets, data_events, reading
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked, ask
from ansible_collections.golive.verify.plugins.plugin_utils.aws.bucket_access import Access
from ansible_collections.golive.verify.plugins.plugin_utils.aws.buckets import Buckets, Regions
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer, attempt, together
from ansible_collections.golive.verify.plugins.plugin_utils.many import Kind, Seen, looked, verdict, whole
from ansible_collections.golive.verify.plugins.plugin_utils.patterns import chosen, like
from ansible_collections.golive.verify.plugins.plugin_utils.results import Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.verifier import Verifier, proves

_SAMPLE = 1000  # the first objects of a bucket with uploads, which may hold millions
_POLICY = "get-bucket-policy --query Policy --output text"


class ActionModule(Verifier):
    """Ask each bucket side by side, and each question once for all controls."""

    def target(self, want: Wanted) -> str:
        return str(want.account_id or want.profile or "")

    @proves("aws.s3.public_block")
    async def public_block(self, look: Observer, want: Wanted) -> list[Verdict]:
        """No policy and no list lets the public in, and a block keeps it so."""
        asked = ask(look, want)
        identity, known = await _known(asked)
        meant = _chosen(known.every, want.buckets)
        judged = {name: region for name, region in meant.items() if not like(name, want.public_buckets)}
        account, block, policy, grants = await together(
            attempt(buckets.account_block(asked, identity["account"])),
            known.each("get-public-access-block", buckets.block, judged),
            known.each("get-bucket-policy-status", buckets.public_policy, judged),
            known.each("get-bucket-acl", buckets.grants, judged),
        )
        verdicts = [
            verdict(
                _arn(identity, name),
                "public access blocked, no public policy, no public grant",
                partial(judging.blocked, block[name], account),
                partial(judging.not_public, policy[name]),
                partial(judging.no_grants, grants[name]),
            )
            for name in judged
        ]
        aside = {"declared public": len(meant) - len(judged)}
        return whole("no bucket is public", _account(identity), [Kind.of("buckets", "are public", verdicts, aside)])

    @proves("aws.s3.least_privilege")
    async def least_privilege(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Policies let in whom they may, over TLS; of the account's own, none but administrators can destroy."""
        asked = ask(look, want)
        identity, known = await _known(asked)
        judged = _chosen(known.every, want.buckets)
        policies, access = await together(
            known.each(_POLICY, buckets.policy, judged),
            attempt(asked.of("aws iam get-account-authorization-details", reading.authorization)),
        )
        verdicts = [
            verdict(
                _arn(identity, name),
                "lets in whom it may, and nobody without TLS",
                partial(judging.policy_keeps_out, name, policies[name], want.principals, identity),
            )
            for name in judged
        ]
        kinds = [
            Kind.of("buckets", "let in too many", verdicts),
            await looked("users and roles", _destroyers(access, identity, policies, want)),
        ]
        return whole("buckets let in whom they may; administrators alone destroy", _account(identity), kinds)

    @proves("data.encryption_at_rest")
    async def encryption(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What is put into a bucket is encrypted without being asked for it."""
        asked = ask(look, want)
        identity, known = await _known(asked)
        judged = _chosen(known.every, want.buckets)
        _chosen(known.every, want.kms_buckets)
        found = await known.each("get-bucket-encryption", buckets.encryption, judged)
        verdicts = [
            verdict(
                _arn(identity, name),
                "encrypted by default" + (", with a key of KMS" if like(name, want.kms_buckets) else ""),
                partial(judging.encrypted, found[name], like(name, want.kms_buckets)),
            )
            for name in judged
        ]
        kinds = [Kind.of("buckets", "are not encrypted as wanted", verdicts)]
        return whole("every bucket encrypts by default", _account(identity), kinds)

    @proves("cloud.audit_trail")
    async def audit_trail(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Who reads or writes the declared buckets leaves a trace: in a log of S3, or by a trail of data events."""
        asked, patterns = ask(look, want), want.need("logged_buckets")
        identity, known = await _known(asked)
        judged = _chosen(known.every, patterns)
        logging, trails = await together(
            known.each("get-bucket-logging", buckets.logging, judged), attempt(data_events.trails(asked))
        )
        verdicts = [
            verdict(
                _arn(identity, name),
                "each request logged by S3, or recorded by a trail",
                partial(data_events.recorded, name, region, logging[name], trails, known.every, identity["partition"]),
            )
            for name, region in judged.items()
        ]
        kinds = [Kind.of("buckets to record", "leave no trace of who uses them", verdicts)]
        return whole("what is done with buckets is recorded", _account(identity), kinds)

    @proves("backup.retention")
    async def retention(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Buckets with backups hold a copy of each day, and nothing takes it away."""
        asked, now = ask(look, want), time.time()
        patterns = want.need("backup_buckets")
        identity, known = await _known(asked)
        judged = _chosen(known.every, patterns)
        objects, versioning, lifecycle, *lock = await together(
            known.each("list-objects-v2", buckets.objects(None), judged),
            known.each("get-bucket-versioning", buckets.versioning, judged),
            known.each("get-bucket-lifecycle-configuration", buckets.lifecycle, judged),
            *([known.each("get-object-lock-configuration", buckets.lock, judged)] if want.immutable else []),
        )
        verdicts = [
            verdict(
                _arn(identity, name),
                f"a copy of each of the last {want.retention_days} days, kept in versions",
                partial(judging.history, objects[name], want.retention_days, now),
                partial(judging.versioned, versioning[name]),
                partial(judging.lives, lifecycle[name], want.retention_days),
                *(partial(judging.locked, each[name], versioning[name], want.retention_days) for each in lock),
            )
            for name in judged
        ]
        kinds = [Kind.of("buckets with backups", "keep too little", verdicts)]
        return whole("backups are kept in versions", _account(identity), kinds)

    @proves("data.retention_enforced")
    async def retention_enforced(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Nothing is deleted before law allows it, and nothing stays for longer than was promised."""
        asked, promises = ask(look, want), want.need("retention")
        identity, known = await _known(asked)
        judged = [(name, each) for each in promises for name in _chosen(known.every, each["buckets"])]
        names = dict.fromkeys(name for name, _promise in judged)
        bounded = dict.fromkeys(name for name, each in judged if each["max_days"] is not None)
        rules, versioning, lock = await together(
            known.each("get-bucket-lifecycle-configuration", buckets.lifecycle, names),
            known.each("get-bucket-versioning", buckets.versioning, names),
            known.each("get-object-lock-configuration", buckets.lock, bounded),
        )
        verdicts = [
            verdict(
                _arn(identity, name),
                _promised(promise, want),
                *_kept(promise, rules[name], versioning[name], lock.get(name, {}), want),
            )
            for name, promise in judged
        ]
        kinds = [Kind.of("buckets with promises", "do not keep them", verdicts)]
        return whole("what buckets hold is kept, and given up, as promised", _account(identity), kinds)

    @proves("backup.offsite")
    async def offsite(self, look: Observer, want: Wanted) -> list[Verdict]:
        """Buckets with backups are copied to another region or account, lately and whole."""
        return await _copies(look, want, want.need("offsite_buckets"), None, want.offsite_max_age_hours)

    @proves("backup.files")
    async def files(self, look: Observer, want: Wanted) -> list[Verdict]:
        """What people upload is kept in versions, and copied to another region or account."""
        return await _copies(look, want, want.need("upload_buckets"), _SAMPLE, None)


async def _known(asked: Asked) -> tuple[Mapping[str, str], Buckets]:
    """Which account it is, and its buckets."""
    identity, every = await together(asked.identity(), buckets.listing(asked))
    return identity, Buckets(asked, every)


def _promised(promise: Mapping[str, Any], want: Wanted) -> str:
    bounds = [f"for at least {want.min_legal_days} days"] if promise["legal"] else []
    bounds += [f"gone after {promise['max_days']:g}"] if promise["max_days"] is not None else []
    return f"kept {', and '.join(bounds)}"


def _kept(
    promise: Mapping[str, Any], rules: Detail, versioning: Detail, lock: Detail, want: Wanted
) -> Iterator[Callable[[], Seen]]:
    if promise["legal"]:
        yield partial(judging.kept, rules, versioning, want.min_legal_days)
    if promise["max_days"] is not None:
        yield partial(judging.given_up, rules, versioning, promise["max_days"])
        yield partial(judging.lets_go, lock, promise["max_days"])
    elif not promise["legal"]:
        yield _nothing_promised


def _nothing_promised() -> Seen:
    raise CannotLook("not_found", "retention says of it neither legal nor max_days")


async def _destroyers(
    access: Mapping[str, Any] | CannotLook, identity: Mapping[str, str], policies: Mapping[str, Any], want: Wanted
) -> Kind:
    if isinstance(access, CannotLook):
        raise access
    return Access(access, identity["partition"], policies).judged(want.applications, want.administrators)


async def _copies(
    look: Observer, want: Wanted, patterns: Collection[str], most: int | None, max_age_hours: float | None
) -> list[Verdict]:
    asked, now = ask(look, want), time.time()
    identity, known = await _known(asked)
    judged = _chosen(known.every, patterns)
    listing = "list-objects-v2" + (f" --max-items {most}" if most else "")
    rules, versioning, encryption, source = await together(
        known.each("get-bucket-replication", buckets.replication, judged),
        known.each("get-bucket-versioning", buckets.versioning, judged),
        known.each("get-bucket-encryption", buckets.encryption, judged),
        known.each(listing, buckets.objects(most), judged),
    )
    to = {name: _elsewhere(name, rules[name], identity["account"], known.every) for name in judged}
    targets = {each for found in to.values() for each in found}
    arrived = await known.each(listing, buckets.objects(most), targets)
    verdicts = [
        verdict(
            _arn(identity, name),
            "kept in versions, encrypted, and copied whole to another region or account",
            partial(judging.leaves, name, rules[name], identity["account"], known.every),
            partial(judging.versioned, versioning[name]),
            partial(judging.encrypted, encryption[name], False),
            *(
                partial(judging.copied, source[name], arrived[each], each, most, max_age_hours, now)
                for each in to[name]
            ),
        )
        for name in judged
    ]
    return whole("buckets are copied", _account(identity), [Kind.of("buckets", "are not copied as wanted", verdicts)])


def _elsewhere(name: str, rules: Detail, account: str, every: Regions) -> list[str]:
    """Where a bucket is copied to; nowhere where that cannot be read, which its verdict says."""
    try:
        return judging.elsewhere(name, rules, account, every)
    except CannotLook:
        return []


def _chosen(every: Regions, patterns: Collection[str]) -> dict[str, str | None]:
    return {name: every[name] for name in chosen(every, patterns, "bucket")}


def _arn(identity: Mapping[str, str], name: str) -> str:
    return f"arn:{identity['partition']}:s3:::{name}"


def _account(identity: Mapping[str, str]) -> dict[str, str]:
    return {"account": identity["account"]}
