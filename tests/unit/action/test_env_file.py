# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The env_file verifier against what hosts answer: each control four ways."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.module_utils.observation.variables_files import Variables
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status
from tests.unit.action.env_recordings import (
    DENIED,
    FILE,
    PREVIEW,
    PROCESS,
    RUNNING,
    STOPPED,
    UNIT,
    line,
    proven,
    status,
    told,
)

SECRET = "q3vKp7Zt9XwLr2TzN4bYhQe7JmA1dCfGu5s8"
KEY = "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs="
URL = "postgresql://shop:pw@db.internal/shop?sslmode=require"
GOOD = {
    "NODE_ENV": "production",
    "JWT_SECRET": SECRET,
    "AUDIT_KEY": KEY,
    "DATABASE_URL": URL,
    "ALLOWED_ORIGINS": "https://shop.org",
    "FEATURE_CHECKOUT": "off",
}


def fingerprint(value: str) -> dict[str, Any]:
    return {"salt": "s", "sha256": hashlib.pbkdf2_hmac("sha256", value.encode(), b"s", 1).hex(), "iterations": 1}


PASSWORD = "DATABASE_URL password"
OPTIONS: dict[str, Any] = {
    "sources": [FILE],
    "required": ["NODE_ENV", "JWT_SECRET"],
    "jwt_secrets": ["JWT_SECRET"],
    "encryption_keys": ["AUDIT_KEY"],
    "databases": [{"name": "shop"}],
    "origin_variables": ["ALLOWED_ORIGINS"],
    "flags": {"FEATURE_CHECKOUT": {"owner": "ann", "expires": "2999-01-01"}},
    "flag_prefix": "FEATURE_",
    "other_environments": {
        "staging": {"fingerprints": dict.fromkeys(("JWT_SECRET", "AUDIT_KEY", PASSWORD), fingerprint("theirs"))}
    },
}
OF_VALUES = (
    "env.required_present",
    "env.production_values",
    "env.jwt_secret_strength",
    "env.audit_key_format",
    "env.database_url",
    "env.allowed_origins",
    "env.feature_flags",
)


@pytest.mark.parametrize("control", OF_VALUES)
def test_right_cannot_look_and_absent(control: str) -> None:
    assert status(control, OPTIONS, (FILE, GOOD)) == (Status.PASS, "")
    for reason in ("denied", "malformed", "timeout", "not_found"):
        assert status(control, OPTIONS, (FILE, CannotLook(reason, "x")))[0] is Status.ERROR
    assert status(control, OPTIONS, (FILE, {}))[0] is Status.ERROR
    assert status(control, OPTIONS, (FILE, {"PATH": "/bin"}))[0] is Status.ERROR


