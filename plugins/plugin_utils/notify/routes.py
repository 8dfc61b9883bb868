# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared routes: which channel, for whose changes, of which severity and words. Addresses and keys are secrets.

A route that is wrong is a problem of its own, told by its name and what is wrong with it, never by what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.golive.verify.plugins.plugin_utils.decisions import GO
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import (
    AGAINST,
    DECISION,
    FIXED,
    SEVERITIES,
    WORDS,
    Event,
)
from ansible_collections.golive.verify.plugins.plugin_utils.owners import texts
from ansible_collections.golive.verify.plugins.plugin_utils.plain_file import opened
from ansible_collections.golive.verify.plugins.plugin_utils.summary import one_line

DEFAULT_WORDS = (*AGAINST, FIXED, GO)
# Besides what every route may have, what a channel takes. Of a name that ends in _file, the content is meant.
_EVERY = ("channel", "name", "owners", "severities", "words", "cafile")
_HTTP = ("url", "url_file", "token", "token_file")
CHANNELS: Mapping[str, Sequence[str]] = {
    "alertmanager": (*_HTTP, "hold_hours"),
    "slack": _HTTP,
    "webhook": (*_HTTP, "key", "key_file"),
    "mail": ("host", "port", "tls", "user", "password", "password_file", "from", "to"),
}
_SECRETS = ("url", "token", "key", "password")
_LISTS = ("owners", "severities", "words", "to")
_TLS = ("starttls", "tls", "none")
_MOST = 64 * 1024


class BadRoute(Exception):
    """A route that cannot be used: what is wrong, without what it holds."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to some people. secrets and plain: what the channel takes."""

    name: str
    channel: str
    owners: Sequence[str] = ()
    severities: Sequence[str] = ()
    words: Sequence[str] = DEFAULT_WORDS
    plain: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def wants(self, event: Event) -> bool:
        """Whether these people are to be told. The decision is everybody's, whoever owns what."""
        if event.word not in self.words:
            return False
        if event.uid == DECISION:
            return True
        return (not self.owners or event.owner in self.owners) and (
            not self.severities or event.severity in self.severities
        )

    @property
    def keeps_states(self) -> bool:
        """Whether it is told what stands, and not only what changes."""
        return self.channel == "alertmanager"

    def hide(self, text: str) -> str:
        """A text without this route's secrets, whatever put them there."""
        for secret in sorted(self.secrets.values(), key=len, reverse=True):
            text = text.replace(secret, "***") if secret else text
        return one_line(text)


def read(declared: Iterable[Any]) -> tuple[list[Route], list[str]]:
    """The routes that can be used, and a sentence for each that cannot."""
    routes: list[Route] = []
    problems = []
    for number, entry in enumerate(declared, 1):
        where = f"golive_notify[{number - 1}]"
        try:
            route = _route(entry)
            if any(route.name == other.name for other in routes):
                raise BadRoute("another route has its name; give each a name")
        except BadRoute as wrong:
            problems.append(f"{where}: {wrong}")
        else:
            routes.append(route)
    return routes, problems


def _route(entry: Any) -> Route:
    channel = str(entry.get("channel")) if isinstance(entry, Mapping) else ""
    if channel not in CHANNELS:
        raise BadRoute(f"channel is none of {', '.join(CHANNELS)}")
    taken = (*_EVERY, *CHANNELS[channel])
    if any(key not in taken for key in entry):
        raise BadRoute(f"a route to {channel} has no more than {', '.join(taken)}")
    for key, known in (("severities", SEVERITIES), ("words", WORDS)):
        if any(each not in known for each in texts(entry.get(key))):
            raise BadRoute(f"{key} are among {', '.join(known)}")
    secrets = {name: said for name in _SECRETS if (said := _secret(entry, name))}
    plain = {
        name: value
        for name, value in entry.items()
        if name not in _EVERY and name.removesuffix("_file") not in _SECRETS
    }
    plain |= {"cafile": str(entry["cafile"])} if entry.get("cafile") else {}
    return Route(
        name=one_line(str(entry.get("name") or channel), 80),
        channel=channel,
        owners=texts(entry.get("owners")),
        severities=texts(entry.get("severities")),
        words=texts(entry.get("words")) or DEFAULT_WORDS,
        plain=_mail(plain) if channel == "mail" else _http(plain, secrets),
        secrets=secrets,
    )


def _mail(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    missing = [name for name in ("host", "from", "to") if not plain.get(name)]
    if missing:
        raise BadRoute(f"mail needs {missing[0]}")
    tls = str(plain.get("tls", _TLS[0]))
    if tls not in _TLS:
        raise BadRoute(f"tls is none of {', '.join(_TLS)}")
    port = _number(plain, "port", 465 if tls == "tls" else 587, 65535)
    return {**plain, "tls": tls, "port": int(port), "to": texts(plain["to"])}


def _http(plain: Mapping[str, Any], secrets: Mapping[str, str]) -> Mapping[str, Any]:
    if not secrets.get("url"):
        raise BadRoute("it needs url or url_file")
    if not secrets["url"].startswith(("https://", "http://")) or any(
        not c.isprintable() or c == " " for c in secrets["url"]
    ):
        raise BadRoute("its address is no URL of http or https")
    # Two nights: what stands is told again by each, and is over by itself where nobody looks any more.
    return {**plain, "hold_hours": _number(plain, "hold_hours", 48, 24 * 365)}


def _number(plain: Mapping[str, Any], name: str, default: float, most: float) -> float:
    try:
        number = float(plain.get(name, default))
    except (TypeError, ValueError):
        number = 0
    if not 0 < number <= most:
        raise BadRoute(f"{name} is no number from 0 to {most:g}")
    return number


def _secret(entry: Mapping[str, Any], name: str) -> str:
    given, file = entry.get(name), entry.get(f"{name}_file")
    if given and file:
        raise BadRoute(f"{name} and {name}_file are both given")
    if not file:
        return str(given or "").strip()
    try:
        with opened(Path(str(file)).expanduser()) as stream:
            text = stream.read(_MOST).decode().strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no file of text"
        raise BadRoute(f"{name}_file cannot be read: {reason}") from None
    if not text:
        raise BadRoute(f"{name}_file is empty")
    return text
