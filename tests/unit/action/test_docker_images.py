# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docker verifier against recorded answers about images, and against build files."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.docker import ActionModule as Docker
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.docker import build, images
from ansible_collections.golive.verify.plugins.plugin_utils.docker.client import template
from ansible_collections.golive.verify.plugins.plugin_utils.docker.images import Reference
from ansible_collections.golive.verify.plugins.plugin_utils.docker.lifetimes import end_problems
from ansible_collections.golive.verify.plugins.plugin_utils.interface import NotAsked
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.test_service import CANNOT, path, ran
from tests.unit.proving import prove

NAME = "ghcr.io/shop/api:1.4.0"
DIGEST = "sha256:" + "a" * 64
PS = f"docker ps --no-trunc --format '{template(images._RUNNING)}'"
INSPECT = f"docker image inspect --format '{template(images._FIELDS, images._LISTS)}'"
PIDS = f"docker container inspect --format '{template({'pid': '.State.Pid'})}' c1"
HISTORY = f"docker history --no-trunc --format '{template({}, build._ASSIGNED)}' {NAME}"
ROOT = "cat /proc/77/root/"
ABSENT = CannotLook("not_found", "x")


def image(**more: Any) -> dict[str, Any]:
    built = datetime.fromtimestamp(time.time() - 30 * 86400, UTC).isoformat().replace("+00:00", "123Z")
    usual = {"id": "sha256:1", "digests": [f"ghcr.io/shop/api@{DIGEST}"], "created": built, "size": 120_000_000}
    lists = {"env": ["PATH", None], "versions": ["NODE_VERSION=24.1.0", None]}
    return {**usual, "user": "node", "health": ["CMD", "true"], "base": "", **lists, **more}


def said(*objects: Mapping[str, Any]) -> dict[str, Any]:
    return ran("\n".join(map(json.dumps, objects)))


def runs(name: str = NAME) -> dict[str, Any]:
    return {PS: said({"id": "c1", "name": "api", "image": name})}


def answers(name: str = NAME, **more: Any) -> dict[str, Any]:
    release = path("x", content='ID=debian\nVERSION_ID="13"\n')
    steps = said({"assigned": ["NODE_VERSION", None]}, {"assigned": [None]})
    return {
        **runs(name),
        f"{INSPECT} {name}": said(image(**more)),
        PIDS: said({"pid": 77}),
        f"{ROOT}usr/lib/os-release": release,
        f"{ROOT}etc/os-release": ABSENT,
        HISTORY: steps,
    }


def judged(control: str, options: Mapping[str, Any], answers: Mapping[str, Any]) -> Verdict:
    return prove(Docker, control, options, answers)[0]


def failed(found: Verdict, says: str) -> None:
    assert found.status is Status.FAIL, found
    assert says in found.message


ALLOWED = {"registries": ["ghcr.io/shop"]}
FRESH = {"end_of_life": {"debian 13": "2999-01-01", "node 24": "2999-01-01"}}
OURS = {"images": ["ghcr.io/shop/*"]}
CONTROLS: dict[str, dict[str, Any]] = {
    "docker.image_provenance": ALLOWED,
    "docker.base_fresh": FRESH,
    "docker.image_build": OURS,
}


@pytest.mark.parametrize("control", CONTROLS)
def test_a_good_image_passes(control: str) -> None:
    found = judged(control, CONTROLS[control], answers())
    assert found.status is Status.PASS, found


@pytest.mark.parametrize("reason", CANNOT)
@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("line", [PS, f"{INSPECT} {NAME}"])
def test_images_that_cannot_be_seen_are_an_error(line: str, control: str, reason: str) -> None:
    found = judged(control, CONTROLS[control], {**answers(), line: CannotLook(reason, "x")})
    assert found.status is Status.ERROR


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("text", ["", "fine", "[]", '{"id": "c1"}\n{"id": "c2"}\nx'])
def test_answers_that_are_not_understood_are_an_error(control: str, text: str) -> None:
    for line in (PS, f"{INSPECT} {NAME}"):
        assert judged(control, CONTROLS[control], {**answers(), line: ran(text)}).status is Status.ERROR


def test_what_to_prove_is_asked_for() -> None:
    for control, says in (("docker.image_provenance", "registries"), ("docker.image_build", "images or dockerfiles")):
        with pytest.raises(NotAsked, match=says):
            prove(Docker, control, {}, {})


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("ghcr.io/shop/api", {}, "runs as latest"),
        ("ghcr.io/shop/api:latest", {}, "runs as latest"),
        ("ghcr.io/shop/api:stable", {}, "neither a version nor a commit"),
        (NAME, {"digests": []}, "was built or loaded on the host"),
        (NAME, {"digests": None}, "was built or loaded on the host"),
        (NAME, {"digests": [f"ghcr.io/shopping/api@{DIGEST}"]}, "comes from ghcr.io/shopping/api"),
        (NAME, {"digests": [f"shop/api@{DIGEST}"]}, "comes from docker.io/shop/api"),
        ("sha256:" + "b" * 64, {}, "has no name any more"),
        ("bbbbbbbbbbbb", {}, "has no name any more"),
    ],
)
def test_an_image_that_is_not_pinned_or_from_elsewhere_fails(name: str, more: dict[str, Any], says: str) -> None:
    failed(judged("docker.image_provenance", ALLOWED, answers(name, **more)), says)


