# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tls verifier against recorded handshakes: right, broken, unreadable and absent.

What real servers can be made to do is tested on them, in tests/integration/verifiers/test_tls.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Severity, Status, Verdict
from ansible_collections.golive.verify.plugins.plugin_utils.tls.certificates import Roots
from tests.unit.action.tls_recordings import (
    ANSWERS,
    CAFILE,
    HANDSHAKE,
    INTER,
    LEAF,
    OPTIONS,
    REASONS,
    REFUSED,
    RESOLVE,
    RIGHT,
    S_CLIENT,
    prove,
    resolved,
    shake,
)
from tests.unit.pki import issue

WITH_CRL = issue("shop", INTER, names=["shop.test"], crl="http://ca.test/crl")


def one(control: str, options: dict[str, Any] | None = None, /, **answers: Any) -> Verdict:
    """The only verdict, with some answers replaced: by their line, or by the name of their line in this module."""
    replaced = {globals().get(line, line): answer for line, answer in answers.items()}
    (verdict,) = prove(control, {**OPTIONS, **(options or {})}, {**ANSWERS, **replaced})
    return verdict


@pytest.mark.parametrize("control", ["tls.valid_chain", "tls.expiry"])
class TestCertificates:
    """What holds for both controls that look at certificates."""

    def test_right_passes(self, control: str) -> None:
        assert one(control).status is Status.PASS

    @pytest.mark.parametrize("look", [RESOLVE, CAFILE, HANDSHAKE], ids=["RESOLVE", "CAFILE", "HANDSHAKE"])
    @pytest.mark.parametrize("reason", REASONS)
    def test_what_cannot_be_looked_at_is_an_error(self, control: str, look: str, reason: str) -> None:
        assert one(control, **{look: CannotLook(reason, "no")}).status is Status.ERROR

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(shake(), id="no certificate"),
            pytest.param(shake(chain=["anVuaw=="]), id="junk"),
            pytest.param(shake(chain=["not base64"]), id="not base64"),
            pytest.param(shake(LEAF, chain_complete=False), id="a Python that cannot show the chain"),
            pytest.param({"accepted": "yes"}, id="another shape"),
        ],
    )
    def test_what_cannot_be_read_is_an_error(self, control: str, answer: Any) -> None:
        assert one(control, HANDSHAKE=answer).status is Status.ERROR

    def test_a_refused_handshake_fails(self, control: str) -> None:
        verdict = one(control, HANDSHAKE=REFUSED)
        assert (verdict.status, verdict.message) == (Status.FAIL, "refuses to speak TLS: tls alert protocol version")

    def test_a_name_without_addresses_is_not_proven(self, control: str) -> None:
        assert one(control, RESOLVE=resolved()).status is Status.ERROR
        assert one(control, RESOLVE=CannotLook("not_found", "no such name")).status is Status.ERROR

    def test_one_address_that_cannot_be_seen_hides_no_other(self, control: str) -> None:
        v6 = "openssl s_client -connect '[2001:db8::1]:443' -servername shop.test -showcerts"
        answers = {
            **ANSWERS,
            RESOLVE: resolved("192.0.2.1", "2001:db8::1"),
            HANDSHAKE: shake(issue("shop", names=["other.test"], days=(-90, -1))),
            v6: CannotLook("unreachable", "no route"),
        }
        verdicts = prove(control, OPTIONS, answers)
        assert [verdict.status for verdict in verdicts] == [Status.FAIL, Status.ERROR]
        assert [verdict.subject for verdict in verdicts] == ["shop.test at 192.0.2.1", "shop.test at 2001:db8::1"]

    def test_a_name_is_asked_at_the_addresses_of_the_host_and_at_its_own(self, control: str) -> None:
        elsewhere = "openssl s_client -connect 192.0.2.9:443 -servername www.shop.test -showcerts"
        answers = {
            **ANSWERS,
            "getent ahosts www.shop.test": resolved("192.0.2.9"),
            "openssl s_client -connect 192.0.2.1:443 -servername www.shop.test -showcerts": REFUSED,
            elsewhere: REFUSED,
        }
        options = {**OPTIONS, "names": ["shop.test", "www.shop.test"]}
        verdicts = prove(control, options, answers)
        assert [verdict.status for verdict in verdicts] == [Status.PASS, Status.FAIL, Status.FAIL]
        answers["getent ahosts www.shop.test"] = CannotLook("not_found", "not in the DNS yet")
        assert len(prove(control, options, answers)) == 2