@pytest.mark.parametrize(
    ("control", "changed", "message"),
    [
        ("env.required_present", {"JWT_SECRET": ""}, "JWT_SECRET is empty"),
        ("env.required_present", {"JWT_SECRET": None, "NODE_ENV": None}, "JWT_SECRET, NODE_ENV are not set"),
        ("env.production_values", {"S_KEY": "sk_test_51ABC"}, "S_KEY: holds a key of a payment provider's test mode"),
        ("env.production_values", {"API_URL": "http://localhost:3000"}, "API_URL: holds an address of the machine"),
        ("env.production_values", {"API_URL": "https://[::1]/"}, "API_URL: holds an address of the machine itself"),
        ("env.production_values", {"DB_PASSWORD": "Postgres"}, "DB_PASSWORD: holds a default password"),
        ("env.production_values", {"X": "amqp://guest:guest@mq/"}, "X: holds an address with a default password"),
        ("env.production_values", {"X": "your-api-key"}, "X: holds a placeholder"),
        ("env.production_values", {"X": "CHANGE_ME"}, "X: holds a placeholder"),
        ("env.production_values", {"SUPPORT": "a@example.com"}, "SUPPORT: holds a name reserved for examples"),
        ("env.production_values", {"PAY": "https://api-m.sandbox.paypal.com"}, "PAY: holds a sandbox"),
        ("env.production_values", {"FIRESTORE_EMULATOR_HOST": "x:1"}, "holds the address of an emulator"),
        ("env.production_values", {"AUDIT_KEY": "theirs"}, "staging has the same AUDIT_KEY"),
        (
            "env.production_values",
            {"DATABASE_URL": "postgresql://shop:theirs@db.shop.org/shop"},
            "staging has the same DATABASE_URL password",
        ),
        ("env.jwt_secret_strength", {"JWT_SECRET": None}, "JWT_SECRET is not set"),
        ("env.jwt_secret_strength", {"JWT_SECRET": ""}, "JWT_SECRET is empty"),
        ("env.jwt_secret_strength", {"JWT_SECRET": SECRET[:31]}, "JWT_SECRET has too few characters (32 wanted)"),
        ("env.jwt_secret_strength", {"JWT_SECRET": "supersecret" * 6}, "repeats a shorter text"),
        ("env.jwt_secret_strength", {"JWT_SECRET": "a" * 40}, "too predictable"),
        ("env.jwt_secret_strength", {"JWT_SECRET": "my-super-secret-jwt-token-for-production-2024"}, "made of words"),
        ("env.jwt_secret_strength", {"AUDIT_KEY": SECRET}, "AUDIT_KEY and JWT_SECRET have the same value"),
        ("env.jwt_secret_strength", {"JWT_SECRET": "theirs"}, "staging has the same JWT_SECRET"),
        ("env.audit_key_format", {"AUDIT_KEY": "correct horse battery staple and so on 1234"}, "is not base64 of the"),
        ("env.audit_key_format", {"AUDIT_KEY": KEY[4:]}, "AUDIT_KEY is not base64 of the right number of bytes (32"),
        ("env.audit_key_format", {"AUDIT_KEY": "A" * 43 + "="}, "the same bytes over and over"),
        (
            "env.audit_key_format",
            {"AUDIT_KEY": "bXkzMmNoYXJhY3RlcnBhc3NwaHJhc2UtMTIzNDU2Nzg="},
            "decodes to typed text",
        ),
        ("env.audit_key_format", {"OLD_AUDIT_KEY": KEY}, "AUDIT_KEY and OLD_AUDIT_KEY have the same value"),
        ("env.database_url", {"DATABASE_URL": "postgresql://postgres:postgres@localhost:5432/dev"}, "another database"),
        ("env.database_url", {"DATABASE_URL": URL.replace("db.internal", "127.0.0.1")}, "or the machine itself"),
        ("env.database_url", {"DATABASE_URL": URL.replace("db.", "db.staging.")}, "a development or test system"),
        (
            "env.database_url",
            {"DATABASE_URL": URL.replace("require", "prefer")},
            "lacks the parameter sslmode=require or",
        ),
        ("env.database_url", {"DATABASE_URL": "mysql://a@b/shop?sslmode=require"}, "is not a URL of PostgreSQL"),
        ("env.database_url", {"DATABASE_URL": None}, "DATABASE_URL is not set"),
        ("env.allowed_origins", {"ALLOWED_ORIGINS": "*"}, "is not a list of the production sites' https origins"),
        ("env.allowed_origins", {"ALLOWED_ORIGINS": "https://a.org,http://localhost:3000"}, "https origins"),
        ("env.allowed_origins", {"ALLOWED_ORIGINS": None}, "ALLOWED_ORIGINS is not set"),
        ("env.feature_flags", {"FEATURE_CHECKOUT": ""}, "FEATURE_CHECKOUT is empty"),
        ("env.feature_flags", {"FEATURE_CHECKOUT": None}, "FEATURE_CHECKOUT is not set"),
        ("env.feature_flags", {"FEATURE_NEW": "on"}, "not declared in flags: FEATURE_NEW"),
    ],
)
def test_broken(control: str, changed: dict[str, str | None], message: str) -> None:
    values = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    got, said = status(control, OPTIONS, (FILE, values))
    assert got is Status.FAIL, said
    assert message in said
    assert not any(value in said for value in changed.values() if value and len(value) > 10)


