# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip
import http.server
import json
import shutil
import threading
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import http as looking
from tests.unit.module_utils.observation.servers import (
    Authority,
    closed_port,
    dripping,
    look,
    mute,
    reason,
    saying,
    secured,
    serving,
    silent_port,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
SECRET = "Bearer 5up3r-53cr3t"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make certificates with")
    return Authority(tmp_path_factory.mktemp("authority"))


def request(url, seconds=5, **params):
    return look(looking.http, seconds=seconds, url=url, **params)


def answered(data, **params):
    with serving(saying(data, first=65536)) as port:
        return request("http://127.0.0.1:%d/" % port, **params)


def recording(heard, *answers):
    """A handler that keeps the requests it hears and gives one answer after the other, the last one for ever."""
    left = list(answers)

    def handle(connection):
        heard.append(connection.recv(65536).decode())
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return handle


def redirect(location, status=302):
    return ("HTTP/1.1 %d x\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, location)).encode()


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps([self.command, self.path, sorted(self.headers.items()), body.decode()]).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(said)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    def log_message(self, *_arguments):
        pass


def test_a_request_and_its_answer():
    server = http.server.HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = "http://localhost:%d/a%%20b/\u00e4?q=1&r=\u00fc#fragment" % server.server_port
    value = request(url, address="127.0.0.1", method="POST", headers={"X-Test": "yes"}, body="h\u00e9")
    server.shutdown()
    server.server_close()
    assert (value["status"], value["version"], value["address"]) == (201, "HTTP/1.1", "127.0.0.1")
    assert [pair for pair in value["headers"] if pair[0] == "Set-Cookie"] == [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
    ]
    assert (value["truncated"], value["redirects"]) == (False, [])
    assert value["url"] == "http://localhost:%d/a%%20b/%%C3%%A4?q=1&r=%%C3%%BC" % server.server_port
    method, path, headers, body = json.loads(value["body"])
    assert (method, path, body) == ("POST", "/a%20b/%C3%A4?q=1&r=%C3%BC", "h\u00e9")
    assert headers == sorted(
        [
            ["Host", "localhost:%d" % server.server_port],
            ["User-Agent", "golive.verify"],
            ["Accept", "*/*"],
            ["Accept-Encoding", "identity"],
            ["Connection", "close"],
            ["X-Test", "yes"],
            ["Content-Length", "3"],
        ]
    )


def test_headers_of_the_caller_go_before_ours():
    heard: list[str] = []
    with serving(recording(heard, OK)) as port:
        headers = {"host": "shop.example.com", "accept-encoding": "gzip"}
        request("http://127.0.0.1:%d" % port, headers=headers)
    assert heard[0].lower().count("\r\nhost: ") == 1
    assert "\r\nhost: shop.example.com\r\n" in heard[0]
    assert "\r\naccept-encoding: gzip\r\n" in heard[0]


def test_no_proxy(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:%d" % closed_port())
    assert answered(OK)["body"] == "hi"


def test_ipv6_literals():
    heard: list[str] = []
    try:
        with serving(recording(heard, OK), "::1") as port:
            value = request("http://[::1]:%d/" % port)
    except OSError:
        pytest.skip("no IPv6 loopback")
    assert value["address"] == "::1"
    assert "Host: [::1]:%d\r\n" % port in heard[0]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", "to the end"),
        (b"HTTP/1.0 200\r\n\r\nold", "old"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "hi"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
         "abc0123456789"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello", "hello"),
        (b"HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n", ""),
        (b"HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", ""),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe", "\ufffd\ufffd"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK, "hi"),
    ],
)  # fmt: skip
def test_bodies_end_as_http_says(answer, body):
    value = answered(answer)
    assert (value["body"], value["truncated"]) == (body, False)


def test_head_has_no_body():
    assert answered(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method="HEAD")["body"] == ""


def test_a_folded_header_is_one():
    value = answered(b"HTTP/1.1 200 OK\r\nX-Long: one;\r\n   two\r\nContent-Length: 0\r\n\r\n")
    assert ["X-Long", "one; two"] in value["headers"]


def test_a_content_coding_is_not_undone():
    body = gzip.compress(b"x" * 100000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert len(answered(head + body)["body"]) <= len(body)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186A0\r\n",
    ],
)
def test_a_longer_body_is_cut(head):
    value = answered(head + b"x" * 100000, limit=1000)
    assert (value["body"], value["truncated"]) == ("x" * 1000, True)
    assert answered(head + b"x" * 100000 + b"\r\n0\r\n\r\n" * (b"chunked" in head), limit=100000)["truncated"] is False


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1",
        b"-ERR unknown command 'GET'\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    ],
)
def test_garbage_is_malformed(answer):
    assert reason(answered(answer)) == "malformed"


@pytest.mark.parametrize(
    "answer",
    [
        b"H" * 100000,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100000 + b"\r\n",
    ],
    ids=["status", "header", "headers"],
)
def test_heads_have_bounds(answer):
    assert reason(answered(answer)) == "too_large"


