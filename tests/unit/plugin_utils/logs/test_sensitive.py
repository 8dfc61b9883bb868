# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of what must not be logged, on lines as services write them: with it, and as like it as can be."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.sensitive import Sensitive
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.logs.shipping import shippers
from ansible_collections.golive.verify.plugins.plugin_utils.logs.sources import patterns

# Nothing here is a real secret; what looks like one is put together, so that scanners of repositories pass it by.
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".c2lnbmF0dXJlMTIz"
KEY = "0123456789abcdef" * 2


SENSITIVE = Sensitive(patterns())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("charge card=4111111111111111 failed", "card number"),
        ('{"pan":"4111 1111 1111 1111"}', "card number"),
        ("card 5555-5555-5555-4444 declined", "card number"),
        ("amex 3782 822463 10005", "card number"),
        ("-----BEGIN RSA PRIVATE KEY-----", "private key"),
        ('{"key":"-----BEGIN PRIVATE KEY-----\\nMII"}', "private key"),
        (f"session {JWT}", "JSON Web Token"),
        ("cannot connect to postgresql://shop:tr0ub4dor@db:5432/shop", "password in an address"),
        ("redis://:hunter2@cache:6379", "password in an address"),
        ("using AKIA" + "IOSFODNN7EXAMPLF", "AWS access key"),
        ("stripe sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "Stripe key"),
        ("push with ghp_" + "a1" * 18, "GitHub token"),
        ("glpat-" + "a1b2c3d4e5" * 2, "GitLab token"),
        ("xoxb-" + "123456789012-abcdef", "Slack token"),
        ("key=AIza" + "a" * 35, "Google API key"),
        ("SG." + "a1b2c3d4e5f6a7b8c9d0" + "." + "a1b2c3d4e5f6a7b8c9d0", "SendGrid key"),
        ('POST /login {"email":1,"password":"horse"}', "password"),
        ('body="{\\"password\\":\\"horse battery\\"}"', "password"),
        ("POST /login user=x&userPassword=horse&z=1", "password"),
        ("DB_PASSWORD=horse", "password"),
        ('{"newPasswordConfirm":"horse"}', "password"),
        ("user bob, password: h0rse!x", "password"),
        (f"api_key={KEY}", "token or key"),
        ('{"refreshToken":"' + KEY + '"}', "token or key"),
        (f"GET /reset?token={KEY}", "token or key"),
        ("CLIENT_SECRET=" + KEY, "token or key"),
        ("authorization: Basic c2hvcDpob3JzZQ==", "authorization header"),
        ('{"headers":{"authorization":"Bearer abcdef0123456789"}}', "authorization header"),
        ('"cookie":"theme=dark; connect.sid=s%3Aabcdefghijklmnop"', "session cookie"),
        ("welcome mail to ada@shop.example", "e-mail address"),
        ("paid from DE89370400440532013000", "IBAN"),
        ("SMS to +4915112345678", "telephone number"),
    ],
)
def test_what_must_not_be_logged(line: str, kind: str) -> None:
    assert kind in SENSITIVE.kinds_in(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"level":30,"time":1763850000000,"reqId":"7f3e","msg":"request completed"}',
        "2026-11-23T08:19:00.123456789Z trace=4bf92f3577b34da6a3ce929d0e0e4736",
        "order 4111111111111112 shipped",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "upload 4111111111111111.5 bytes 0.4111111111111111",
        "build 4111111111111111abcdef",
        "Failed password for root from 10.0.0.1 port 22 ssh2",
        "Invalid password: please try again",
        "Accepted publickey for deploy from 10.0.0.1",
        "password=*** token=[REDACTED]",
        '{"password":"[Filtered]","authorization":"[REDACTED]","token":null}',
        '{"password":"********","secret":"xxxxxxxxxxxxxxxx"}',
        "password=undefined",
        "passwordless login enabled, token expired",
        "rotating secret key: next-quarterly-rotation",
        "connecting to postgresql://db:5432/shop",
        "connecting to postgresql://shop@db:5432/shop",
        "connecting to postgresql://shop:***@db:5432/shop",
        "Started user@1000.service - User Manager for UID 1000.",
        "GET /img/logo@2x.png 200",
        "installed @types/node@20.1.0",
        "git clone ssh://git@127.0.0.1/x",
        "1.2.3.4 - - [23/Nov/2026:08:19:00 +0000] 200 1234",
        "offset +0000000000",
        "eyes.everywhere and key.figures.shown",
        "keep-alive: token_count=500 tokens=1200",
        "Set-Cookie: theme=dark",
        "bearer of bad news",
    ],
)
def test_what_is_like_it_and_may_be_logged(line: str) -> None:
    assert SENSITIVE.kinds_in(line) == set()


def test_kinds_can_be_left_out_by_their_names_alone() -> None:
    assert not any(each["name"] == "e-mail address" for each in patterns(("e-mail address",)))
    with pytest.raises(NotAsked, match="no kind email"):
        patterns(("email",))


def test_the_reference_names_every_kind() -> None:
    text = (Path(__file__).parents[4] / "plugins" / "modules" / "logs.py").read_text(encoding="utf-8")
    stated = text[text.index("The kinds are") :].split("type: list")[0]
    assert set(re.findall(r"V\(([^)]+)\)", stated)) == {each["name"] for each in patterns()}
    assert all(f"{name}" in text for name in shippers())


@pytest.mark.parametrize(
    "text", ["a" * 100000, "a:" * 50000, "password" * 12000, "cookie:sid" * 10000, "a@" * 50000, "4111 " * 20000,
             "http://a:" * 11000, "token=" * 16000, "ey" * 50000, "- " * 50000, "DE12 " * 20000]
)  # fmt: skip
def test_a_hostile_line_takes_no_long_time(text: str) -> None:
    start = time.monotonic()
    SENSITIVE.kinds_in(text)
    assert time.monotonic() - start < 60


@pytest.mark.parametrize(
    ("name", "line", "sends"),
    [
        ("rsyslog", "*.* @@logs.example.com:6514", True),
        ("rsyslog", "*.*  @(z9)[2001:db8::1]:514", True),
        ("rsyslog", '*.* action(type="omfwd" target="logs" port="514")', True),
        ("rsyslog", 'action(type="omrelp" target="logs")', True),
        ("rsyslog", '  type="omfwd"', True),
        ("rsyslog", "#*.* @@logs:514", False),
        ("rsyslog", '# action(type="omfwd")', False),
        ("rsyslog", "*.* -/var/log/syslog", False),
        ("systemd-journal-upload", "URL=https://logs:19532", True),
        ("systemd-journal-upload", "# URL=", False),
        ("vector", "    type: loki", True),
        ("vector", 'type = "elasticsearch"', True),
        ("vector", "    type: file", False),
        ("fluent-bit", "    Name  loki", True),
        ("fluent-bit", "    - name: es", True),
        ("fluent-bit", "    Name  tail", False),
        ("promtail", "  - url: http://loki:3100/loki/api/v1/push", True),
        ("promtail", "  # - url: http://loki:3100/loki/api/v1/push", False),
        ("alloy", 'loki.write "central" {', True),
        ("alloy", "// loki.write", False),
        ("filebeat", "output.elasticsearch:", True),
        ("filebeat", "output.console:", False),
    ],
)
def test_a_line_of_configuration_that_sends(name: str, line: str, sends: bool) -> None:
    assert bool(re.search(shippers()[name]["sends"], line)) is sends
