# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit.module_utils.observation.servers import (
    closed_port,
    reason,
    serving,
)
from tests.unit.module_utils.observation.test_http import OK, SECRET, answered, recording, redirect, request


@pytest.mark.parametrize(
    ("location", "path"), [("/b?c=1", "/b?c=1"), ("b", "/a/b"), ("../c d", "/c%20d"), ("?x", "/a/?x")]
)
def test_relative_redirects(location, path):
    heard: list[str] = []
    with serving(recording(heard, redirect(location), OK)) as port:
        value = request("http://127.0.0.1:%d/a/" % port, follow=1, headers={"Authorization": SECRET})
    assert value["redirects"] == [{"status": 302, "location": "http://127.0.0.1:%d%s" % (port, path)}]
    assert (value["status"], value["url"]) == (200, value["redirects"][0]["location"])
    assert heard[1].startswith("GET %s HTTP/1.1\r\n" % path)
    assert SECRET in heard[1]


def test_redirects_are_not_followed_unless_asked():
    value = answered(redirect("/b"))
    assert (value["status"], value["redirects"]) == (302, [])


def test_a_loop_of_redirects_ends_as_a_redirect():
    heard: list[str] = []
    with serving(recording(heard, redirect("/"))) as port:
        value = request("http://127.0.0.1:%d/" % port, follow=5)
    assert (value["status"], len(value["redirects"]), len(heard)) == (302, 5, 6)


@pytest.mark.parametrize(
    "location",
    ["ftp://127.0.0.1/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "http://[", "http://127.0.0.1:x/", "/a\x0bb"],
)
def test_a_redirect_that_may_not_be_followed_is_the_answer(location):
    value = answered(redirect(location), follow=3)
    assert (value["status"], value["redirects"]) == (302, [])


def test_another_origin_hears_no_credentials_not_even_back_at_the_first():
    first: list[str] = []
    second: list[str] = []
    headers = {"Authorization": SECRET, "Cookie": "a=1", "X-Api-Key": SECRET, "Host": "inner", "Accept": "text/html"}
    answers: list[bytes] = []

    def handle(connection):
        recording(first, answers[min(len(first), 1)])(connection)

    with serving(handle) as port, serving(recording(second, redirect("http://127.0.0.1:%d/back" % port))) as other:
        answers[:] = [redirect("http://127.0.0.1:%d/" % other), OK]
        value = request("http://127.0.0.1:%d/" % port, follow=3, headers=headers)
    assert (value["status"], len(value["redirects"])) == (200, 2)
    assert SECRET in first[0]
    for said in (second[0], first[1]):
        assert SECRET not in said
        assert "Cookie" not in said
        assert "inner" not in said
        assert "Accept: text/html" in said


def test_a_secret_of_a_file_is_sent_and_masked_in_all_that_is_answered(tmp_path):
    (tmp_path / "token").write_text("hvs.5up3r53cr3t\n")
    heard: list[str] = []
    echo = b"HTTP/1.1 200 OK\r\nX-Echo: hvs.5up3r53cr3t\r\nContent-Length: 25\r\n\r\nid=hvs.5up3r53cr3t; id=hvs"
    with serving(recording(heard, redirect("/a?hvs.5up3r53cr3t"), echo)) as port:
        url = "http://127.0.0.1:%d/" % port
        value = request(url, follow=1, header_files={"X-Vault-Token": str(tmp_path / "token")}, headers={"X-A": "b"})
    assert all("X-Vault-Token: hvs.5up3r53cr3t\r\n" in said and "X-A: b\r\n" in said for said in heard)
    assert value["body"] == "id=***; id=hv"
    assert value["redirects"] == [{"status": 302, "location": url + "a?***"}]
    assert ["X-Echo", "***"] in value["headers"]


def test_a_secret_of_a_file_is_masked_in_a_complaint(tmp_path):
    (tmp_path / "token").write_text("hvs.5up3r53cr3t")
    outcome = answered(b"token hvs.5up3r53cr3t?\r\n", header_files={"X-Vault-Token": str(tmp_path / "token")})
    assert outcome == ("malformed", "answered without HTTP: 'token ***?'")


def test_a_secret_of_a_file_is_told_to_no_other_origin(tmp_path):
    (tmp_path / "token").write_text("hvs.5up3r53cr3t")
    other: list[str] = []
    with serving(recording(other, OK)) as port:
        answered(
            redirect("http://127.0.0.1:%d/" % port), follow=1, header_files={"X-Vault-Token": str(tmp_path / "token")}
        )
    assert "hvs" not in other[0]


@pytest.mark.parametrize(
    ("content", "why"), [(None, "not_found"), ("\n", "malformed"), ("a\r\nX-Smuggled: hvs.5up3r53cr3t", "malformed")]
)
def test_without_a_secret_that_can_be_sent_nothing_is_asked(tmp_path, content, why):
    if content is not None:
        (tmp_path / "token").write_text(content)
    url = "http://127.0.0.1:%d/" % closed_port()
    outcome = request(url, header_files={"X-Vault-Token": str(tmp_path / "token")})
    assert reason(outcome) == why
    assert "hvs" not in outcome[1]


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [(301, "POST", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (307, "POST", "POST"), (308, "PUT", "PUT"),
     (303, "HEAD", "HEAD"), (302, "PUT", "PUT")],
)  # fmt: skip
def test_what_becomes_of_the_body(status, method, then):
    heard: list[str] = []
    with serving(recording(heard, redirect("/b", status), OK)) as port:
        request("http://127.0.0.1:%d/" % port, follow=1, method=method, body="data", headers={"Content-Type": "x"})
    assert heard[1].startswith(then + " ")
    assert (heard[1].endswith("data"), "Content-Type" in heard[1]) == (then == method != "HEAD",) * 2


def test_a_body_goes_to_no_other_origin():
    other: list[str] = []
    with serving(recording(other, OK)) as port:
        value = answered(redirect("http://127.0.0.1:%d/" % port, 307), follow=1, method="POST", body="data")
    assert (value["status"], other) == (307, [])
