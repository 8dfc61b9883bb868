# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import batch
from tests.unit.module_utils.observation.servers import reason
from tests.unit.module_utils.observation.test_variables import CANARY, observe

COMPOSE = """\
services:
  api:
    env_file: [.env.production]
    environment:
      NODE_ENV: production
      URL: "postgres://shop:${DB_PASSWORD}@db/shop"
      PORT: ${PORT:-3000}
      PRICE: 5$$
  list:
    env_file:
      - path: none.env
        required: false
    environment: ["A=1", "B=x y"]
  shell:
    environment: [FROM_SHELL]
  unknown:
    environment:
      A: ${NOWHERE}
  extended:
    extends: api
"""


@pytest.fixture
def compose(tmp_path):
    (tmp_path / ".env").write_text("DB_PASSWORD=%s\n" % CANARY)
    (tmp_path / ".env.production").write_text("NODE_ENV=development\nEXTRA=1\n")

    def of(service, text=COMPOSE):
        (tmp_path / "compose.yml").write_text(text)
        return {"compose": str(tmp_path / "compose.yml"), "service": service}

    return of


def test_a_service_of_a_compose_file(compose, tmp_path):
    expected = {
        "NODE_ENV": "production",
        "URL": "postgres://shop:%s@db/shop" % CANARY,
        "PORT": "3000",
        "PRICE": "5$",
        "EXTRA": "1",
    }
    value = observe(compose("api"), judged={name: {"one_of": [text]} for name, text in expected.items()})
    assert {name: each["predicates"]["one_of"] for name, each in value["judged"].items()} == dict.fromkeys(
        expected, True
    )
    assert value["inline"] == ["NODE_ENV", "PORT", "PRICE", "URL"]
    assert value["files"] == [str(tmp_path / ".env.production")]
    assert observe(compose("list"))["names"] == ["A", "B"]


@pytest.mark.parametrize(
    ("service", "text", "why"),
    [
        ("nothing", COMPOSE, "not_found"),
        ("shell", COMPOSE, "malformed"),
        ("unknown", COMPOSE, "malformed"),
        ("extended", COMPOSE, "malformed"),
        ("api", COMPOSE.replace(".env.production", "none.env"), "not_found"),
        (
            "api",
            COMPOSE.replace("environment:\n      NODE_ENV", "environment:\n      %s\n      NODE_ENV" % CANARY),
            "malformed",
        ),
        ("api", "services: [a]\n", "malformed"),
        ("api", "include: [a.yml]\nservices:\n  api:\n", "malformed"),
        ("api", "", "malformed"),
    ],
)
def test_a_service_that_is_not_described_there_alone(compose, service, text, why):
    outcome = observe(compose(service, text))
    assert reason(outcome) == why
    assert CANARY not in outcome[1]


def test_a_file_that_is_merged_over_it_is_not_guessed(compose, tmp_path):
    source = compose("api")
    (tmp_path / "compose.override.yml").write_text("services: {}\n")
    assert reason(observe(source)) == "malformed"


def test_the_batch_makes_it_and_no_byte_of_a_value_is_in_the_answer(dotenv, compose):
    source = dotenv("TOKEN=%s\n" % CANARY)
    requests = [
        {
            "kind": "variables",
            "source": source,
            "judged": {"TOKEN": {"min_length": 4}},
            "found": {"x": "C"},
            "distinct": ["TOKEN"],
        },
        {"kind": "variables", "source": compose("api")},
    ]
    said = json.dumps(batch.run(requests, 10))
    assert '"value"' in said
    for shape in (CANARY, base64.b64encode(CANARY.encode()).decode(), CANARY.encode().hex()):
        assert shape not in said