@pytest.mark.parametrize("tag", ["1.4", "v1.4.0-rc.1", "3f78685", "sha-3f78685", f"1.4.0@{DIGEST}"])
def test_a_version_a_commit_or_a_digest_pins(tag: str) -> None:
    assert judged("docker.image_provenance", ALLOWED, answers(f"ghcr.io/shop/api:{tag}")).status is Status.PASS
    assert judged("docker.image_provenance", ALLOWED, answers(f"ghcr.io/shop/api@{DIGEST}")).status is Status.PASS


def test_what_runs_is_what_was_built() -> None:
    def built(**digests: str) -> list[Verdict]:
        named = {name.replace("_", "/"): digest for name, digest in digests.items()}
        options = ALLOWED | {"digests": {f"ghcr.io/{name}": digest for name, digest in named.items()}}
        return prove(Docker, "docker.image_provenance", options, answers())

    assert [each.status for each in built(shop_api=DIGEST)] == [Status.PASS, Status.PASS]
    failed(built(shop_api="sha256:other")[0], "not as sha256:other")
    failed(built(shop_web=DIGEST)[1], "nothing runs of ghcr.io/shop/web")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("nginx", ("docker.io/library/nginx", "latest", "")),
        ("shop/api:1", ("docker.io/shop/api", "1", "")),
        ("localhost:5000/api", ("localhost:5000/api", "latest", "")),
        (f"ghcr.io/a/b:2@{DIGEST}", ("ghcr.io/a/b", "2", DIGEST)),
        (f"ghcr.io/a/b@{DIGEST}", ("ghcr.io/a/b", "", DIGEST)),
    ],
)
def test_how_images_are_called(text: str, parsed: tuple[str, str, str]) -> None:
    assert Reference.parse(text) == Reference(*parsed)


def base(files: Mapping[str, Any] | None = None, **more: Any) -> Verdict:
    options = {"end_of_life": {"node 24": "2999-01-01", "debian 13": "2999-01-01", "alpine 3.12": "2022-05-01"}}
    given = {f"{ROOT}{place}": fact for place, fact in (files or {}).items()}
    return judged("docker.base_fresh", options, {**answers(**more), **given})


def release(text: str, **more: Any) -> dict[str, Any]:
    return path("x", content=text, **more)


@pytest.mark.parametrize(
    ("files", "more", "says"),
    [
        ({"usr/lib/os-release": release("ID=debian\nVERSION_ID='9'\n")}, {}, "debian 9 gets no fixes"),
        (
            {"usr/lib/os-release": ABSENT, "etc/os-release": release("ID=alpine\nVERSION_ID=3.12.1\n")},
            {},
            "alpine 3.12.1",
        ),
        ({}, {"versions": ["NODE_VERSION=16.20.2", None]}, "node 16.20.2 gets no fixes since 2023-09-11"),
        ({}, {"created": "2020-01-01T00:00:00Z"}, "days ago, not at most 90"),
    ],
)
def test_an_image_on_an_old_base_fails(files: dict[str, Any], more: dict[str, Any], says: str) -> None:
    failed(base(files, **more), says)


@pytest.mark.parametrize(
    ("files", "more"),
    [
        ({"usr/lib/os-release": ABSENT}, {}),
        ({"usr/lib/os-release": CannotLook("denied", "x")}, {}),
        (
            {"usr/lib/os-release": ABSENT, "etc/os-release": release("ID=debian\nVERSION_ID=13", link_target="/usr/x")},
            {},
        ),
        ({"usr/lib/os-release": release("ID=wolfi\nVERSION_ID=20230201\n")}, {}),
        ({"usr/lib/os-release": release("ID=debian\n")}, {}),
        ({"usr/lib/os-release": release("")}, {}),
        ({}, {"versions": ["NODE_VERSION=99.0.0", None]}),
        ({}, {"created": "soon"}),
        ({}, {"created": "2999-01-01T00:00:00Z"}),
    ],
)
def test_a_base_of_which_nobody_knows_is_an_error(files: dict[str, Any], more: dict[str, Any]) -> None:
    assert base(files, **more).status is Status.ERROR


@pytest.mark.parametrize("text", ["", '{"pid": 0}', '{"pid": "x"}'])
def test_a_container_that_stopped_meanwhile_is_an_error(text: str) -> None:
    assert judged("docker.base_fresh", FRESH, {**answers(), PIDS: ran(text)}).status is Status.ERROR


