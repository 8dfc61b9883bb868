# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project of Google Cloud is entered, what its errors mean, and who its principals are."""

from __future__ import annotations

import json
from typing import Any

import google.auth
import pytest
from google.auth import exceptions, impersonated_credentials

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.gcp import errors, project
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.principals import (
    allows,
    known,
    of_google,
    outside,
    wide,
)
from ansible_collections.golive.verify.plugins.plugin_utils.gcp.project import Project, Reader

ERROR = {"code": 403, "message": "so it is", "status": "PERMISSION_DENIED"}


class Credentials:
    """Some that Google's library might find; what happens to them is told in done."""

    def __init__(self, error: Exception | None = None, **done: Any) -> None:
        self.error, self.done = error, done

    def refresh(self, _request: Any) -> None:
        if self.error:
            raise self.error


def refused(asked: Project) -> CannotLook:
    with pytest.raises(CannotLook) as caught:
        Reader(asked).get("iam", "v1/roles/viewer", "")
    return caught.value


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "MISSING", "No module named 'google'")
    with pytest.raises(CannotLook, match="pip install google-auth"):
        Project("shop")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (exceptions.DefaultCredentialsError("none"), "denied"),
        (exceptions.RefreshError("iam.serviceAccounts.getAccessToken denied"), "denied"),
        (exceptions.TransportError("no route"), "unreachable"),
    ],
)
def test_credentials_that_are_missing_or_refused_are_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    asked = []

    def default(**options: Any) -> Any:
        asked.append(options)
        return Credentials(error), None

    monkeypatch.setattr(google.auth, "default", default)
    shop = Project("shop", quota_project="bill")
    assert refused(shop).reason == refused(shop).reason == reason
    assert str(error) in refused(shop).detail
    assert [each["quota_project_id"] for each in asked] == ["bill"]


def test_a_service_account_is_acted_as(monkeypatch: pytest.MonkeyPatch) -> None:
    found, made = Credentials(), []
    monkeypatch.setattr(google.auth, "default", lambda **_options: (found, None))

    def impersonated(**options: Any) -> Any:
        made.append(options)
        return Credentials()

    monkeypatch.setattr(impersonated_credentials, "Credentials", impersonated)
    Project("shop", impersonate="golive@shop.iam.gserviceaccount.com").session()
    (options,) = made
    assert (options["source_credentials"], options["target_principal"]) == (
        found,
        "golive@shop.iam.gserviceaccount.com",
    )


def test_an_emulator_gets_to_see_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google.auth, "default", lambda **_options: pytest.fail("asked for credentials"))
    session = Project("shop", impersonate="x", endpoint_url="http://127.0.0.1:9").session()
    assert type(session.credentials).__name__ == "AnonymousCredentials"


def test_the_line_asks_the_same_project() -> None:
    shop = Project("shop", impersonate="a@b", quota_project="bill", endpoint_url="http://127.0.0.1:9")
    assert shop.line("bq show x; gcloud iam list") == (
        "bq --project_id=shop show x; gcloud --project=shop iam list  # as a@b  # billed to bill  # at http://127.0.0.1:9"
    )


@pytest.mark.parametrize(
    ("status", "error", "reason", "passing"),
    [
        (403, ERROR, "denied", False),
        (401, ERROR, "denied", False),
        (404, ERROR, "not_found", False),
        (400, ERROR, "malformed", False),
        (500, ERROR, "malformed", True),
        (503, ERROR, "unreachable", True),
        (429, ERROR, "timeout", True),
        (403, {**ERROR, "errors": [{"reason": "rateLimitExceeded"}]}, "timeout", True),
        (403, {**ERROR, "errors": [{"reason": "accessNotConfigured"}]}, "unreachable", False),
        (403, {**ERROR, "details": [{"reason": "SERVICE_DISABLED"}]}, "unreachable", False),
        (400, {**ERROR, "errors": [{"reason": "bytesBilledLimitExceeded"}]}, "too_large", False),
        (404, "invalid_grant", "malformed", False),
        (200, None, "malformed", False),
        (302, None, "malformed", False),
        (502, None, "unreachable", True),
        (404, None, "malformed", False),
    ],
)
def test_errors_are_told_apart(status: int, error: Any, reason: str, passing: bool) -> None:
    body = b"<html>" if error is None else json.dumps({"error": error}).encode()
    with pytest.raises(CannotLook) as caught:
        errors.answer(status, body, "a.b.c")
    assert (caught.value.reason, isinstance(caught.value, errors.Passing)) == (reason, passing)
    if (status, reason) == (403, "denied"):
        assert caught.value.detail == "needs a.b.c: so it is"


