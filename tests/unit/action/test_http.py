# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The http verifier against recorded replies: right, broken, unreadable and absent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.http import ActionModule as Http
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.proving import prove, status

RESOLVE = "getent ahosts shop.test"
HEALTH = "curl -sSi --connect-to ::192.0.2.1: https://shop.test/health"
OPTIONS = {"url": "https://shop.test", "health": ["/health"], "components": ["database"]}
ADDRESSES = {"host": "shop.test", "addresses": [{"address": "192.0.2.1", "family": "ipv4"}]}


def reply(status: int = 200, body: Any = "", **headers: Any) -> dict[str, Any]:
    return {
        "url": "https://shop.test/",
        "status": status,
        "headers": [[name.replace("_", "-"), value] for name, value in headers.items()],
        "body": body if isinstance(body, str) else json.dumps(body),
        "truncated": False,
        "redirects": [],
        "address": "192.0.2.1",
        "version": "HTTP/1.1",
    }


def health(answer: Any) -> Status:
    return status(Http, "http.health", OPTIONS, {RESOLVE: ADDRESSES, HEALTH: answer})


@pytest.mark.parametrize(
    "body",
    [
        {"status": "ok", "components": {"database": {"status": "up"}}},
        {"status": "healthy", "database": "connected"},
        {"healthy": True, "checks": {"Database": {"healthy": True}}},
    ],
)
def test_a_truthful_health_page_passes(body: dict[str, Any]) -> None:
    assert health(reply(body=body)) is Status.PASS


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(503, {"status": "ok", "database": "up"}), id="answers 503"),
        pytest.param(reply(200, {"status": "degraded", "components": {"database": "up"}}), id="200 but degraded"),
        pytest.param(reply(200, {"status": "ok", "components": {"database": "down"}}), id="a component is down"),
        pytest.param(reply(200, {"status": "ok"}), id="says nothing of the database"),
        pytest.param(reply(200, "OK"), id="a static page"),
        pytest.param(reply(200, ""), id="an empty page"),
        pytest.param((reply(200, {"status": "ok", "database": "up"}), 2500), id="too slow"),
        pytest.param(reply(200, {"status": "ok", "database": "up", "password": "x"}), id="shows a secret"),
    ],
)
def test_an_untruthful_health_page_fails(answer: Any) -> None:
    assert health(answer) is Status.FAIL


@pytest.mark.parametrize("reason", ["timeout", "unreachable", "malformed", "too_large"])
def test_a_health_page_that_cannot_be_read_is_an_error(reason: str) -> None:
    assert health(CannotLook(reason, "no reply")) is Status.ERROR


def test_a_health_page_that_is_cut_or_no_json_is_an_error() -> None:
    assert health(reply(200, {"status": "ok", "database": "up"}) | {"truncated": True}) is Status.ERROR
    assert health(reply(200, '{"status": "ok", "data')) is Status.ERROR


def test_a_name_without_addresses_proves_nothing() -> None:
    absent = {RESOLVE: {"host": "shop.test", "addresses": []}}
    assert status(Http, "http.health", OPTIONS, absent) is Status.ERROR


def test_health_is_not_asked_for_without_paths() -> None:
    with pytest.raises(NotAsked, match="health"):
        prove(Http, "http.health", {"url": "https://shop.test"}, {})


TCP_80 = "nc -vz -w 5 192.0.2.1 80"
PLAIN = "curl -sSi --connect-to ::192.0.2.1: http://shop.test/"
SECURE = "curl -sSi --connect-to ::192.0.2.1: https://shop.test/"
HSTS: dict[str, Any] = {"Strict_Transport_Security": "max-age=31536000"}


def https(port80: Any, plain: Any, secure: Any) -> Status:
    answers = {RESOLVE: ADDRESSES, TCP_80: port80, PLAIN: plain, SECURE: secure}
    return status(Http, "https.enforced", {"url": "https://shop.test"}, answers)


def port80(state: str) -> dict[str, Any]:
    return {"address": "192.0.2.1", "family": "ipv4", "port": 80, "state": state, "reply": None}


MOVED = reply(308, Location="https://shop.test/")


def test_https_is_enforced_by_a_redirect_or_a_closed_port_and_hsts() -> None:
    assert https(port80("open"), MOVED, reply(**HSTS)) is Status.PASS
    assert https(port80("refused"), None, reply(**HSTS)) is Status.PASS