def test_a_chain_that_is_weak_too_long_or_untrusted_fails() -> None:
    long = issue("shop", INTER, names=["shop.test"], days=(-10, 815))
    assert "valid for 825 days" in one("tls.valid_chain", HANDSHAKE=shake(long, INTER)).message
    assert one("tls.valid_chain", {"max_lifetime_days": 825}, HANDSHAKE=shake(long, INTER)).status is Status.PASS
    assert "intermediate is missing" in one("tls.valid_chain", HANDSHAKE=shake(LEAF)).message
    assert one("tls.valid_chain", **{CAFILE: Roots("/ca.pem", ())}).status is Status.FAIL


def test_a_revocation_list_that_cannot_be_had_is_an_error() -> None:
    fetch = "curl -sSf http://ca.test/crl | openssl crl -inform DER -noout -text"
    for answer in [CannotLook(reason, "no") for reason in REASONS] + [b"", b"junk"]:
        verdict = one("tls.valid_chain", **{"HANDSHAKE": shake(WITH_CRL, INTER), fetch: answer})
        assert verdict.status is Status.ERROR


@pytest.mark.parametrize(
    ("days", "options", "status", "severity"),
    [
        (30.01, {}, Status.PASS, None),
        (29.99, {}, Status.FAIL, Severity.HIGH),
        (14.01, {}, Status.FAIL, Severity.HIGH),
        (13.99, {}, Status.FAIL, Severity.CRITICAL),
        (-1, {}, Status.FAIL, Severity.CRITICAL),
        (5, {"min_days_left": 3, "critical_days_left": 1}, Status.PASS, None),
        (2, {"min_days_left": 3, "critical_days_left": 1}, Status.FAIL, Severity.HIGH),
    ],
)
def test_how_bad_it_is_depends_on_the_days_left(
    days: float, options: dict[str, Any], status: Status, severity: Severity | None
) -> None:
    leaf = issue("shop", INTER, names=["shop.test"], days=(-60, days))
    verdict = one("tls.expiry", options, HANDSHAKE=shake(leaf, INTER))
    assert (verdict.status, verdict.severity) == (status, severity)


TIMERS, UNIT = "systemctl list-timers --all", "systemctl show certbot.timer"
SERVICE = "systemctl show certbot.service"
TIMER = {
    "name": "certbot.timer",
    "unit": "certbot.service",
    "next": 1.9e9,
    "last": 1.7e9,
    "enabled": "enabled",
    "active": "active",
    "result": "success",
    "exit": 0,
}
CADDY = {
    "name": "caddy.service",
    "load": "loaded",
    "active": "active",
    "sub": "running",
    "enabled": "enabled",
    "result": "success",
    "exit": None,
    "started": 1.7e9,
    "finished": None,
    "restarts": 0,
    "restart_policy": "on-failure",
    "fragment": "/usr/lib/systemd/system/caddy.service",
}


def renewal(unit: str, timers: Any, shown: Any) -> Verdict:
    line = f"systemctl show {unit if '.' in unit else unit + '.service'}"
    listed = {"timers": timers} if isinstance(timers, list) else timers
    answers = {**ANSWERS, TIMERS: listed, line: shown}
    served, verdict = prove("tls.expiry", {**OPTIONS, "renewal_unit": unit}, answers)
    assert served.status is Status.PASS
    assert verdict.subject == f"renewal by {unit}"
    return verdict


ABSENT = CannotLook("not_found", "there is no such unit")


def test_a_timer_that_ran_well_renews() -> None:
    assert renewal("certbot.timer", [TIMER], ABSENT).status is Status.PASS
    assert renewal("certbot", [TIMER], ABSENT).status is Status.PASS
    assert renewal("certbot.service", [TIMER], ABSENT).status is Status.PASS


