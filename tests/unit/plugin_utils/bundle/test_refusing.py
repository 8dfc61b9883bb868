# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not handed over: secrets, wherever they stand; what was not verified; what cannot be signed or written."""

from __future__ import annotations

import json
import resource
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.bundle import gathering, making, packing
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.gathering import CannotBundle
from ansible_collections.golive.verify.plugins.plugin_utils.bundle.scanning import BadAllowance, Scanner
from ansible_collections.golive.verify.plugins.plugin_utils.reports import junit
from tests.unit.plugin_utils.bundle.handing_over import EVE, Shop

STRIPE = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
CANARIES = {
    "Stripe key": STRIPE,
    "password": 'password: "tr0ub4dor&3"',
    "password in an address": "postgresql://shop:c0rrect-horse@db.example.com/shop",
    "private key": "-----BEGIN OPENSSH PRIVATE KEY-----",
    "AWS access key": "AKIA" + "Q3EGRIPLNTMWZ5X7",
    "card number": "4111 1111 1111 1111",
}


def refused(shop: Shop, **changed: object) -> str:
    """Why; and nothing of a bundle is there."""
    with pytest.raises(CannotBundle) as error:
        making.make(replace(shop.wish, **changed))  # type: ignore[arg-type]
    assert not shop.dest.exists() or list(shop.dest.iterdir()) == []
    assert not (shop.run / "audit.md").exists()
    return str(error.value)


@pytest.mark.parametrize("kind", CANARIES)
@pytest.mark.parametrize(
    "quoted", [str, json.dumps, lambda text: json.dumps(json.dumps(text)), lambda t: f"<b>{t}</b>"]
)
def test_a_canary_is_seen_however_it_is_quoted(kind: str, quoted: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(f"harmless\n{quoted(CANARIES[kind])}\n", encoding="utf-8")
    (hit,) = Scanner().hits("file", path)
    assert (hit.line, hit.kind) == (2, kind)


@pytest.mark.parametrize(
    "place",
    [
        "run/results/cache2.task.json",
        "run/drift.json",
        "environment/waivers.yml",
        "environment/attestations/roles.yml",
        "environment/drills/cache-down.json",
        "environment/evidence/pen test é.pdf",
        "environment/components.yml",
        "environment/baseline.json",
    ],
)
def test_a_secret_anywhere_stops_it_by_file_and_line_and_is_not_told(shop: Shop, place: str) -> None:
    root, dummy, name = place.partition("/")
    path = {"run": shop.run, "environment": shop.environment}[root] / name
    before = path.read_bytes() if path.exists() else b""
    written = f'{{"results": [], "unasked": [], "note": "{STRIPE}"}}'.encode() if root == "run" else STRIPE.encode()
    path.write_bytes(before + b"\n# " + written if root != "run" else b"\n" + written)
    said = refused(shop)
    lines = before.count(b"\n") + 2
    assert f"{place}:{lines}: what looks like a Stripe key" in said
    assert STRIPE[12:] not in said


def test_what_a_host_says_is_searched_in_every_report(shops: Callable[[], Shop]) -> None:
    shop = shops().begin(actual={"config": f'"{STRIPE}"'})
    said = refused(shop)
    for name in ("run/results/cache1.task.json", "run/report.json", "run/report.html"):
        assert name in said
    assert STRIPE[12:] not in said


def test_what_is_known_to_be_none_is_let_through_and_told(shops: Callable[[], Shop]) -> None:
    shop = shops().begin(actual=STRIPE)
    made = making.make(replace(shop.wish, allowed=["sk_live_4eC39Hq[A-Za-z0-9]+"]))
    assert made.path.exists()
    assert "sk\\_live\\_4eC39Hq" in (shop.run / "audit.md").read_text(encoding="utf-8")
    with pytest.raises(BadAllowance, match="allowed: "):
        making.make(replace(shop.wish, allowed=["("]))


def test_only_what_was_verified_is_handed_over(shop: Shop) -> None:
    path = shop.environment / "checklist.md"
    path.write_text(path.read_text(encoding="utf-8") + "- [x] All is well\n", encoding="utf-8")
    assert "has changed since the run: verify again" in refused(shop)
    path.unlink()
    assert "No such file" in refused(shop)


def test_it_is_signed_by_somebody_on_the_list_with_their_key(shop: Shop) -> None:
    assert f"{EVE} is not in attestations/allowed_signers" in refused(shop, person=EVE)
    assert "does not stand" in refused(shop, key=shop.other)
    assert "did not sign" in refused(shop, key=shop.root / "nothing")
    assert "not a principal" in refused(shop, person="alice; rm -rf /")


def test_a_full_disk_leaves_nothing(shop: Shop) -> None:
    making.make(shop.wish).path.unlink()
    (shop.run / "audit.md").unlink()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    try:
        with pytest.raises(CannotBundle, match="File too large"):
            making.make(shop.wish)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(shop.dest.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(shop: Shop) -> None:
    (shop.root / "file").write_text("", encoding="utf-8")
    assert refused(shop, dest=shop.root / "file" / "below") == f"{shop.root / 'file' / 'below'}: Not a directory"


def test_names_that_lists_do_not_show_and_too_much_are_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop.run / "two\nlines").write_text("", encoding="utf-8")
    assert "rename this file" in refused(shop)
    (shop.run / "two\nlines").unlink()
    monkeypatch.setattr(gathering, "MOST_BYTES", 100)
    assert "more than 100 bytes" in refused(shop)


def test_pipes_links_and_evidence_from_elsewhere_stay_out(shop: Shop) -> None:
    (shop.run / "link.json").symlink_to(shop.other)
    (shop.environment / "drills" / "all.json").symlink_to("/dev/zero")
    assert "is not a plain file" in refused(shop)
    (shop.environment / "drills" / "all.json").unlink()
    with tarfile.open(making.make(shop.wish).path) as packed:
        assert not [name for name in packed.getnames() if "link" in name]


def test_a_report_that_is_there_stays_as_it_is_and_one_that_cannot_be_made_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.make(shop.wish)
    before = {path.name: path.stat().st_mtime_ns for path in shop.run.glob("report.*")}
    (shop.run / "report.xml").unlink()

    def breaks(_report: object) -> str:
        raise ValueError("no")

    monkeypatch.setattr(junit, "render", breaks)
    made = making.make(shop.wish)
    assert dict(made.unwritten) == {"junit": "ValueError: no"}
    assert "The report in the format junit could not be written: ValueError: no" in (shop.run / "audit.md").read_text()
    after = {path.name: path.stat().st_mtime_ns for path in shop.run.glob("report.*")}
    assert after == {name: at for name, at in before.items() if name != "report.xml"}


def test_a_run_that_was_killed_is_handed_over_as_that(shop: Shop) -> None:
    (shop.run / "decision.json").unlink()
    making.make(shop.wish)
    page = (shop.run / "audit.md").read_text(encoding="utf-8")
    assert page.startswith("# shop production: NO-GO\n")
    assert "it did not finish" in page
    (shop.run / "decision.json").write_text('{"decision": "no_go", "reasons": []}', encoding="utf-8")
    making.make(shop.wish)
    assert json.loads((shop.run / "report.json").read_text(encoding="utf-8"))["run"]["finished"]


def test_the_listing_is_what_find_says() -> None:
    names = ["b/c d", "a", "b/ä", "B"]
    assert packing.listing(names) == ".\n./B\n./a\n./b\n./b/c d\n./b/ä\n"