def test_plain_http_may_have_another_port() -> None:
    options = {"url": "https://shop.test", "http_port": 8080}
    answers = {RESOLVE: ADDRESSES, "nc -vz -w 5 192.0.2.1 8080": port80("open"), SECURE: reply(**HSTS)}
    plain = "curl -sSi --connect-to ::192.0.2.1: http://shop.test:8080/"
    assert status(Http, "https.enforced", options, answers | {plain: MOVED}) is Status.PASS
    assert status(Http, "https.enforced", options, answers | {plain: reply(200)}) is Status.FAIL


@pytest.mark.parametrize(
    ("plain", "secure"),
    [
        pytest.param(reply(200), reply(**HSTS), id="content in clear"),
        pytest.param(reply(302, Location="https://shop.test/"), reply(**HSTS), id="a temporary redirect"),
        pytest.param(reply(301, Location="https://other.test/"), reply(**HSTS), id="to another host"),
        pytest.param(reply(301, Location="http://shop.test/a"), reply(**HSTS), id="to clear text"),
        pytest.param(MOVED, reply(), id="no HSTS"),
        pytest.param(MOVED, reply(Strict_Transport_Security="max-age=300"), id="short HSTS"),
    ],
)
def test_https_that_is_not_enforced_fails(plain: Any, secure: Any) -> None:
    assert https(port80("open"), plain, secure) is Status.FAIL


@pytest.mark.parametrize(
    ("plain_api", "secure_api", "wanted"),
    [
        pytest.param(reply(301, Location="https://shop.test/api"), reply(**HSTS), Status.PASS, id="right"),
        pytest.param(reply(200), reply(**HSTS), Status.FAIL, id="in clear"),
        pytest.param(reply(301, Location="https://shop.test/api"), reply(), Status.FAIL, id="no HSTS"),
        pytest.param(CannotLook("timeout", "10 s"), reply(**HSTS), Status.ERROR, id="plain not seen"),
        pytest.param(MOVED, CannotLook("timeout", "10 s"), Status.ERROR, id="HSTS not seen"),
    ],
)
def test_https_is_enforced_on_every_page(plain_api: Any, secure_api: Any, wanted: Status) -> None:
    answers = {RESOLVE: ADDRESSES, TCP_80: port80("open"), PLAIN: MOVED, SECURE: reply(**HSTS)}
    answers |= {f"{PLAIN}api": plain_api, f"{SECURE}api": secure_api}
    assert status(Http, "https.enforced", {"url": "https://shop.test", "pages": ["/api"]}, answers) is wanted


def test_https_that_cannot_be_looked_at_is_an_error() -> None:
    assert https(CannotLook("unreachable", "no route"), MOVED, reply(**HSTS)) is Status.ERROR
    assert https(port80("open"), MOVED, CannotLook("timeout", "5 s")) is Status.ERROR


GOOD: dict[str, Any] = {
    "X_Content_Type_Options": "nosniff",
    "X_Frame_Options": "DENY",
    "Referrer_Policy": "no-referrer",
}
PAGES = {"/": "curl -sSi https://shop.test/", "/api": "curl -sSi https://shop.test/api"}


def headers(page: Any, api: Any) -> list[Status]:
    options = {"url": "https://shop.test", "pages": list(PAGES)}
    verdicts = prove(Http, "http.security_headers", options, {PAGES["/"]: page, PAGES["/api"]: api})
    return [verdict.status for verdict in verdicts]


def test_security_headers_are_wanted_on_every_page() -> None:
    framed = {**GOOD, "X_Frame_Options": "", "Content_Security_Policy": "frame-ancestors 'none'"}
    assert headers(reply(**GOOD), reply(**framed)) == [Status.PASS, Status.PASS]
    assert headers(reply(**GOOD), reply()) == [Status.PASS, Status.FAIL]
    assert headers(reply(**GOOD), reply(X_Powered_By="Express", **GOOD)) == [Status.PASS, Status.FAIL]
    assert headers(reply(**GOOD), CannotLook("timeout", "10 s")) == [Status.ERROR]


def test_a_referrer_policy_that_tells_everything_protects_nobody() -> None:
    loose = {**GOOD, "Referrer_Policy": "no-referrer, unsafe-url"}
    for_old_browsers = {**GOOD, "Referrer_Policy": "no-referrer-when-downgrade, strict-origin-when-cross-origin"}
    assert headers(reply(**loose), reply(**for_old_browsers)) == [Status.FAIL, Status.PASS]
