# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP requests: every part of the answer bounded, no proxy, and no credentials for anyone but who was asked.

The standard library's client bounds neither the time of an answer nor the interim responses before it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import urllib.parse

from ansible_collections.golive.verify.plugins.module_utils.observation import files, tcp
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LONGEST_LINE = 1 << 14
_LONGEST_HEAD = 1 << 16
_MOST_INTERIM = 8
# What may be said to another origin than the one that was asked; any other header may carry a secret.
_HARMLESS = ("accept", "accept-encoding", "accept-language", "user-agent")


def http(
    deadline,
    url,
    method="GET",
    headers=None,
    header_files=None,
    body="",
    address=None,
    follow=0,
    limit=262144,
    verify=True,
    cafile=None,
):
    """Request a URL and tell the answer: at most limit bytes of body, "truncated" when there was more.

    header_files: headers whose value is the stripped content of a file on this machine, for secrets that must not
    travel; wherever such a value shows in the answer it is masked.
    address: connect there, for every URL of this host; the Host header and TLS's server name stay those of the URL.
    follow: how many redirects to follow; a redirect beyond them, or to anything but http(s), is the answer itself.
    Beyond the first origin (scheme, host and port) only harmless headers are sent, and never a body.
    verify: check the certificate against cafile or else the system's authorities. A content coding is not undone.
    """
    target = _Target(url)
    secrets = {name: files.secret_text(deadline, path) for name, path in (header_files or {}).items()}
    request = _Request(method, dict(headers or {}, **secrets), body)
    try:
        value = _requested(deadline, target, request, address, follow, limit, (verify, cafile))
    except CannotLook as reason:
        raise CannotLook(reason.reason, files.masked(reason.detail, secrets.values())) from None
    return _masked(value, secrets.values())


def _requested(deadline, origin, request, address, follow, limit, trust):
    target, redirects = origin, []
    while True:
        here = address if target.host == origin.host else None
        value = _exchange(deadline, target, request, here, limit, trust)
        onward = _onward(value, target, request) if len(redirects) < follow else None
        if onward is None:
            return dict(value, url=target.url, redirects=redirects)
        target, request = onward
        redirects.append({"status": value["status"], "location": target.url})


def _masked(value, secrets):
    """Plain data without these secrets in any of its texts."""
    if isinstance(value, str):
        return files.masked(value, secrets)
    if isinstance(value, list):
        return [_masked(each, secrets) for each in value]
    return {key: _masked(each, secrets) for key, each in value.items()} if isinstance(value, dict) else value


class _Target:
    """A URL, taken apart and found fit to be requested."""

    def __init__(self, url):
        if re.search(r"[\x00-\x1f\x7f\\]", url):
            raise CannotLook("malformed", "the URL has control characters")
        try:
            parts = urllib.parse.urlsplit(url.strip())
            port = parts.port
        except ValueError as error:
            raise CannotLook("malformed", "the URL is none: %s" % error) from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise CannotLook("malformed", "only http and https URLs with a host are requested")
        if "@" in parts.netloc:
            raise CannotLook("malformed", "a URL with a user name or password is not requested")
        self.scheme = parts.scheme
        self.host = _ascii_host(parts.hostname)
        self.port = _PORTS[parts.scheme] if port is None else port
        self.path = _quoted(parts.path or "/") + ("?" + _quoted(parts.query) if parts.query else "")
        literal = "[%s]" % self.host if ":" in self.host else self.host
        self.authority = literal if self.port == _PORTS[self.scheme] else "%s:%d" % (literal, self.port)
        self.url = "%s://%s%s" % (self.scheme, self.authority, self.path)
        self.origin = (self.scheme, self.host, self.port)