@pytest.mark.parametrize(
    ("control", "option"),
    [
        ("env.required_present", "required"),
        ("env.production_values", "other_environments"),
        ("env.runtime_mode", "mode"),
        ("env.jwt_secret_strength", "jwt_secrets"),
        ("env.jwt_secret_strength", "other_environments"),
        ("env.audit_key_format", "encryption_keys"),
        ("env.database_url", "databases"),
        ("env.allowed_origins", "origin_variables"),
        ("env.feature_flags", "flags"),
        ("env.parity", "keys"),
    ],
)
def test_what_is_not_asked_is_not_proven(control: str, option: str) -> None:
    options = {name: value for name, value in OPTIONS.items() if name != option}
    with pytest.raises(NotAsked, match=option):
        proven(control, options, (FILE, GOOD))


def test_what_is_known_to_be_wrong_fails_even_where_other_environments_are_not_declared() -> None:
    options = {name: value for name, value in OPTIONS.items() if name != "other_environments"}
    assert status("env.production_values", options, (FILE, {**GOOD, "S": "sk_test_1"}))[0] is Status.FAIL
    assert status("env.jwt_secret_strength", options, (FILE, {"JWT_SECRET": "x"}))[0] is Status.FAIL
    assert status("env.production_values", {**options, "other_environments": {}}, (FILE, GOOD))[0] is Status.PASS


def test_a_secret_without_a_fingerprint_is_an_error() -> None:
    prints = dict.fromkeys(("AUDIT_KEY", PASSWORD), fingerprint("theirs"))
    options = {**OPTIONS, "other_environments": {"staging": {"fingerprints": prints}}}
    for control in ("env.production_values", "env.jwt_secret_strength"):
        got, said = status(control, options, (FILE, GOOD))
        assert got is Status.ERROR
        assert "there is no fingerprint of staging's JWT_SECRET" in said


def test_the_password_of_a_database_needs_a_fingerprint_where_there_is_one() -> None:
    prints = dict.fromkeys(("JWT_SECRET", "AUDIT_KEY"), fingerprint("theirs"))
    options = {**OPTIONS, "other_environments": {"staging": {"fingerprints": prints}}}
    got, said = status("env.production_values", options, (FILE, GOOD))
    assert (got, f"there is no fingerprint of staging's {PASSWORD}" in said) == (Status.ERROR, True)
    for address in ("postgresql://shop@db.shop.org/shop?sslmode=verify-full", ""):
        values = {**GOOD, "DATABASE_URL": address}
        assert status("env.production_values", options, (FILE, values))[0] is Status.PASS
    absent = {name: value for name, value in GOOD.items() if name != "DATABASE_URL"}
    assert status("env.production_values", options, (FILE, absent))[0] is Status.PASS


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        ("postgresql://preview:QwQ7vTz2k4@db.preview.org/shop", "preview has the same DATABASE_URL password"),
        ("postgresql://preview:another@db.preview.org/shop", ""),
        ("postgresql://db.preview.org/shop", ""),
    ],
)
def test_the_password_of_a_database_is_compared_with_that_of_a_file(theirs: str, message: str) -> None:
    values = {**GOOD, "DATABASE_URL": "postgresql://shop:QwQ7vTz2k4@db.shop.org/shop"}
    options = {**OPTIONS, "other_environments": {"preview": {"file": PREVIEW["file"][0]}}}
    compared = told(options, Variables(values), other={"DATABASE_URL": theirs})
    got, said = status("env.production_values", options, (FILE, values), **{line(FILE, PREVIEW): compared})
    assert (got, said) == (Status.FAIL if message else Status.PASS, message)


@pytest.mark.parametrize(("theirs", "expected"), [(SECRET, Status.FAIL), ("other", Status.PASS), (None, Status.ERROR)])
@pytest.mark.parametrize("control", ["env.production_values", "env.jwt_secret_strength"])
def test_another_environment_on_the_same_host_is_compared_there(
    control: str, theirs: str | None, expected: Status
) -> None:
    options = {**OPTIONS, "other_environments": {"preview": {"file": PREVIEW["file"][0]}}}
    compared = told(options, Variables(GOOD), other={"JWT_SECRET": theirs}) if theirs else DENIED
    answers = {line(FILE, PREVIEW): compared}
    assert status(control, options, (FILE, GOOD), **answers)[0] is expected
    broken = {**GOOD, "JWT_SECRET": "changeme"}
    assert status(control, options, (FILE, broken), **answers)[0] is Status.FAIL