def test_a_service_that_always_runs_renews() -> None:
    assert renewal("caddy", [TIMER], CADDY).status is Status.PASS


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"enabled": "disabled"}, "certbot.timer is disabled"),
        ({"enabled": None}, "certbot.timer is not enabled"),
        ({"active": "inactive", "next": None}, "certbot.timer is inactive"),
        ({"next": None}, "has no next run"),
        ({"last": None, "result": None, "exit": None}, "has never run"),
        ({"result": "exit-code", "exit": 1}, "the last run of certbot.service failed: exit-code, exit status 1"),
        ({"exit": 1}, "failed"),
        ({"result": None, "exit": None}, "is not known"),
    ],
)
def test_a_timer_that_does_not_renew_fails(change: dict[str, Any], sentence: str) -> None:
    verdict = renewal("certbot.timer", [TIMER | change], ABSENT)
    assert (verdict.status, sentence in verdict.message) == (Status.FAIL, True), verdict.message


@pytest.mark.parametrize("change", [{"active": "failed"}, {"enabled": "disabled"}, {"result": "oom-kill"}])
def test_a_service_that_does_not_run_fails(change: dict[str, Any]) -> None:
    assert renewal("caddy", [], CADDY | change).status is Status.FAIL


def test_a_renewal_that_does_not_exist_fails_and_one_that_cannot_be_seen_is_an_error() -> None:
    assert renewal("certbot.timer", [], ABSENT).message == "there is no certbot.timer"
    for reason in REASONS:
        assert renewal("certbot.timer", CannotLook(reason, "no"), ABSENT).status is Status.ERROR
        assert renewal("caddy", [], CannotLook(reason, "no")).status is Status.ERROR
    assert renewal("certbot.timer", {"timers": "junk"}, ABSENT).status is Status.ERROR


CRONTABS, SYSTEMD = "grep -r . /etc/crontab /etc/cron.* /var/spool/cron", "stat -L /run/systemd/system"
DIRECTORY = {
    "path": "/run/systemd/system",
    "type": "directory",
    "size": 40,
    "mode": "0755",
    "uid": 0,
    "gid": 0,
    "owner": "root",
    "group": "root",
    "mtime": 1.7e9,
}
ENTRY = {
    "source": "/var/spool/cron/crontabs/root",
    "line": 3,
    "user": "root",
    "schedule": "7 3 * * *",
    "command": "acme.sh --cron --home /root/.acme.sh",
    "runnable": True,
}
DEBIAN = ENTRY | {"command": r"test -x /usr/bin/certbot -a \! -d /run/systemd/system && acme.sh --cron"}


@pytest.mark.parametrize(
    ("crontabs", "systemd", "status"),
    [
        ({"entries": [ENTRY], "denied": []}, DIRECTORY, Status.PASS),
        ({"entries": [ENTRY], "denied": ["/var/spool/cron/crontabs/www"]}, DIRECTORY, Status.PASS),
        ({"entries": [DEBIAN], "denied": []}, CannotLook("not_found", "no systemd"), Status.PASS),
        ({"entries": [DEBIAN], "denied": []}, DIRECTORY, Status.FAIL),
        ({"entries": [ENTRY | {"runnable": False, "line": None}], "denied": []}, DIRECTORY, Status.FAIL),
        ({"entries": [ENTRY | {"command": "backup"}], "denied": []}, DIRECTORY, Status.FAIL),
        ({"entries": [], "denied": []}, DIRECTORY, Status.FAIL),
        ({"entries": [], "denied": ["/var/spool/cron/crontabs"]}, DIRECTORY, Status.ERROR),
        (CannotLook("denied", "no"), DIRECTORY, Status.ERROR),
        ({"entries": [ENTRY], "denied": []}, CannotLook("timeout", "no"), Status.ERROR),
    ],
)
def test_a_cron_entry_renews_when_cron_runs_it(crontabs: Any, systemd: Any, status: Status) -> None:
    answers = {**ANSWERS, CRONTABS: crontabs, SYSTEMD: systemd}
    _served, verdict = prove("tls.expiry", {**OPTIONS, "renewal_cron": "acme.sh --cron"}, answers)
    assert verdict.status is status, verdict.message


