# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices become one run: what was seen twice, not at all, by others, of something else, or cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Binding, Checklist, Item
from ansible_collections.golive.verify.plugins.plugin_utils.due import Earlier
from ansible_collections.golive.verify.plugins.plugin_utils.gate import Decision, Gate
from ansible_collections.golive.verify.plugins.plugin_utils.governance import Governance, Signed
from ansible_collections.golive.verify.plugins.plugin_utils.inventory import Inventory
from ansible_collections.golive.verify.plugins.plugin_utils.kept_run import KeptRun
from ansible_collections.golive.verify.plugins.plugin_utils.merging.whole import CannotMerge, Whole, merge
from ansible_collections.golive.verify.plugins.plugin_utils.plan import Narrowing, Plan
from ansible_collections.golive.verify.plugins.plugin_utils.provenance import RESUMED, Source
from ansible_collections.golive.verify.plugins.plugin_utils.results import BEST_FIRST
from ansible_collections.golive.verify.plugins.plugin_utils.waivers import Waivers
from tests.unit.plugin_utils.reports import sample

HOUR = 3600.0
HOSTS = ("web1", "web2", "web3")
ALL = Inventory(
    {host: ["all", "web"] for host in HOSTS},
    {"all": list(HOSTS), "web": list(HOSTS)} | {host: [host] for host in HOSTS},
)
ITEM = Item("i1", "Web", 3, "Health", False, (Binding(("http.health",), "web"),))


def slice_of(
    *hosts: str,
    status: str = "pass",
    begun: float = 0,
    finished: bool = True,
    results: Iterable[Mapping[str, Any]] | None = None,
    inventory: Inventory = ALL,
    **plan: Any,
) -> KeptRun:
    """A slice that looked at these hosts, by default by --limit. begun: hours after the first."""
    at = sample.STARTED + begun * HOUR
    told = Plan(
        **{
            "run": f"run-{'-'.join(hosts)}-{begun:g}",
            "environment": "shop",
            "started": at,
            "checklist": Checklist("checklist.md", "0" * 64, (ITEM,)),
            "targets": {host: ["all", "web"] for host in hosts},
            "everywhere": inventory.everywhere,
            "narrowing": Narrowing(limit=",".join(hosts)),
            "selected_controls": None,
            "severities": {"http.health": "critical"},
            "versions": {"golive.verify": "0.1.0", "ansible-core": "2.19.1"},
            **plan,
        }
    )
    seen = {host: [sample.check("http.health", host, status, started=at + 1)] for host in hosts}
    if results is not None:
        seen = {host: [each for each in results if each["host"] == host] for host in hosts}  # type: ignore[misc]
    outcomes = {host: [{"results": found, "unasked": []}] for host, found in seen.items()}
    return KeptRun(Path("/nowhere"), told, outcomes, finished)


def whole(*slices: KeptRun, unreadable: Iterable[str] = (), inventory: Inventory = ALL, hours: float = 12) -> Whole:
    return merge(slices, list(unreadable), inventory, hours)


def decide(made: Whole) -> Decision:
    outcomes = {host: list(parts.values()) for host, parts in made.outcomes.items()}
    return Gate(made.plan, outcomes, decided=True).decide()


def results(made: Whole) -> list[Mapping[str, Any]]:
    return [each for parts in made.outcomes.values() for part in parts.values() for each in part["results"]]


def test_slices_that_looked_at_everything_are_go_and_say_where_each_result_is_from() -> None:
    made = whole(slice_of("web1", "web2"), slice_of("web3", begun=1))
    decision = decide(made)
    assert (decision.word, decision.reasons) == ("go", [])
    assert made.plan.started == sample.STARTED
    assert not made.plan.narrowing
    assert {each["host"]: (each["provenance"]["run"], each["provenance"]["slice"]) for each in results(made)} == {
        "web1": ("run-web1-web2-0", "limit web1,web2"),
        "web2": ("run-web1-web2-0", "limit web1,web2"),
        "web3": ("run-web3-1", "limit web3"),
    }
    assert [(each.kind, each.run) for each in made.plan.sources] == [
        ("merged", "run-web1-web2-0"),
        ("merged", "run-web3-1"),
    ]