class _Request:
    """What to say, in which nothing can end a line early. Complaints name a header, never its value."""

    def __init__(self, method, headers, body):
        self.method = method
        self.headers = {}
        self.body = body
        if not _TOKEN.fullmatch(method):
            raise CannotLook("malformed", "the method is not a word")
        for name, value in headers.items():
            if not _TOKEN.fullmatch(name) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", str(value)):
                raise CannotLook("malformed", "the header %r cannot be sent" % name[:60])
            if name.lower() in ("content-length", "transfer-encoding"):
                raise CannotLook("malformed", "%s follows from the body" % name)
            self.headers[name.lower()] = (name, str(value))

    def to_other_origin(self):
        return _Request(self.method, dict(self.headers[name] for name in _HARMLESS if name in self.headers), "")

    def without_body(self):
        method = "HEAD" if self.method == "HEAD" else "GET"
        kept = dict(pair for name, pair in self.headers.items() if not name.startswith("content-"))
        return _Request(method, kept, "")

    def encode(self, target):
        lines = {
            "host": ("Host", target.authority),
            "user-agent": ("User-Agent", "golive.verify"),
            "accept": ("Accept", "*/*"),
            "accept-encoding": ("Accept-Encoding", "identity"),
            "connection": ("Connection", "close"),
        }
        lines.update(self.headers)
        body = self.body.encode()
        if body or self.method in ("POST", "PUT", "PATCH"):
            lines["content-length"] = ("Content-Length", str(len(body)))
        head = ["%s %s HTTP/1.1" % (self.method, target.path)] + ["%s: %s" % pair for pair in lines.values()]
        return "\r\n".join([*head, "", ""]).encode() + body


def _ascii_host(host):
    try:
        ipaddress.ip_address(host.split("%")[0])
        return host
    except ValueError:
        pass
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise CannotLook("malformed", "the URL's host is not a name") from None


def _quoted(text):
    return urllib.parse.quote(text, safe="!$%&'()*+,/:;=?@[]~")


def _context(verify, cafile):
    try:
        context = ssl.create_default_context(cafile=cafile)
    except ssl.SSLError:
        raise CannotLook("malformed", "%s holds no certificates" % cafile) from None
    # On by default since Python 3.13 only: the same server must be judged the same from every host.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # SSL_OP_IGNORE_UNEXPECTED_EOF, which newer Pythons set: whether a body is complete is for HTTP to say.
    context.options |= 0x80
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _exchange(deadline, target, request, address, limit, trust):
    # To read the system's authorities takes longer than most exchanges, so only those that need them do.
    context = _context(*trust) if target.scheme == "https" else None
    connection, place = tcp.connect(deadline, target.host, target.port, address)
    try:
        if context is not None:
            connection = _secured(deadline, connection, context, target.host)
        tcp.transmit(deadline, connection, request.encode(target))
        answer = _Answer(deadline, connection, limit)
        return dict(answer.read(request.method), address=place["address"])
    except ssl.SSLError as error:
        raise CannotLook("malformed", "TLS: %s" % (error.reason or error)) from None
    finally:
        connection.close()


def _secured(deadline, connection, context, name):
    secured = context.wrap_socket(connection, server_hostname=name.rstrip("."), do_handshake_on_connect=False)
    try:
        deadline.check()
        secured.settimeout(max(deadline.left(), 0.001))
        secured.do_handshake()
    except ssl.SSLCertVerificationError as error:
        secured.close()
        raise CannotLook("malformed", "certificate: %s" % error.verify_message) from None
    except socket.timeout:
        secured.close()
        raise TimeoutError("no TLS handshake within %g s" % deadline.seconds) from None
    except BaseException:
        secured.close()
        raise
    return secured


