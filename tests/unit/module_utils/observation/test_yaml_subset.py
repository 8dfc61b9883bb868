# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import yaml_subset
from tests.unit.module_utils.observation.servers import look, reason

COMPOSE = """\
---
# what people write
x-env: &env
  NODE_ENV: production  # why
  URL: "postgres://a:b#c@h/db?x=1"
  QUOTED: 'it''s'
  ESCAPED: "a\\"b\\tc"
  EMPTY: ""
  NOTHING:
x-more: &more
  WORDS: two words
services:
  api:
    image: shop/api:1.2@sha256:abc
    command: ["node", "dist/main.js", 'a,b', plain one]
    environment:
      <<: [*env, *more]
      NODE_ENV: staging
      HASH: a#b
    env_file:
    - .env
    - path: ./more.env
      required: false
    entrypoint: |
      sh -c "x: y"
        # no comment
      - foo
    deploy: {}
  other:
    environment: *more
"""


def parse(text):
    return look(lambda _deadline: yaml_subset.parse(text, "compose.yml"))


def test_what_people_write_is_read():
    api = {
        "image": "shop/api:1.2@sha256:abc",
        "command": ["node", "dist/main.js", "a,b", "plain one"],
        "environment": {
            "NODE_ENV": "staging",
            "URL": "postgres://a:b#c@h/db?x=1",
            "QUOTED": "it's",
            "ESCAPED": 'a"b\tc',
            "EMPTY": "",
            "NOTHING": None,
            "WORDS": "two words",
            "HASH": "a#b",
        },
        "env_file": [".env", {"path": "./more.env", "required": "false"}],
        "entrypoint": 'sh -c "x: y"\n# no comment\n- foo\n',
        "deploy": {},
    }
    assert parse(COMPOSE)["services"] == {"api": api, "other": {"environment": {"WORDS": "two words"}}}
    assert parse(COMPOSE.replace("\n", "\r\n"))["services"]["other"] == {"environment": {"WORDS": "two words"}}


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: c}",
        "a: !tag b",
        "a: *unknown",
        "a: b: c",
        'a: "open',
        "a: [b, [c]]",
        "a: [b,\n  c]",
        "a: b\n  c: d",
        "a: first\n  second",
        "\ta: b",
        "a: b\na: c",
        "a:\n    b: c\n  d: e",
        "a: @b",
        'a: "\\x41"',
        "just text",
        "a: 1\n---\nb: 2",
        "a:\n  <<: text",
        "".join("%s- \n" % (" " * depth) for depth in range(100)),
    ],
)
def test_what_is_not_understood_is_malformed_and_shown_by_its_number_alone(text):
    outcome = parse("ok: 1\n" + text)
    assert reason(outcome) == "malformed"
    assert "compose.yml" in outcome[1]
    assert "open" not in outcome[1]


def test_an_empty_document_is_nothing():
    assert parse("# nothing\n\n") is None


@pytest.mark.parametrize(
    "text", ["a: " + '"b" ' * 5000 + '"', "a: " + " " * 200000 + "'", "a: [" + '"b", ' * 50000, "b" * 300000]
)
def test_no_line_takes_long(text):
    assert reason(parse(text)) == "malformed"
