# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks like a secret is masked wherever it stands, and what only speaks of secrets is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.golive.verify.plugins.plugin_utils.masking import SECRETS, masked

KEY = "q7Zp2mX9vK4tLw8RbN3sDf6H"  # of no service
# Put together here, so that no scanner takes this file for a leak.
SAMPLES = {
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA",
    "Stripe key": "sk_" + f"live_{KEY}",
    "AWS access key": "AKIA" + "Z7Q2WMNB4RT6YUPX",
    "GitHub token": "ghp" + f"_{KEY}{KEY[:12]}",
    "GitLab token": "glpat" + f"-{KEY}",
    "Slack token": "xoxb" + f"-{KEY}",
    "Slack webhook": "https://hooks.slack.com/services/" + f"T0/B0/{KEY}",
    "Discord webhook": "https://discord.com/api/webhooks/" + f"123456789012345678/{KEY}{KEY}",
    "Google API key": "AIza" + f"{KEY}{KEY[:11]}",
    "SendGrid key": "SG." + f"{KEY}.{KEY}",
    "npm token": "npm" + f"_{KEY}{KEY[:12]}",
    "PyPI token": "pypi" + f"-{KEY}{KEY}{KEY}",
    "Shopify token": "shpat" + "_" + "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "API key": "sk-" + f"proj-{KEY}",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9." + f"eyJzdWIiOiIxIn0.{KEY}",
    "bearer token": f"Authorization: Bearer {KEY}",
    "password in an address": "postgres://app:s3cr3tPw@db/shop",
    "password": "password: hunter2!9",
}


def test_every_kind_has_a_sample() -> None:
    assert set(SAMPLES) == set(SECRETS)


@pytest.mark.parametrize(
    "around", ["{}", "Use {} for now", "`{}`", "**{}**", "({})", "key={},", "| {} |", "\u201c{}\u201d"]
)
@pytest.mark.parametrize(("kind", "sample"), SAMPLES.items(), ids=SAMPLES)
def test_a_secret_is_masked_wherever_it_stands(kind: str, sample: str, around: str) -> None:
    text, found = masked(around.format(sample))
    assert found == [kind]
    assert f"[masked: {kind}]" in text
    for part in (KEY, "hunter2", "s3cr3tPw", "WMNB4RT", "MIIEow", "0a1b2c3d"):
        assert part not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://app:s3cr3tPw@db/x", "postgres://app:[masked: password in an address]@db/x"),
        ("redis://:pw12345@cache:6379", "redis://:[masked: password in an address]@cache:6379"),
        ("admin password is hunter2!9.", "admin password is [masked: password]"),
        ("**Password:** `Sommer!Haus`", "**Password:** `[masked: password]`"),
        ("DB_PASSWORD=Sup3rS3cret and more", "DB_PASSWORD=[masked: password] and more"),
        ('{"api_key": "abc123def456"}', '{"api_key": "[masked: password]"}'),
        ("aws_secret_access_key = abcDEF123/x+y", "aws_secret_access_key = [masked: password]"),
        ("password: 12345678", "password: [masked: password]"),
    ],
)
def test_only_the_secret_is_masked(text: str, shown: str) -> None:
    assert masked(text)[0] == shown


@pytest.mark.parametrize(
    "text",
    [
        "DATABASE_URL=postgres://user:password@host/db",
        "postgres://postgres:postgres@localhost:5432/app",
        "postgres://<user>:<password>@host/db",
        "postgres://${DB_USER}:${DB_PASSWORD}@host/db",
        "mysql://USER:xxx@host and redis://:***@host",
        "JWT_SECRET - 32+ characters",
        "JWT_SECRET: 64-character random string",
        "JWT_SECRET=your-secret-key-min-32-chars",
        "JWT_SECRET=$(openssl rand -base64 32)",
        "SESSION_SECRET=change-me-2026",
        "API key rotated",
        "API key: rotated",
        "API keys: 2026-01-01",
        "API key: 32-byte hex",
        "starts with sk_live_ and never with sk_test_",
        "sk_live_xxxxxxxxxxxxxxxxxxxx",
        "sk_live_...",
        "AKIAIOSFODNN7EXAMPLE",
        "Passwords are hashed with bcrypt12",
        "password: <password>",
        "password: ${DB_PASSWORD}",
        "password: xxxxxxxx",
        "password: ********",
        "password is required and checked",
        "password: minimum 12 characters",
        "password is at least 12 characters",
        "Secret: AES-256-GCM",
        "secret: /run/secrets/db_1",
        "secret: DB_PASSWORD_2",
        "secret_key = os.environ['X1']",
        "Private key: 2048-bit RSA",
        "Access token: 15 minutes",
        "Token expiry 15 min, refresh token 7 days",
        "token: RS256-signed",
        "Bearer authentication configured",
        "task-sk-management-system-for-everybody",
        "https://example.com:8443/a@b",
        "eyJ is how a token begins",
    ],
)
def test_what_only_speaks_of_secrets_is_left_alone(text: str) -> None:
    assert masked(text) == (text, [])


def test_several_secrets_are_all_masked() -> None:
    text, found = masked(f"{SAMPLES['AWS access key']} and password: hunter2!9 and {SAMPLES['Stripe key']}")
    assert sorted(found) == ["AWS access key", "Stripe key", "password"]
    assert text.count("[masked: ") == 3


@given(st.text(max_size=200))
def test_masking_twice_masks_no_more(text: str) -> None:
    once, dummy = masked(text)
    assert masked(once) == (once, [])


@given(st.text(alphabet="abcdefghij klmno.,;-_/()", max_size=200))
def test_ordinary_words_are_no_secrets(text: str) -> None:
    assert masked(text) == (text, [])


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part",
    [
        *(
            "eyJ",
            "eyJaaaaaaaa.",
            "-eyJaaaaaaaa.eyJ",
            "password=",
            "password: a1",
            "password is ",
            "http://a:",
            "a:/",
            "sk-",
        ),
        *(
            "sk_live_",
            "ghp_",
            "xoxb-",
            "SG.a",
            "-----BEGIN ",
            "bearer ",
            "AKIA",
            "token:`",
            "secret key",
            "pypi-",
            "AIza",
        ),
    ],
)
def test_masking_hostile_text_ends(part: str) -> None:
    masked(part * (200_000 // len(part)))
