# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies in DNS records: SPF, DMARC and CAA as receivers and certificate authorities read them."""

from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.plugin_utils.dns import mail
from ansible_collections.golive.verify.plugins.plugin_utils.dns.questions import Climbed

SPF = {
    "shop.test": ["other", "v=spf1 include:a.test -all"],
    "a.test": ["v=spf1 ip4:192.0.2.0/24 ~all"],
    "all.test": ["v=spf1 +all"],
    "soft.test": ["v=spf1 mx ~all"],
    "neutral.test": ["v=spf1 ?all"],
    "open.test": ["v=spf1 mx"],
    "two.test": ["v=spf1 -all", "v=spf1 ~all"],
    "bad.test": ["v=spf1 includes:a.test -all"],
    "bare.test": ["v=spf1 all"],
    "moved.test": ["v=spf1 redirect=shop.test"],
    "loop.test": ["v=spf1 include:loop.test -all"],
    "many.test": ["v=spf1 " + "a " * 11 + "-all"],
    "ten.test": ["v=spf1 " + "a " * 10 + "-all"],
    "lost.test": ["v=spf1 include:none.test -all"],
    "lets.test": ["v=spf1 include:all.test -all"],
    "macro.test": ["v=spf1 exists:%{i}._spf.test include:%{d}.test -all"],
    "late.test": ["v=spf1 -all include:none.test"],
}


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("shop.test", ""),
        ("soft.test", ""),
        ("moved.test", ""),
        ("ten.test", ""),
        ("macro.test", ""),
        ("late.test", ""),
        ("none.test", "no SPF record"),
        ("two.test", "2 SPF records"),
        ("all.test", "ends in +all"),
        ("bare.test", "ends in +all"),
        ("neutral.test", "ends in ?all"),
        ("open.test", "ends in nothing"),
        ("bad.test", "is no SPF term"),
        ("loop.test", "more than 10 lookups"),
        ("many.test", "more than 10 lookups"),
        ("lost.test", "none.test has no SPF record"),
        ("lets.test", "lets everybody send"),
    ],
)
def test_spf(domain: str, words: str) -> None:
    _actual, problems = mail.spf_finding("~all", mail.read_spf(domain, lambda name: SPF.get(name, [])))
    assert bool(problems) is bool(words)
    assert words in "; ".join(problems)


def test_a_softer_end_than_wanted_fails() -> None:
    spf = mail.read_spf("soft.test", lambda name: SPF.get(name, []))
    assert mail.spf_finding("-all", spf)[1] == ["it ends in ~all instead of -all"]


@pytest.mark.parametrize(
    ("where", "values", "least", "words"),
    [
        ("_dmarc.shop.test.", ("v=DMARC1; p=reject",), "reject", ""),
        ("_dmarc.shop.test.", ("v=DMARC1; p=Reject; pct=100",), "quarantine", ""),
        ("_dmarc.test.", ("v=DMARC1; p=none; sp=reject",), "reject", ""),
        ("_dmarc.test.", ("v=DMARC1; p=reject; sp=none",), "quarantine", "the policy is none"),
        ("", (), "quarantine", "no DMARC record"),
        ("_dmarc.shop.test.", ("v=DMARC1; p=none",), "quarantine", "the policy is none"),
        ("_dmarc.shop.test.", ("v=DMARC1; p=quarantine",), "reject", "the policy is quarantine"),
        ("_dmarc.shop.test.", ("v=DMARC1; rua=mailto:a@b.test",), "quarantine", "the policy is missing"),
        ("_dmarc.shop.test.", ("v=DMARC1; p=reject; pct=5",), "quarantine", "5 % of the mail only"),
        ("_dmarc.shop.test.", ("v=DMARC1; p=reject; t=y",), "quarantine", "only tested"),
        ("_dmarc.shop.test.", ("v=DMARC1; p=reject", "v=DMARC1; p=none"), "quarantine", "2 DMARC records"),
    ],
)
def test_dmarc(where: str, values: tuple[str, ...], least: str, words: str) -> None:
    _actual, problems = mail.dmarc_finding("shop.test.", least, Climbed(where, values))
    assert bool(problems) is bool(words)
    assert words in "; ".join(problems)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (('0 issue "letsencrypt.org"',), ""),
        (('0 issue "LetsEncrypt.org; accounturi=x"', '0 iodef "mailto:a@b.test"', '0 issuewild ";"'), ""),
        ((), "no CAA record"),
        (('0 iodef "mailto:a@b.test"',), "no CAA record restricts"),
        (('0 issue ";"',), "letsencrypt.org may not issue"),
        (('0 issue "letsencrypt.org"', '0 issue "other.test"'), "other.test may issue"),
        (('0 issue "letsencrypt.org"', '0 issuewild "other.test"'), "other.test may issue"),
        (('0 issue "letsencrypt.org"', '128 unheard "x"'), "critical property unheard"),
    ],
)
def test_caa(values: tuple[str, ...], words: str) -> None:
    _actual, problems = mail.caa_finding(["letsencrypt.org"], Climbed("shop.test.", values))
    assert bool(problems) is bool(words)
    assert words in "; ".join(problems)