def test_declared_exceptions_and_forbidden_values_of_ones_own() -> None:
    values = {**GOOD, "REDIS_URL": "redis://localhost:6379", "REGION": "us-old-1"}
    meant = {**OPTIONS, "exceptions": {"loopback": ["REDIS_URL"]}}
    assert status("env.production_values", meant, (FILE, values))[0] is Status.PASS
    got, said = status("env.production_values", {**meant, "also_forbidden": {"region": "^us-old-"}}, (FILE, values))
    assert (got, said) == (Status.FAIL, "REGION: holds what is forbidden as region")


def test_a_variable_whose_name_is_not_shown_is_not_taken_for_harmless() -> None:
    values = {**GOOD, "mQ9xK4bT7wXy3z": "sk_test_51ABC"}
    assert status("env.production_values", OPTIONS, (FILE, values))[0] is Status.ERROR
    options = {**OPTIONS, "required": ["mQ9xK4bT7wXy3z"]}
    assert status("env.production_values", options, (FILE, values))[0] is Status.FAIL


def test_what_a_process_has_wins_over_its_settings() -> None:
    options = {**OPTIONS, "sources": [UNIT]}
    stale = {**GOOD, "JWT_SECRET": "changeme"}
    assert status("env.jwt_secret_strength", options, (RUNNING, GOOD), (UNIT, stale))[0] is Status.PASS
    assert status("env.jwt_secret_strength", options, (RUNNING, stale), (UNIT, GOOD))[0] is Status.FAIL
    assert status("env.jwt_secret_strength", options, (RUNNING, STOPPED), (UNIT, GOOD))[0] is Status.PASS
    assert status("env.jwt_secret_strength", options, (RUNNING, DENIED), (UNIT, GOOD))[0] is Status.ERROR


def test_a_line_that_systemd_ignores_sets_nothing() -> None:
    """Such as one that begins with export, which other programs that read the file understand."""
    options = {**OPTIONS, "sources": [{**UNIT, **FILE}]}
    ignored = {name: value for name, value in GOOD.items() if name != "JWT_SECRET"}
    unit = Variables(ignored, read=FILE["file"])
    assert status("env.required_present", options, (RUNNING, ignored), (UNIT, unit), (FILE, GOOD))[0] is Status.FAIL
    by_itself = Variables(ignored, read=())
    seen = ((RUNNING, ignored), (UNIT, by_itself), (FILE, GOOD))
    assert status("env.required_present", options, *seen)[0] is Status.PASS


def test_every_service_is_judged_and_none_hides_another() -> None:
    worker = {"file": ["/srv/shop/worker.env"]}
    options = {**OPTIONS, "sources": [FILE, worker]}
    verdicts = proven("env.required_present", options, (FILE, GOOD), (worker, {"NODE_ENV": "production"}))
    assert [(v.subject, v.status) for v in verdicts] == [
        ("file /srv/shop/.env", Status.PASS),
        ("file /srv/shop/worker.env", Status.FAIL),
    ]
    verdicts = proven("env.required_present", options, (FILE, DENIED), (worker, {"NODE_ENV": "production"}))
    assert [verdict.status for verdict in verdicts] == [Status.ERROR, Status.FAIL]


def test_a_manifest_says_what_is_required() -> None:
    options = {"sources": [FILE], "manifest": "/repo/.env.example", "optional": ["SENTRY"]}
    manifest = line({"file": ["/repo/.env.example"]})

    def required(names: Any) -> tuple[Status, str]:
        answer = names if isinstance(names, CannotLook) else told(options, Variables(dict.fromkeys(names, "")))
        return status("env.required_present", options, (FILE, GOOD), **{manifest: answer})

    assert required(["NODE_ENV", "SENTRY"]) == (Status.PASS, "")
    assert required(["NODE_ENV", "MAIL_URL"]) == (Status.FAIL, "MAIL_URL is not set")
    assert required([])[0] is Status.ERROR
    assert required(CannotLook("not_found", "x"))[0] is Status.ERROR


MODE = {"sources": [UNIT], "mode": {"NODE_ENV": "production", "BILLING_MODE": ["production", "live"]}}
PROD = {"NODE_ENV": "production", "BILLING_MODE": "live"}