class _Answer:
    """Reads one response off a connection, never holding more than it was allowed."""

    def __init__(self, deadline, connection, limit):
        self._deadline = deadline
        self._connection = connection
        self._limit = limit
        self._buffer = bytearray()

    def read(self, method):
        for _interim in range(_MOST_INTERIM + 1):
            version, status = self._status()
            headers = self._headers()
            # 101 is not followed by another response: the connection now speaks what the caller asked to upgrade to.
            if status >= 200 or status == 101:
                break
        else:
            raise CannotLook("malformed", "more than %d interim responses" % _MOST_INTERIM)
        bodiless = method == "HEAD" or status in (101, 204, 304)
        body = b"" if bodiless else self._body(headers)
        return {
            "status": status,
            "version": version,
            "headers": headers,
            "body": body[: self._limit].decode("utf-8", "replace"),
            "truncated": len(body) > self._limit,
        }

    def _status(self):
        line = self._line()
        found = re.match(r"(HTTP/1\.[01]) ([1-9]\d\d)(?: |$)", line)
        if not found:
            raise CannotLook("malformed", "answered without HTTP: %r" % line[:60])
        return found.group(1), int(found.group(2))

    def _headers(self):
        headers, size = [], 0
        while size <= _LONGEST_HEAD:
            line = self._line()
            size += len(line) + 2
            if not line:
                return headers
            name, colon, value = line.partition(":")
            if line[0] in " \t" and headers:
                headers[-1][1] += " " + line.strip()
            elif colon and _TOKEN.fullmatch(name):
                headers.append([name, value.strip()])
            else:
                raise CannotLook("malformed", "not a header: %r" % line[:60])
        raise CannotLook("too_large", "headers of more than %d bytes" % _LONGEST_HEAD)

    def _body(self, headers):
        """Read the body, or one byte more than the limit."""
        most = self._limit + 1
        codings = ",".join(_values(headers, "transfer-encoding")).lower().split(",")
        if codings[-1].strip() == "chunked":
            return self._chunks(most)
        lengths = {length.strip() for value in _values(headers, "content-length") for length in value.split(",")}
        if codings == [""] and lengths:
            length = lengths.pop()
            if lengths or not re.fullmatch(r"\d{1,18}", length, re.ASCII):
                raise CannotLook("malformed", "the length of the body is unclear")
            return self._exactly(min(int(length), most))
        return self._some(most)

    def _chunks(self, most):
        body = bytearray()
        while len(body) < most:
            line = self._line()
            found = re.match(r"([0-9A-Fa-f]{1,15})[ \t]*(?:;|$)", line)
            if not found:
                raise CannotLook("malformed", "not the size of a chunk: %r" % line[:60])
            size = int(found.group(1), 16)
            if not size:
                return body
            wanted = min(size, most - len(body))
            body += self._exactly(wanted)
            if wanted == size and self._line():
                raise CannotLook("malformed", "a chunk is longer than it says")
        return body

    def _line(self):
        while b"\n" not in self._buffer:
            if len(self._buffer) > _LONGEST_LINE:
                raise CannotLook("too_large", "a line of more than %d bytes" % _LONGEST_LINE)
            if not self._fill():
                raise CannotLook("malformed", "the answer ended in the middle of a line: %r" % bytes(self._buffer[:60]))
        return self._take(self._buffer.index(b"\n") + 1).rstrip(b"\r\n").decode("utf-8", "replace")

    def _exactly(self, size):
        data = self._some(size)
        if len(data) < size:
            raise CannotLook("malformed", "the answer ended before its body did")
        return data

    def _some(self, size):
        while len(self._buffer) < size and self._fill():
            pass
        return self._take(size)

    def _take(self, size):
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _fill(self):
        block = tcp.receive(self._deadline, self._connection, 16384)
        self._buffer += block
        return bool(block)


def _values(headers, wanted):
    return [value for name, value in headers if name.lower() == wanted]


def _onward(value, target, request):
    """Tell where a redirect leads and what may be said there; None when it is the answer itself."""
    locations = _values(value["headers"], "location")
    if value["status"] not in (301, 302, 303, 307, 308) or len(locations) != 1:
        return None
    try:
        onward = _Target(urllib.parse.urljoin(target.url, locations[0]))
    except (CannotLook, ValueError):
        return None
    if value["status"] == 303 or (value["status"] in (301, 302) and request.method == "POST"):
        request = request.without_body()
    if onward.origin == target.origin:
        return onward, request
    if request.body:
        return None
    return onward, request.to_other_origin()