@pytest.mark.parametrize("text", [b"[]", b'"x"', b"", b"\xff", b"null"])
def test_what_is_no_object_is_no_answer(text: bytes) -> None:
    with pytest.raises(CannotLook, match="malformed"):
        errors.answer(200, text, "")


def test_one_thing_that_cannot_be_read_hides_no_other() -> None:
    def read(name: str) -> int:
        if name == "odd":
            raise KeyError(name)
        if name == "hidden":
            raise CannotLook("denied", "needs x")
        return len(name)

    assert Reader(Project("shop")).each(["a", "odd", "hidden"], read) == {
        "a": {"value": 1},
        "odd": {"reason": "malformed", "detail": "KeyError: 'odd'"},
        "hidden": {"reason": "denied", "detail": "needs x"},
    }


@pytest.mark.parametrize(
    ("principal", "why"),
    [
        ("allUsers", "everybody"),
        ("domain:example.com", "everybody of example.com"),
        ("user:a@googlemail.com", "a private account"),
        ("user:a@example.com", ""),
        ("group:a@EXAMPLE.com", ""),
        ("user:a@sub.example.com", "of another domain, sub.example.com"),
        ("serviceAccount:a@shop.iam.gserviceaccount.com", ""),
        ("serviceAccount:a@shop.iam.gserviceaccount.com.evil.example", "a service account of another project"),
        ("serviceAccount:a@other.iam.gserviceaccount.com", "a service account of another project"),
        ("serviceAccount:415-compute@developer.gserviceaccount.com", ""),
        ("serviceAccount:9-compute@developer.gserviceaccount.com", "a service account of another project"),
        ("serviceAccount:shop@appspot.gserviceaccount.com", ""),
        ("serviceAccount:shop.svc.id.goog[default/api]", ""),
        ("principalSet://iam.googleapis.com/x/pool/*", "every identity of a whole pool"),
        ("principalSet://iam.googleapis.com/x/pool/attribute.repository/org/shop", ""),
    ],
)
def test_who_is_outside(principal: str, why: str) -> None:
    assert outside(principal, ["example.com"], ["shop", "415"]) == why


def test_who_is_meant() -> None:
    assert wide("user:a@gmail.com") == "a private account"
    assert of_google("serviceAccount:service-415@gcp-sa-pubsub.iam.gserviceaccount.com", ["415"])
    assert not of_google("serviceAccount:service-9@gcp-sa-pubsub.iam.gserviceaccount.com", ["415"])
    assert not of_google("serviceAccount:service-415@evil.example", ["415"])
    assert allows({"group:*@example.com": ["READER"]}, "group:a@example.com", {"READER", "x"})
    assert not allows({"group:*@example.com": ["READER"]}, "group:a@example.com", {"WRITER"})
    assert allows({"group:a@example.com": "READER"}, "group:a@example.com", {"READER"})
    assert not allows({"group:a@example.com": "READER"}, "group:a@example.com", {"R"})
    assert allows({"view:shop.*": None}, "view:shop.d.v", {""})
    for strange in ("", "martian:x", "allusers"):
        with pytest.raises(CannotLook):
            known(strange)
