# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Post a message over HTTP. Redirects are not followed, and no error repeats an address: it is a secret."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route
from ansible_collections.golive.verify.plugins.plugin_utils.notify.sending import Undelivered

# How long one attempt may take before the next one.
ATTEMPT = 10.0
_LATER = {408, 425, 429}
_AGENT = "golive.verify"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


def post(route: Route, body: bytes, until: float, path: str = "", headers: Mapping[str, str] | None = None) -> None:
    """Post JSON to the address of a route. path: what the address ends with, where it does not yet."""
    try:
        url, own = _address(route.secrets["url"], path)
        request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - routes are of http and https
    except ValueError:
        raise Undelivered("its address is no URL") from None
    if token := route.secrets.get("token"):
        own["Authorization"] = f"Bearer {token}"
    for name, value in {"Content-Type": "application/json", "User-Agent": _AGENT, **own, **(headers or {})}.items():
        request.add_header(name, value)
    secure = [urllib.request.HTTPSHandler(context=context(route))] if request.type == "https" else []
    opener = urllib.request.build_opener(_NoRedirect, *secure)
    timeout = max(0.1, min(ATTEMPT, until - time.monotonic()))
    try:
        with opener.open(request, timeout=timeout) as answer:
            kind = answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        error.close()
        raise Undelivered(f"it answers {error.code}", again=error.code >= 500 or error.code in _LATER) from None
    except (ValueError, http.client.InvalidURL):
        raise Undelivered("its address is no URL, or a header would be none") from None
    except (OSError, http.client.HTTPException) as error:
        raise unreached(error) from None
    if kind == "text/html":
        raise Undelivered("it answers with a page for people: something else is at this address")


def context(route: Route) -> ssl.SSLContext:
    """What is trusted: the machine's authorities, or those in the route's file."""
    try:
        return _trusting(route.plain.get("cafile"))
    except (OSError, ssl.SSLError) as error:
        raise Undelivered(f"its cafile cannot be read: {error.strerror or type(error).__name__}") from None


@cache
def _trusting(cafile: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=cafile)


def unreached(error: Exception) -> Undelivered:
    """Why something could not be reached, in words that hold no address."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Undelivered(f"its certificate is not trusted: {reason.verify_message}")
    known: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (ssl.SSLError, "TLS with it fails"),
        (socket.gaierror, "its name is not known"),
        (TimeoutError, "it does not answer"),
        (ConnectionRefusedError, "it refuses the connection"),
        (ConnectionError, "it breaks the connection off"),
        (http.client.HTTPException, "what it answers is not HTTP"),
    )
    said = next((words for kind, words in known if isinstance(reason, kind)), "it cannot be reached")
    return Undelivered(said, again=True)


def _address(secret: str, path: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(secret)
    headers = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    if not parts.path.rstrip("/").endswith(path):
        parts = parts._replace(path=f"{parts.path.rstrip('/')}{path}")
    return parts.geturl(), headers
