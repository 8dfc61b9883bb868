# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NATS servers tell over their monitoring ports, read strictly: what is not understood was not seen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.interface import Wanted
from ansible_collections.golive.verify.plugins.plugin_utils.look import Observer
from ansible_collections.golive.verify.plugins.plugin_utils.shown import shown

LARGEST = 4 << 20
"""Bytes of an answer: about 1500 streams, each with a consumer. The server cannot page streams, only accounts."""

MOST_ACCOUNTS = 1024

_OTHER_STATUS = {401: "denied", 403: "denied", 404: "not_found"}
_HINTS = {
    404: "the server serves no such path; with http_base_path, put that into monitors",
    401: "something before the monitoring port asks for credentials",
    403: "something before the monitoring port forbids it",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object of a server. Go leaves out what is zero, so what is absent has the default that is asked for.

    A value of another type is CannotLook("malformed"), and so is an absent one without a default.
    """

    where: str
    values: Mapping[str, Any]

    @classmethod
    def parse(cls, where: str, text: str) -> Fields:
        """Read one JSON object."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise CannotLook("malformed", f"{where}: {shown(text)!r} is no JSON object")
        return cls(where, values)

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        return str(self._typed(name, str, default))

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._typed(name, int, default)
        if isinstance(value, bool):
            raise CannotLook("malformed", f"{self.where}: {name} is {value}")
        return int(value)

    def flag(self, name: str) -> bool:
        """Whether something is so; absent is not."""
        return bool(self._typed(name, bool, False))

    def moment(self, name: str) -> float | None:
        """A time as Unix seconds; None when it has not been yet, which Go tells as the year 1, or not at all."""
        value = self.text(name, "")
        if not value or value.startswith("0001-"):
            return None
        try:
            return datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError):
            raise CannotLook("malformed", f"{self.where}: {name} is {shown(value)!r}") from None

    def now(self) -> float:
        """The server's own clock, as Unix seconds."""
        moment = self.moment("now")
        if moment is None:
            raise CannotLook("malformed", f"{self.where} does not say what time it is")
        return moment

    def fields(self, name: str) -> Fields | None:
        """An object, or None."""
        value = self._typed(name, (dict, type(None)), {})
        return Fields(f"{self.where} {name}", value) if value else None

    def many(self, name: str) -> list[Fields]:
        """A list of objects; absent or null is empty."""
        values = self._typed(name, (list, type(None)), []) or []
        if not all(isinstance(value, dict) for value in values):
            raise CannotLook("malformed", f"{self.where}: {name} is no list of objects")
        return [Fields(f"{self.where} {name}", value) for value in values]

    def texts(self, name: str) -> list[str]:
        """A list of texts; absent or null is empty."""
        values = self._typed(name, (list, type(None)), []) or []
        if not all(isinstance(value, str) for value in values):
            raise CannotLook("malformed", f"{self.where}: {name} is no list of texts")
        return values

    def _typed(self, name: str, kind: type | tuple[type, ...], default: Any) -> Any:
        value = self.values.get(name, default)
        if value is None and default is None:
            raise CannotLook("malformed", f"{self.where} says nothing of {name}")
        if not isinstance(value, kind):
            raise CannotLook("malformed", f"{self.where}: {name} is {shown(value)!r}")
        return value


@dataclass(frozen=True, slots=True)
class Monitor:
    """The monitoring port of one server, and the place it is asked from."""

    look: Observer
    url: str
    cafile: str | None = None

    async def ask(self, path: str, *also: int) -> Fields:
        """The object that the server serves at a path. also: statuses, besides 200, that bring one."""
        url = self.url.rstrip("/") + path
        try:
            fact = await self.look.http(url, limit=LARGEST, cafile=self.cafile if url.startswith("https:") else None)
        except CannotLook as failure:
            if failure.reason == "unreachable":
                hint = "is monitoring on (http: in the server's configuration), and allowed from here?"
                raise CannotLook("unreachable", f"{failure.detail}; {hint}") from None
            raise
        if fact.status not in (200, *also):
            hint = _HINTS.get(fact.status, shown(fact.body))
            raise CannotLook(_OTHER_STATUS.get(fact.status, "malformed"), f"{url}: status {fact.status}: {hint}")
        if fact.truncated:
            raise CannotLook("too_large", f"{url}: more than {LARGEST} bytes, which is as much as is read")
        return Fields.parse(url, fact.body)

    async def varz(self) -> Fields:
        """What the server is and how it is configured."""
        return await self.ask("/varz")

    async def jsz(self) -> Fields:
        """JetStream, with every stream and consumer that this server holds a replica of."""
        return await self.ask(f"/jsz?accounts=true&streams=true&consumers=true&config=true&limit={MOST_ACCOUNTS}")

    async def routez(self) -> Fields:
        """The connections to the other servers of the cluster."""
        return await self.ask("/routez")

    async def healthz(self) -> Fields:
        """Whether the server thinks that it works, its replicas of all streams and consumers included."""
        return await self.ask("/healthz", 503)


def monitors_of(look: Observer, want: Wanted) -> list[Monitor]:
    """The monitoring ports to ask. The first is that of the server itself."""
    host = f"[{want.host}]" if ":" in want.host else want.host
    return [Monitor(look, url, want.cafile) for url in want.monitors or [f"http://{host}:8222"]]


def version_of(fields: Fields) -> tuple[int, int, int]:
    """The version of a server, as numbers that compare."""
    version = fields.text("version")
    match = re.fullmatch(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})([-+].*)?", version, re.ASCII)
    if match is None:
        raise CannotLook("malformed", f"{fields.where}: {shown(version)!r} is no version")
    return int(match[1]), int(match[2]), int(match[3])
