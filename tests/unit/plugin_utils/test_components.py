# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an environment declares to have or not to have: whom it excuses, whom it does not, and what contradicts it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.golive.verify.plugins.plugin_utils import components
from ansible_collections.golive.verify.plugins.plugin_utils.checklist import Item
from ansible_collections.golive.verify.plugins.plugin_utils.checklist.wording import saying
from ansible_collections.golive.verify.plugins.plugin_utils.components import BadComponents, Components, Declared
from ansible_collections.golive.verify.plugins.plugin_utils.controls import OWN, catalogue
from ansible_collections.golive.verify.plugins.plugin_utils.marked_yaml import BadYaml

NO = Declared(False, "one machine is enough", "Ada Meyer")
YES = Declared(True)


def item(text: str) -> Item:
    said = saying(text, False)
    return Item("i1", "S", 3, text, False, optional=said.optional, condition=said.condition)


@pytest.mark.parametrize(
    ("text", "declared", "excused"),
    [
        ("Cache warm (if using Redis)", {"redis": NO}, True),
        ("Cache warm (if using Redis)", {"redis": YES}, False),
        ("Cache warm (if using Redis)", {}, False),
        ("Cache warm (if using Redis)", {"kubernetes": NO}, False),
        ("Redis sized (if applicable)", {"redis": NO}, True),
        ("Redis sized (if used)", {"redis": NO}, True),
        ("Set up Redis cache (optional)", {"redis": NO}, True),
        ("CSRF protection (for web apps)", {"web_app": NO}, True),
        ("Cluster ready (if using K8s)", {"kubernetes": NO}, True),
        # Without a condition an item is about what the environment must have.
        ("Redis persistence configured", {"redis": NO}, False),
        # All that is named has to be absent.
        ("Objects stored (if using S3 or GCS)", {"aws": NO}, False),
        ("Objects stored (if using S3 or GCS)", {"aws": NO, "gcp": YES}, False),
        ("Objects stored (if using S3 or GCS)", {"aws": NO, "gcp": NO}, True),
        ("CDN cache purged (optional)", {"redis": NO}, False),
        # A condition that names something else is not about what the text names.
        ("Logs of Docker shipped (if using OpenSearch)", {"docker": NO}, False),
        ("Cookie policy ready (if applicable)", {"redis": NO}, False),
    ],
)
def test_whom_a_declaration_excuses(text: str, declared: dict[str, Declared], excused: bool) -> None:
    found = Components(declared).excuses(item(text))
    assert (found is not None) == excused
    if found:
        assert found.words == "one machine is enough (declared by Ada Meyer)"


@pytest.mark.parametrize(
    ("named", "excused"),
    [
        ("i1", True),
        ("Cookie policy ready", True),
        ("cookie  POLICY ready", True),
        ("Cookie policy", False),
        ("i", False),
    ],
)
def test_an_item_may_be_declared_not_to_apply_whatever_it_says(named: str, excused: bool) -> None:
    declared = Components(items={named: NO})
    assert (declared.excuses(item("Cookie policy ready")) is NO) == excused
    assert bool(list(declared.unknown([item("Cookie policy ready")]))) != excused


def test_the_controls_of_an_absent_component_have_nothing_to_speak_of() -> None:
    declared = Components({"redis": NO, "docker": YES, "payments": NO, "stripe": YES})
    assert declared.absent("redis.persistence") is NO
    assert declared.absent("docker.compose") is None
    assert declared.absent("tls.expiry") is None
    # Payments are declared to be absent, and Stripe to be there: what speaks of Stripe is proven.
    assert declared.absent("stripe.live_key") is None
    assert declared.required("stripe.live_key")
    assert not declared.required("redis.persistence")


def test_entries_without_a_cdn_are_asked_for_their_firewall() -> None:
    declared = Components({"cdn": NO, "load_balancer": YES})
    assert declared.absent("edge.cdn") is NO
    assert declared.absent("edge.waf") is declared.absent("edge.ddos") is None
    guarded = [{"control": "edge.waf", "status": "pass", "target": "balancer"}]
    assert not list(declared.contradictions(guarded))


@pytest.mark.parametrize(
    ("status", "found"), [("pass", 1), ("fail", 1), ("error", 0), ("not_applicable", 0), ("waived", 0)]
)
def test_what_answers_contradicts_that_it_is_absent(status: str, found: int) -> None:
    results = [{"control": "redis.persistence", "status": status, "target": "cache-1"}] * 2
    sentences = list(Components({"redis": NO, "nats": NO, "docker": YES}).contradictions(results))
    assert len(sentences) == found
    if found:
        expected = "there is no redis (one machine is enough (declared by Ada Meyer)), but cache-1 has it"
        assert sentences[0] == f"components.yml says that {expected}"


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "components.yml"
    path.write_text(
        "components:\n  redis: true\n  nats: {used: true}\n  kubernetes: {used: false, reason: too small, by: Ada}\n"
        "items:\n  - {item: Cookies, reason: none are set, by: Eve}\n"
    )
    assert components.read(path) == Components(
        {"redis": YES, "nats": YES, "kubernetes": Declared(False, "too small", "Ada")},
        {"Cookies": Declared(False, "none are set", "Eve")},
    )
    for text in ("", "# nothing\n", "components:\nitems:\n"):
        path.write_text(text)
        assert components.read(path) == Components()
    assert components.read(tmp_path / "none.yml") == Components()


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "components.yml"
    path.write_text(
        "components:\n  rediss: true\n  redis: {used: false}\n  nats: no\n  docker: {used: perhaps, why: x}\n"
        "items:\n  - {item: A}\n  - {item: B, reason: r, by: b}\n  - {item: B, reason: r, by: b}\n  - C\nmore: x\n"
    )
    with pytest.raises(BadComponents) as wrong:
        components.read(path)
    lines = sorted(line.removeprefix(f"{path}:") for line in str(wrong.value).splitlines())
    expected = [
        "10: an item that does not apply is not a mapping of item, reason, by",
        "10: components.yml has no field 'more'; known: components, items",
        "2: components has no field 'rediss'; did you mean redis?",
        "3: redis has no by",
        "3: redis has no reason",
        "4: nats is neither true nor says why it is not there, as in {used: false, reason: …, by: …}",
        "5: docker has no field 'why'; known: used, reason, by",
        "5: used is neither true nor false but 'perhaps'",
        "7: an item that does not apply has no by",
        "7: an item that does not apply has no reason",
        "9: 'B' is declared twice",
    ]
    for sentence in expected:
        words = sentence.partition(": ")[2]
        assert any(words in line for line in lines), (sentence, lines)
    for text in ("components: {\n", "a: *b\n", "x: !!python/object:os.system y\n", "\tcomponents:\n"):
        path.write_text(text)
        with pytest.raises(BadYaml, match=r"components\.yml:\d+: "):
            components.read(path)


def test_what_is_known_of_components_is_sound() -> None:
    known = yaml.safe_load(Path(components.__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    domains = {path.stem for path in OWN.glob("*.yml")} | set(catalogue())
    for name, entry in known.items():
        assert set(entry) == {"words", "domains"}
        assert set(entry["domains"]) <= domains
        assert all(name in components.named_in(f"Check {word.upper()}, please") for word in entry["words"])
    assert components.named_in("Rediscover the dockers") == []
