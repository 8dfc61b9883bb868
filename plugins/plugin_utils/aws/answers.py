# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an answer is one of AWS at all.

botocore takes what it cannot read for an answer without members: the page of a captive portal or of a broken proxy
looks like an account that has nothing. Where nothing must be there, that would be a pass.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

with contextlib.suppress(ImportError):
    from botocore.parsers import ResponseParserError

_FIRST_ELEMENT = re.compile(rb"\s*(?:<\?xml.*?\?>)?\s*(?:<!--.*?-->\s*)*<([\w.-]+)", re.DOTALL)
_MAP = range(0xA0, 0xC0)  # the first byte of a map in CBOR (RFC 8949, section 3.1)


def insist(http_response: Any, model: Any, **_event: Any) -> None:
    """For botocore's event after-call: raise ResponseParserError where what came is no answer to the operation."""
    shape = model.output_shape
    if http_response.status_code >= 300 or shape is None or not shape.members or _is_raw(shape):
        return
    content = http_response.content
    protocol = getattr(model.service_model, "resolved_protocol", None) or model.service_model.metadata["protocol"]
    if not _READ[protocol](content, model.name):
        raise ResponseParserError(f"{model.name} was not answered as AWS answers: {content[:60]!r}")


def _is_raw(shape: Any) -> bool:
    """Whether the whole body is one text, such as the policy of a bucket."""
    payload = shape.serialization.get("payload")
    return payload is not None and shape.members[payload].type_name in ("blob", "string")


def _json(content: bytes, _operation: str) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def _cbor(content: bytes, _operation: str) -> bool:
    return bool(content) and content[0] in _MAP


def _query(content: bytes, operation: str) -> bool:
    return _first_element(content) == f"{operation}Response"


def _rest_xml(content: bytes, _operation: str) -> bool:
    return _first_element(content).lower() not in ("", "html")


def _first_element(content: bytes) -> str:
    found = _FIRST_ELEMENT.match(content)
    return found[1].decode() if found else ""


_READ = {
    "json": _json,
    "rest-json": _json,
    "smithy-rpc-v2-cbor": _cbor,
    "query": _query,
    "ec2": _query,
    "rest-xml": _rest_xml,
}