FILE = "cat /etc/shop.pem"


def stored(answer: Any, handshake: Any = RIGHT) -> Verdict:
    content = DIRECTORY | {"type": "file", "content": answer} if isinstance(answer, str) else answer
    answers = {**ANSWERS, FILE: content, HANDSHAKE: handshake}
    return prove("tls.expiry", {**OPTIONS, "certificate_file": "/etc/shop.pem"}, answers)[1]


def test_the_stored_certificate_must_be_the_served_one() -> None:
    renewed = issue("shop", INTER, names=["shop.test"])
    assert stored(LEAF.pem.decode()).status is Status.PASS
    assert "shop.test at 192.0.2.1 serves another certificate" in stored(renewed.pem.decode()).message
    assert stored(LEAF.pem.decode(), REFUSED).status is Status.FAIL
    for unread in ("", "junk", *(CannotLook(reason, "no") for reason in (*REASONS, "not_found"))):
        assert stored(unread).status is Status.ERROR
    assert stored(LEAF.pem.decode(), CannotLook("timeout", "no")).status is Status.ERROR


TLS10, TLS11 = f"{S_CLIENT} -tls1 -showcerts", f"{S_CLIENT} -tls1_1 -showcerts"
TLS12, TLS13 = f"{S_CLIENT} -tls1_2 -showcerts", f"{S_CLIENT} -tls1_3 -showcerts"
WEAK, SSL3 = f"{S_CLIENT} -tls1_2 -cipher RC4:3DES:DES:NULL:EXPORT:aNULL:@SECLEVEL=0", f"{S_CLIENT} -ssl3"
MODERN = {"TLS10": REFUSED, "TLS11": REFUSED, "TLS12": RIGHT, "TLS13": RIGHT, "WEAK": "", "SSL3": ""}


@pytest.mark.parametrize(
    ("options", "changes", "status"),
    [
        pytest.param({}, {}, Status.PASS, id="1.2 and 1.3"),
        pytest.param({}, {"TLS13": REFUSED}, Status.PASS, id="1.2 only"),
        pytest.param({}, {"TLS12": REFUSED}, Status.PASS, id="1.3 only"),
        pytest.param({"protocols": ["TLSv1.3"]}, {"TLS12": REFUSED}, Status.PASS, id="1.3 only, as wanted"),
        pytest.param({"protocols": ["TLSv1.3"]}, {}, Status.FAIL, id="1.2 too, not wanted"),
        pytest.param({}, {"TLS10": RIGHT}, Status.FAIL, id="1.0 too"),
        pytest.param({}, {"TLS11": RIGHT}, Status.FAIL, id="1.1 too"),
        pytest.param({}, {"TLS12": REFUSED, "TLS13": REFUSED}, Status.FAIL, id="nothing at all"),
        pytest.param({}, {"WEAK": "RC4 (0x0005)"}, Status.FAIL, id="a weak cipher"),
        pytest.param({}, {"SSL3": "suite (0x002f)"}, Status.FAIL, id="SSL 3.0"),
        pytest.param({}, {"TLS10": RIGHT, "TLS11": CannotLook("timeout", "no")}, Status.FAIL, id="one seen, one not"),
        *(
            pytest.param({}, {look: CannotLook(reason, "no")}, Status.ERROR, id=f"{look} {reason}")
            for look in MODERN
            for reason in ("missing_tool", "timeout", "malformed")
        ),
    ],
)
def test_protocols(options: dict[str, Any], changes: dict[str, Any], status: Status) -> None:
    verdict = one("tls.protocols", options, **{**MODERN, **changes})
    assert verdict.status is status, verdict.message


def test_protocols_of_a_name_without_addresses_are_not_proven() -> None:
    assert one("tls.protocols", RESOLVE=resolved()).status is Status.ERROR