@pytest.mark.parametrize(
    "handle",
    [mute, dripping(OK), dripping(b"HTTP/1.1 100 Continue\r\n\r\n"), secured],
    ids=["mute", "dripping", "interim", "no handshake"],
)
def test_the_deadline_holds_whatever_the_server_does(handle):
    start = time.monotonic()
    scheme = "https" if handle is secured else "http"
    with serving(mute if handle is secured else handle) as port:
        assert reason(request("%s://127.0.0.1:%d/" % (scheme, port), seconds=0.5, verify=False)) == "timeout"
    assert time.monotonic() - start < 30


def test_a_dripping_body_is_no_evidence():
    def handle(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        dripping(b"x")(connection)

    with serving(handle) as port:
        assert reason(request("http://127.0.0.1:%d/" % port, seconds=0.5)) == "timeout"


def test_who_does_not_listen_was_not_looked_at():
    assert reason(request("http://127.0.0.1:%d/" % closed_port())) == "unreachable"
    with silent_port() as port:
        assert reason(request("http://127.0.0.1:%d/" % port, seconds=0.3)) == "timeout"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "127.0.0.1",
        "http://",
        "http:///x",
        "http://[::1/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1\\@example.com/",
        "http://" + "x" * 70 + ".example/",
        None,
    ],
)
def test_what_is_no_url_to_request_is_malformed(url):
    assert reason(request(url)) == "malformed"


def test_a_url_with_a_password_is_refused_without_showing_it():
    outcome = request("http://user:s3cr3t@127.0.0.1/")
    assert reason(outcome) == "malformed"
    assert "s3cr3t" not in str(outcome)


@pytest.mark.parametrize(
    "params",
    [
        {"headers": {"Authorization": SECRET + "\r\nX: y"}},
        {"headers": {"Authorization": SECRET + "\n"}},
        {"headers": {"Authorization": SECRET + "\0"}},
        {"headers": {"A b": SECRET}},
        {"headers": {"A:": SECRET}},
        {"headers": {"": SECRET}},
        {"headers": {"Content-Length": "3"}},
        {"headers": {"transfer-encoding": "chunked"}},
        {"method": "GET / HTTP/1.1\r\n"},
        {"method": ""},
    ],
)
def test_nothing_smuggles_a_line_into_the_request(params):
    outcome = request("http://127.0.0.1:%d/" % closed_port(), **params)
    assert reason(outcome) == "malformed"
    assert SECRET not in str(outcome)


def test_address_stands_for_the_host_of_the_url_only():
    heard: list[str] = []
    with serving(recording(heard, redirect("http://shop.invalid/"), OK)) as port:
        outcome = request("http://shop.invalid:%d/" % port, address="127.0.0.1", follow=1, seconds=2)
        assert "\r\nHost: shop.invalid:%d\r\n" % port in heard[0]
        assert reason(outcome) == "unreachable"
    with serving(recording(heard, redirect("http://other.invalid:%d/" % port))) as port:
        outcome = request("http://shop.invalid:%d/" % port, address="127.0.0.1", follow=1, seconds=2)
        assert reason(outcome) in ("not_found", "unreachable", "timeout")


def test_https(authority):
    names: list[str] = []
    context = authority.server()
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with serving(secured(context, saying(OK, first=65536))) as port:
        for host, name in (("localhost", "localhost"), ("127.0.0.1", None)):
            url = "https://%s:%d/" % (host, port)
            value = request(url, address="127.0.0.1", cafile=authority.root)
            assert (value["body"], value["url"]) == ("hi", url)
            assert names.pop() == name


def test_a_body_to_the_end_of_a_connection_that_ends_without_notice(authority):
    def handle(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhi")

    with serving(secured(authority.server(), handle)) as port:
        assert request("https://127.0.0.1:%d/" % port, cafile=authority.root)["body"] == "hi"


@pytest.mark.parametrize(("chain", "cafile"), [("chain", False), ("leaf", True), ("wrong", True)])
def test_a_certificate_that_fails_is_named_or_overlooked_as_asked(authority, chain, cafile):
    names = {"chain": ["leaf", "intermediate"], "leaf": ["leaf"], "wrong": ["wrong", "intermediate"]}[chain]
    context = authority.server(authority.bundle("served-" + chain, *names))
    with serving(secured(context, saying(OK, first=65536))) as port:
        url = "https://127.0.0.1:%d/" % port
        outcome = request(url, cafile=authority.root if cafile else None)
        assert reason(outcome) == "malformed"
        assert outcome[1].startswith("certificate: ")
        assert request(url, verify=False)["body"] == "hi"


def test_http_where_https_was_asked_is_malformed():
    with serving(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n", first=1)) as port:
        assert reason(request("https://127.0.0.1:%d/" % port, verify=False)) == "malformed"


def test_authorities_must_be_there(tmp_path):
    (tmp_path / "empty").write_text("")
    assert reason(request("https://127.0.0.1/", cafile=str(tmp_path / "none"))) == "not_found"
    assert reason(request("https://127.0.0.1/", cafile=str(tmp_path / "empty"))) == "malformed"