def test_what_no_slice_looked_at_is_missing_and_named() -> None:
    decision = decide(whole(slice_of("web1"), slice_of("web3")))
    assert decision.word == "no_go"
    assert [target.status for target in decision.targets] == ["answered", "missing", "answered"]
    assert any(reason.startswith("web2 is missing") for reason in decision.reasons)


def test_a_slice_that_knows_only_its_part_says_nothing_of_the_others() -> None:
    part = Inventory({}, {"all": ["web1"], "web": ["web1"], "web1": ["web1"]})
    own = slice_of("web1", inventory=part, narrowing=Narrowing(slice="1/2"))
    assert Gate(own.plan, own.outcomes, True).decide().word == "go"
    empty = replace(own.plan, everywhere={"all": ["web1"]}, targets={"web1": ["all"]})
    assert [item.status for item in Gate(empty, own.outcomes, True).decide().items] == ["not_selected"]
    assert decide(whole(own, slice_of("web2", "web3"))).word == "go"


@pytest.mark.parametrize(("first", "second", "kept"), [("pass", "pass", 2), ("fail", "fail", 2), ("error", "error", 2)])
def test_of_the_same_verdict_the_newest_stays(first: str, second: str, kept: int) -> None:
    made = whole(slice_of(*HOSTS, status=first), slice_of("web1", status=second, begun=kept))
    (found,) = [each for each in results(made) if each["host"] == "web1"]
    assert found["provenance"]["run"] == "run-web1-2"
    assert found["provenance"]["others"] == [
        {"run": "run-web1-web2-web3-0", "status": first, "started": sample.STARTED + 1}
    ]
    assert made.plan.notes == ()


@pytest.mark.parametrize(("old", "new"), [("pass", "fail"), ("fail", "pass"), ("error", "pass"), ("pass", "error")])
def test_of_different_verdicts_the_worse_counts_and_is_named(old: str, new: str) -> None:
    made = whole(slice_of(*HOSTS, status=old), slice_of("web1", status=new, begun=2))
    worse = max(old, new, key=BEST_FIRST.index)
    (found,) = [each for each in results(made) if each["host"] == "web1"]
    assert found["status"] == worse
    (note,) = made.plan.notes
    assert "the slices disagree about http.health on web1: " in note.message
    assert (
        f"{old} in run run-web1-web2-web3-0 (limit web1,web2,web3), {new} in run run-web1-2 (limit web1)"
        in note.message
    )
    assert decide(made).word == "no_go"


def test_several_results_of_one_slice_on_the_same_stay_together() -> None:
    twice = [sample.check("http.health", "web1"), sample.check("http.health", "web1", "fail", started=sample.STARTED)]
    made = whole(slice_of("web1", results=twice), slice_of(*HOSTS, begun=1))
    assert sorted(each["status"] for each in results(made) if each["host"] == "web1") == ["fail", "pass"]