def test_what_is_known_of_ends() -> None:
    day = date(2026, 4, 30)
    assert end_problems("node", "20.1.0", {}, day) == []
    assert end_problems("node", "20.1.0", {}, date(2026, 5, 1))
    assert end_problems("docker", "29.1", {}, date(2099, 1, 1)) == []
    assert end_problems("ubuntu", "20.04", {"ubuntu 20.04": "2030-04-30"}, day) == []
    assert end_problems("ubuntu", "20.04", {"ubuntu 20": "2026-04-29"}, day)
    for declared in ({}, {"plan9 4": "some day"}):
        with pytest.raises(CannotLook):
            end_problems("plan9", "4", declared, day)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"size": 1_900_000_000}, "1900 MB, not at most 500"),
        ({"user": ""}, "runs as root"),
        ({"user": "0:0"}, "runs as root"),
        ({"health": None}, "no HEALTHCHECK"),
        ({"health": ["NONE"]}, "no HEALTHCHECK"),
        ({"env": ["DB_PASSWORD", None]}, "DB_PASSWORD is in it"),
    ],
)
def test_an_image_that_is_not_lean_fails(more: dict[str, Any], says: str) -> None:
    failed(judged("docker.image_build", OURS, answers(**more)), says)


def test_secrets_of_steps_and_growth_fail() -> None:
    leaked = {**answers(), HISTORY: said({"assigned": ["NPM_TOKEN", "--from", None]})}
    failed(judged("docker.image_build", OURS, leaked), "NPM_TOKEN is in it")
    before = {"previous_images": {"ghcr.io/shop/api:*": "ghcr.io/shop/api:1.3.0"}}
    for size, status in ((110_000_000, Status.PASS), (90_000_000, Status.FAIL), (0, Status.ERROR)):
        two = {f"{INSPECT} {NAME} ghcr.io/shop/api:1.3.0": said(image(), image(size=size))}
        found = judged("docker.image_build", OURS | before, {**answers(), **two})
        assert found.status is status
    assert judged("docker.image_build", OURS, {**answers(), HISTORY: ran("")}).status is Status.ERROR
    assert judged("docker.image_build", {"images": ["other/*"]}, answers()).status is Status.ERROR


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *[
            (name, True)
            for name in ("DB_PASSWORD", "NPM_TOKEN", "AWS_SECRET_ACCESS_KEY", "API_KEY", "--password", "apikey")
        ],
        *[
            (name, False)
            for name in ("PATH", "GPG_KEY", "PASSWORD_FILE", "TOKENIZERS", "NODE_VERSION", "--mount", "KEY")
        ],
    ],
)
def test_what_is_named_like_a_secret(name: str, secret: bool) -> None:
    assert build.is_secret(name) is secret


GOOD = """\
# syntax=docker/dockerfile:1
ARG NODE=24
FROM --platform=linux/amd64 node:${NODE}-slim AS build
RUN --mount=type=secret,id=npm npm ci \\
    # a remark
    && npm run build
FROM gcr.io/distroless/nodejs24:nonroot-1.0
COPY --from=build /app /app
USER nonroot
HEALTHCHECK --interval=10s CMD ["/app/healthy"]
CMD ["/app/main"]
"""


def test_a_good_build_file_passes() -> None:
    assert build.file_problems(GOOD, ignored=True) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (" AS build", "\nFROM build", "FROM build is not pinned"),
        ("node:${NODE}-slim", "node", "FROM node is not pinned"),
        ("node:${NODE}-slim", "node:latest", "FROM node:latest is not pinned"),
        ("USER nonroot\n", "", "runs as root"),
        ("USER nonroot\n", "USER nonroot\nUSER root\n", "runs as root"),
        ("HEALTHCHECK --interval=10s CMD", "LABEL a=", "no HEALTHCHECK"),
        ("COPY --from", "ENV API_TOKEN=x\nCOPY --from", "ENV API_TOKEN puts a secret"),
        ("COPY --from", "ENV API_TOKEN x\nCOPY --from", "ENV API_TOKEN puts a secret"),
        ("ARG NODE=24", "ARG NPM_TOKEN=x", "ARG NPM_TOKEN puts a secret"),
        ("COPY --from", "ADD https://example.com/x /x\nCOPY --from", "ADD https://example.com/x"),
    ],
)
def test_a_bad_build_file_fails(old: str, new: str, says: str) -> None:
    assert any(says in problem for problem in build.file_problems(GOOD.replace(old, new), ignored=True))


def test_build_files_are_read_on_the_controller() -> None:
    def file(text: Any, ignored: Any = ABSENT) -> Verdict:
        given = path("x", content=text) if isinstance(text, str) else text
        looks = {"cat /checkout/Dockerfile": given, "stat -L /checkout/.dockerignore": ignored}
        return judged("docker.image_build", {"dockerfiles": ["/checkout/Dockerfile"]}, looks)

    assert file(GOOD, path("x")).status is Status.PASS
    failed(file(GOOD), "no .dockerignore")
    failed(file("FROM node:24-slim\n", path("x")), "it has 1 FROM")
    failed(file("", path("x")), "it has 0 FROM")
    for reason in (*CANNOT, "not_found"):
        assert file(CannotLook(reason, "x"), path("x")).status is Status.ERROR