HOP = {"host": "db.test", "name": "shop.test", "port": 5432, "starttls": "postgres", "cleartext_port": 8080}
HOP_RESOLVE, HOP_CLEAR = "getent ahosts db.test", "nc -vz -w 5 192.0.2.1 8080"
HOP_HANDSHAKE = "openssl s_client -connect 192.0.2.1:5432 -servername shop.test -starttls postgres -showcerts"
HOP_SESSION = (
    r"printf '\000\000\000%\000\003\000\000user\000golive\000database\000golive\000\000' | nc -w 5 192.0.2.1 5432"
)
CLOSED = {"address": "192.0.2.1", "family": "ipv4", "port": 8080, "state": "refused", "reply": None}


def session(said: str | None) -> dict[str, Any]:
    return CLOSED | {"port": 5432, "state": "open", "reply": said}


REJECTED = session('E\0\0\0vSFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for host "192.0.2.7", no encryption\0\0')


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, Status.PASS, id="right"),
        pytest.param({"HOP_CLEAR": CLOSED | {"state": "silent"}}, Status.ERROR, id="clear text is silent"),
        pytest.param({"HOP_CLEAR": CLOSED | {"state": "open"}}, Status.FAIL, id="clear text is open"),
        pytest.param({"HOP_HANDSHAKE": shake(LEAF, INTER, version="TLSv1.1")}, Status.FAIL, id="TLS 1.1"),
        pytest.param({"HOP_HANDSHAKE": shake(LEAF)}, Status.FAIL, id="not verified"),
        pytest.param({"HOP_HANDSHAKE": REFUSED | {"refusal": "server offers no TLS"}}, Status.FAIL, id="no TLS"),
        pytest.param(
            {"HOP_HANDSHAKE": CannotLook("malformed", "answered without TLS: 'HTTP/1.1 400'")}, Status.FAIL, id="HTTP"
        ),
        pytest.param({"HOP_SESSION": session("R\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0")}, Status.FAIL, id="clear session"),
        pytest.param({"HOP_SESSION": session("E\0\0\0<SFATAL\0C53300\0Mtoo many\0\0")}, Status.ERROR, id="too many"),
        pytest.param({"HOP_SESSION": session("")}, Status.ERROR, id="hangs up"),
        pytest.param({"HOP_SESSION": session(None)}, Status.ERROR, id="silent"),
        pytest.param({"HOP_SESSION": session("HTTP/1.1 400")}, Status.ERROR, id="no PostgreSQL"),
        pytest.param({"HOP_RESOLVE": resolved()}, Status.ERROR, id="no address"),
        pytest.param({"HOP_HANDSHAKE": shake()}, Status.ERROR, id="no certificate"),
        *(
            pytest.param({look: CannotLook(reason, "no")}, Status.ERROR, id=f"{look} {reason}")
            for look in ("HOP_RESOLVE", "CAFILE", "HOP_HANDSHAKE", "HOP_CLEAR", "HOP_SESSION")
            for reason in REASONS
        ),
    ],
)
def test_internal(changes: dict[str, Any], status: Status) -> None:
    right = {
        "HOP_RESOLVE": resolved("192.0.2.1"),
        "HOP_HANDSHAKE": RIGHT,
        "HOP_CLEAR": CLOSED,
        "HOP_SESSION": REJECTED,
    }
    verdict = one("tls.internal", {"hops": [HOP]}, **{**right, **changes})
    assert verdict.status is status, verdict.message


def test_a_hop_without_an_address_is_not_hidden_by_another() -> None:
    answers = {
        **ANSWERS,
        HOP_RESOLVE: resolved("192.0.2.1"),
        HOP_HANDSHAKE: RIGHT,
        HOP_CLEAR: CLOSED,
        HOP_SESSION: REJECTED,
        "getent ahosts gone.test": resolved(),
    }
    hops = [HOP, HOP | {"host": "gone.test"}]
    assert Status.ERROR in {verdict.status for verdict in prove("tls.internal", {**OPTIONS, "hops": hops}, answers)}


def test_internal_is_not_asked_for_without_hops() -> None:
    with pytest.raises(NotAsked, match="hops"):
        prove("tls.internal", OPTIONS, {})