@pytest.mark.parametrize(
    ("running", "settings", "expected", "message"),
    [
        (PROD, PROD, Status.PASS, ""),
        (PROD, {"PORT": "1"}, Status.PASS, ""),
        ({**PROD, "DEBUG": "false", "APP_DEBUG": ""}, PROD, Status.PASS, ""),
        (
            {**PROD, "NODE_ENV": "development"},
            PROD,
            Status.FAIL,
            "NODE_ENV has another value than production in the pr",
        ),
        ({**PROD, "BILLING_MODE": "test"}, PROD, Status.FAIL, "BILLING_MODE has another value than production or live"),
        ({"NODE_ENV": "production"}, PROD, Status.FAIL, "BILLING_MODE is not set"),
        (PROD, {**PROD, "NODE_ENV": "development"}, Status.FAIL, "in unit api.service"),
        ({**PROD, "DEBUG": "app:*"}, PROD, Status.FAIL, "DEBUG is on in the processes of api.service"),
        (STOPPED, PROD, Status.ERROR, "runs no process"),
        (DENIED, PROD, Status.ERROR, "become"),
        (PROD, DENIED, Status.ERROR, "become"),
        ({}, PROD, Status.FAIL, "NODE_ENV is not set"),
    ],
)
def test_the_mode_is_that_of_the_processes(running: Any, settings: Any, expected: Status, message: str) -> None:
    got, said = status("env.runtime_mode", MODE, (RUNNING, running), (UNIT, settings))
    assert got is expected, said
    assert message in said


def test_a_file_alone_says_nothing_of_what_runs() -> None:
    assert status("env.runtime_mode", {**MODE, "sources": [FILE]}, (FILE, PROD))[0] is Status.ERROR


def test_one_process_of_several_in_another_mode_fails() -> None:
    answer = told(MODE, Variables(PROD, process=PROCESS), Variables({**PROD, "NODE_ENV": "test"}, process=PROCESS))
    answers = {line(RUNNING): answer, line(UNIT): told(MODE, Variables(PROD))}
    assert status("env.runtime_mode", MODE, **answers)[0] is Status.FAIL


def test_a_container() -> None:
    source = {"container": "api", "client": "docker"}
    options = {**MODE, "sources": [{"container": "api"}]}
    assert status("env.runtime_mode", options, (source, PROD))[0] is Status.PASS
    assert status("env.runtime_mode", options, (source, {**PROD, "NODE_ENV": "dev"}))[0] is Status.FAIL
    assert status("env.runtime_mode", options, (source, CannotLook("unreachable", "x")))[0] is Status.ERROR


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ({"expires": "2999-01-01"}, "FEATURE_CHECKOUT has no owner"),
        ({"owner": "ann"}, "FEATURE_CHECKOUT has no date on which it expires"),
        ({"owner": "ann", "expires": "soon"}, "FEATURE_CHECKOUT has no date on which it expires"),
        ({"owner": "ann", "expires": "2020-01-01"}, "FEATURE_CHECKOUT expired on 2020-01-01"),
        (None, "FEATURE_CHECKOUT has no owner"),
    ],
)
def test_a_flag_has_an_owner_and_an_end(flag: Any, message: str) -> None:
    got, said = status("env.feature_flags", {**OPTIONS, "flags": {"FEATURE_CHECKOUT": flag}}, (FILE, GOOD))
    assert got is Status.FAIL
    assert message in said


@pytest.mark.parametrize(
    "options",
    [
        {"sources": [{}]},
        {"sources": [{"compose": "/x"}]},
        {"sources": [{"service": "x", "file": ["/x"]}]},
        {"sources": [FILE], "other_environments": {"staging": "/x"}},
        {"sources": [FILE], "other_environments": {"staging": {"file": "/x", "fingerprints": {}}}},
        {"sources": [FILE], "other_environments": {"staging": {"fingerprints": {"A": {"salt": "x"}}}}},
    ],
)
def test_options_that_make_no_sense_prove_nothing(options: dict[str, Any]) -> None:
    with pytest.raises(NotAsked):
        proven("env.required_present", {"required": ["A"], **options})