CHANGES: Mapping[str, tuple[Callable[[Plan], Plan], str, bool]] = {
    "checklist": (
        lambda plan: replace(plan, checklist=replace(plan.checklist, items=(replace(ITEM, text="Healthy"),))),
        "the checklist: run run-web3-0 (limit web3); run run-web1-web2-1",
        True,
    ),
    "prose": (
        lambda plan: replace(
            plan, checklist=replace(plan.checklist, sha256="1" * 64, items=(replace(ITEM, line=9),), path="/other.md")
        ),
        "the checklist's text around its items: 000000000000 in run run-web3-0",
        False,
    ),
    "version": (
        lambda plan: replace(plan, versions=plan.versions | {"golive.verify": "0.2.0"}),
        "the version of golive.verify: 0.1.0 in run run-web3-0 (limit web3); 0.2.0 in",
        True,
    ),
    "ansible": (
        lambda plan: replace(plan, versions=plan.versions | {"ansible-core": "2.21.0"}),
        "about ansible-core: 2.19.1 in",
        False,
    ),
    "catalogue": (
        lambda plan: replace(plan, versions=plan.versions | {"catalogue": "abc"}),
        "about catalogue: none",
        True,
    ),
    "unprovable": (lambda plan: replace(plan, unprovable=["http.health"]), "which controls a verifier proves", True),
    "gate": (
        lambda plan: replace(plan, governance=replace(plan.governance, gate=("fail <= 9",))),
        "about golive_gate: run",
        True,
    ),
    "launch": (
        lambda plan: replace(plan, governance=replace(plan.governance, launch=1.0)),
        "about golive_launch: run",
        True,
    ),
    "waivers": (
        lambda plan: replace(plan, governance=replace(plan.governance, waivers=Waivers(warn_days=1))),
        "about waivers.yml: run",
        True,
    ),
    "signed": (
        lambda plan: replace(plan, governance=replace(plan.governance, signed={"i1": Signed("attested", "Ada")})),
        "about attestations: run",
        True,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_disagreeing_slices_are_named_and_no_go_where_it_could_matter(name: str) -> None:
    change, said, blocks = CHANGES[name]
    other = slice_of("web1", "web2", begun=1)
    made = whole(slice_of("web3"), replace(other, plan=change(other.plan)))
    told = [note for note in made.plan.notes if said in note.message]
    assert [note.blocks for note in told] == [blocks], made.plan.notes
    assert all(note.kind == "slices_disagree" for note in made.plan.notes)
    assert any(said in reason for reason in decide(made).reasons) is blocks


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        ([], "there is no slice to merge: /srv/a: gone"),
        ([slice_of("web1", results=[])], "no slice looked at anything: run run-web1-0"),
        (
            [slice_of("web1"), slice_of("web2", environment="staging")],
            "of different environments: run run-web1-0 (limit web1) of shop, run run-web2-0 (limit web2) of staging",
        ),
        (
            [slice_of("web1"), slice_of("web2", narrowing=Narrowing(limit="web2", section="data"))],
            "narrowed to different things: run run-web1-0 (limit web1) to nothing, run run-web2-0 (limit web2) to",
        ),
        (
            [slice_of("web1"), slice_of("web2", begun=13)],
            "too far apart to be one run: 13.0 hours between run run-web1-0",
        ),
        (
            [
                slice_of("web1"),
                slice_of("web2", sources=(Source(RESUMED, "old", sample.STARTED - 13 * HOUR),)),
            ],
            "too far apart",
        ),
    ],
    ids=["none", "looked_at_nothing", "environments", "narrowed", "apart", "resumed_what_is_old"],
)
def test_what_is_no_slice_of_the_same_run_is_refused_in_one_line(slices: list[KeptRun], said: str) -> None:
    with pytest.raises(CannotMerge) as refused:
        whole(*slices, unreadable=["/srv/a: gone"])
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_signatures_alone_are_no_look() -> None:
    signed = sample.check("http.health", "web1", "attested", verifier="attestation")
    with pytest.raises(CannotMerge, match="no slice looked at anything"):
        whole(slice_of("web1", results=[signed]))


def test_a_slice_that_cannot_be_read_or_was_cut_off_is_no_go_unless_another_looked_instead() -> None:
    unread = decide(whole(slice_of(*HOSTS), unreadable=["/srv/b/plan.json: Expecting value"]))
    assert "a slice cannot be read, so nothing of it counts: /srv/b/plan.json: Expecting value" in unread.reasons
    broken = decide(whole(replace(slice_of(*HOSTS), problems=("results/web1.x.json: cut off",))))
    assert any("results/web1.x.json: cut off; nothing of this file counts" in reason for reason in broken.reasons)
    cut_off = slice_of("web1", "web2", finished=False)
    killed = decide(whole(cut_off, slice_of("web3")))
    assert any(
        reason.endswith("did not finish: web1, web2 may not have been looked at in full") for reason in killed.reasons
    )
    again = decide(whole(cut_off, slice_of("web3"), slice_of("web1", "web2", begun=1)))
    assert again.word == "go"
    assert any("others looked at all of its hosts" in finding.message for finding in again.findings)


def test_an_unreachable_host_stays_unreachable_whoever_else_saw_it() -> None:
    gone = slice_of("web1")
    outcome = {"results": [], "unasked": [], "unreachable": "no route"}
    made = whole(replace(gone, outcomes={"web1": [outcome]}), slice_of(*HOSTS, begun=1))
    assert "web1 is unreachable: no route" in decide(made).reasons


def test_a_host_that_the_inventory_does_not_have_is_named_and_no_go() -> None:
    more = Inventory({}, ALL.everywhere | {"web": [*HOSTS, "web9"], "web9": ["web9"]})
    decision = decide(whole(slice_of(*HOSTS), slice_of("web9", inventory=more)))
    assert decision.word == "no_go"
    assert any(
        "knows web9, web9 in web, which the inventory of this merge does not have" in r for r in decision.reasons
    )


def test_a_merge_over_some_hosts_leaves_the_others_out() -> None:
    some = Inventory({"web1": ["all", "web"]}, ALL.everywhere, "web1")
    made = whole(slice_of(*HOSTS, status="fail"), slice_of("web1"), inventory=some)
    assert made.plan.narrowing.words() == "limit web1"
    assert {each["host"] for each in results(made)} == {"web1"}


def test_windows_that_are_closed_are_remembered_as_by_who_has_all_runs() -> None:
    def with_earlier(made: KeptRun, run: str, at: float, status: str) -> KeptRun:
        earlier = {"i1": Earlier(run, at, status, "")}
        return replace(made, plan=replace(made.plan, governance=Governance(earlier=earlier)))

    old, new = with_earlier(slice_of("web1"), "a", 1.0, "fail"), with_earlier(slice_of("web2"), "b", 2.0, "pass")
    for slices in ((old, new), (new, old), (new, old, slice_of("web3"))):
        assert whole(*slices).plan.governance.earlier["i1"].run == "b"


STATUSES = st.sampled_from(["pass", "fail", "error", "not_applicable"])
SLICES = st.lists(
    st.builds(
        lambda hosts, status, begun, finished: slice_of(*sorted(hosts), status=status, begun=begun, finished=finished),
        st.sets(st.sampled_from(HOSTS), min_size=1),
        STATUSES,
        st.integers(0, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def said(made: Whole) -> str:
    return json.dumps([made.plan.as_dict(), made.outcomes], default=str)


@settings(max_examples=60, deadline=None)
@given(SLICES, st.randoms(use_true_random=False))
def test_order_and_repetition_of_slices_do_not_matter_and_no_verdict_gets_better(
    slices: list[KeptRun], random: Any
) -> None:
    made = whole(*slices)
    shuffled = [*slices, *random.sample(slices, random.randint(0, len(slices)))]
    random.shuffle(shuffled)
    assert said(whole(*shuffled)) == said(made)
    worst = {
        host: max(
            (each["status"] for one in slices for each in one.results if each["host"] == host),
            key=BEST_FIRST.index,
            default=None,
        )
        for host in HOSTS
    }
    assert {each["host"]: each["status"] for each in results(made)} == {h: s for h, s in worst.items() if s}
    decision = decide(made)
    if decision.word == "go":
        assert all(status in ("pass", "not_applicable") for status in worst.values())
    again = whole(
        replace(KeptRun(Path("/merged"), made.plan, {h: list(p.values()) for h, p in made.outcomes.items()}, True))
    )
    assert {each["host"]: each["status"] for each in results(again)} == {
        each["host"]: each["status"] for each in results(made)
    }
