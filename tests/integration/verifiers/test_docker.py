# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docker verifier against a real engine, images, containers and registry. Only what Compose renders is recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.docker import ActionModule as Docker
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.engines import Engine, docker_engine, registry
from tests.integration.verifiers.live import prove_live

HEALTHY = ("USER 1000", 'HEALTHCHECK --interval=1s CMD ["/bin/true"]')
SUPPORTED = {"end_of_life": {"docker 20.10": "2099-01-01"}, "data_volume": False}


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    """An engine in which good and bad images run, some of a registry; and the registry's address."""
    with registry() as address, docker_engine(tmp_path_factory.mktemp("docker")) as engine:
        api = f"{address}/shop/api"
        engine.image(f"{api}:1.4.0", *HEALTHY, "ENV NODE_VERSION=24.1.0")
        engine.image(f"{api}:latest", *HEALTHY, "LABEL other=1")
        engine.image(f"{api}:fat", "ENV API_TOKEN=hunter2 NODE_VERSION=16.20.2", size=2_000_000)
        engine.image("shop/local:1.0.0", *HEALTHY, release='ID=alpine\nVERSION_ID="3.12.1"\n')
        engine.image("shop/scratch:1.0.0", *HEALTHY, release="")
        for tag in ("1.4.0", "latest", "fat"):
            engine("push", "-q", f"{api}:{tag}")
            engine.run(f"api-{tag}", f"{api}:{tag}")
        for name in ("local", "scratch"):
            engine.run(name, f"shop/{name}:1.0.0")
        yield engine, api


def prove(engine: Engine, control: str, **options: Any) -> list[Verdict]:
    return prove_live(Docker, control, {"client": str(engine.client), **options})


def of_image(verdicts: list[Verdict], name: str) -> Verdict:
    (found,) = [verdict for verdict in verdicts if verdict.subject == f"image {name}"]
    return found


def failed(found: Verdict, says: str) -> None:
    assert found.status is Status.FAIL, found
    assert says in found.message


def test_an_engine_that_is_supported_and_set_up_passes(pushed: tuple[Engine, str], tmp_path: Path) -> None:
    (tmp_path / "daemon.json").write_text('{"log-opts": {"max-size": "10m"}}')
    options = SUPPORTED | {"daemon_json": str(tmp_path / "daemon.json")}
    (found,) = prove(pushed[0], "docker.engine", **options, live_restore=False, log_opts={"max-size": "10m"})
    assert found.status is Status.PASS, found


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"live_restore": True}, "live-restore is False, not True"),
        ({"userns_remap": True}, "userns-remap is False"),
        ({"log_driver": "journald"}, "log-driver is json-file"),
        ({}, "no max-size"),
        ({"end_of_life": {"docker 20.10": "2020-01-01"}}, "gets no fixes since"),
    ],
)
def test_an_engine_that_is_not_as_wanted_fails(
    pushed: tuple[Engine, str], options: dict[str, Any], says: str, tmp_path: Path
) -> None:
    (found,) = prove(pushed[0], "docker.engine", **SUPPORTED | {"daemon_json": str(tmp_path / "none")} | options)
    failed(found, says)


def test_the_data_of_an_engine_is_on_its_own_volume_or_fails(pushed: tuple[Engine, str]) -> None:
    (found,) = prove(pushed[0], "docker.engine", **SUPPORTED | {"data_volume": True})
    same = Path("/").stat().st_dev == pushed[0].data.stat().st_dev
    assert ("on the system disk" in found.message) is same


def test_an_engine_that_cannot_be_asked_is_an_error(pushed: tuple[Engine, str], tmp_path: Path) -> None:
    garbage = tmp_path / "docker"
    garbage.write_text("#!/bin/sh\necho fine\n")
    garbage.chmod(0o755)
    down = f"unix://{tmp_path}/socket"
    for options in ({"client": "/nowhere/docker"}, {"client": str(garbage)}, {"client": "docker", "host": down}):
        for control, more in (
            ("docker.engine", SUPPORTED),
            ("docker.base_fresh", {}),
            ("docker.image_provenance", {"registries": ["docker.io"]}),
            ("docker.image_build", {"images": ["*"]}),
            ("docker.compose", {"compose_files": [{"path": "/none.yml", "reviewed": "/none.yml"}]}),
        ):
            verdicts = prove_live(Docker, control, {**options, **more})
            assert {verdict.status for verdict in verdicts} == {Status.ERROR}, (options, control)


def test_images_are_pinned_and_from_an_allowed_registry(pushed: tuple[Engine, str]) -> None:
    engine, api = pushed
    digest = json.loads(engine("image", "inspect", "--format", "{{json .RepoDigests}}", f"{api}:1.4.0"))[0]
    verdicts = prove(engine, "docker.image_provenance", registries=[api.rpartition("/")[0]])
    good = of_image(verdicts, f"{api}:1.4.0")
    assert good.status is Status.PASS, good
    failed(of_image(verdicts, f"{api}:latest"), "runs as latest")
    failed(of_image(verdicts, f"{api}:fat"), "neither a version nor a commit")
    failed(of_image(verdicts, "shop/local:1.0.0"), "never in a registry")
    failed(
        of_image(prove(engine, "docker.image_provenance", registries=["ghcr.io"]), f"{api}:1.4.0"), "not from ghcr.io"
    )
    built = {"registries": [api.rpartition("/")[0]], "digests": {api: digest.partition("@")[2]}}
    verdicts = prove(engine, "docker.image_provenance", **built)
    assert of_image(verdicts, f"{api}:1.4.0").status is Status.PASS
    failed(of_image(verdicts, f"{api}:latest"), "not as sha256:")
    assert verdicts[-1].status is Status.PASS
    failed(
        prove(engine, "docker.image_provenance", **built | {"digests": {"ghcr.io/x": "sha256:1"}})[-1], "nothing runs"
    )


def test_bases_are_fresh(pushed: tuple[Engine, str]) -> None:
    engine, api = pushed
    verdicts = prove(engine, "docker.base_fresh", end_of_life={"debian 12": "2099-01-01", "node 24": "2099-01-01"})
    good = of_image(verdicts, f"{api}:1.4.0")
    assert good.status is Status.PASS, good
    assert good.actual["base"] == "debian 12"
    failed(of_image(verdicts, f"{api}:fat"), "node 16.20.2 gets no fixes since 2023-09-11")
    failed(of_image(verdicts, "shop/local:1.0.0"), "alpine 3.12.1 gets no fixes since")
    assert of_image(verdicts, "shop/scratch:1.0.0").status is Status.ERROR
    failed(
        of_image(prove(engine, "docker.base_fresh", max_image_age_days=-1), f"{api}:1.4.0"), "it was built 0 days ago"
    )


def test_images_are_lean(pushed: tuple[Engine, str]) -> None:
    engine, api = pushed
    verdicts = prove(engine, "docker.image_build", images=[f"{api}:*"], max_image_megabytes=1)
    assert of_image(verdicts, f"{api}:1.4.0").status is Status.PASS
    fat = of_image(verdicts, f"{api}:fat")
    for says in ("2 MB, not at most 1", "no USER", "no HEALTHCHECK", "API_TOKEN is in it"):
        failed(fat, says)
    assert "hunter2" not in str(fat)
    grown = {"previous_images": {f"{api}:*": f"{api}:1.4.0"}, "images": [f"{api}:*"]}
    failed(of_image(prove(engine, "docker.image_build", **grown), f"{api}:fat"), "it grew by")
    assert [each.status for each in prove(engine, "docker.image_build", images=["ghcr.io/*"])] == [Status.ERROR]


RENDERED = {
    "name": "shop",
    "services": {
        "api": {
            "image": "shop/local:1.0.0",
            "restart": "always",
            "environment": {"TOKEN": "hunter2"},
            "deploy": {"resources": {"limits": {"memory": "67108864", "cpus": 0.5}}},
        },
        "migrate": {"image": "shop/local:1.0.0"},
    },
}


@pytest.fixture
def project(pushed: tuple[Engine, str], tmp_path: Path) -> Iterator[tuple[Engine, Path]]:
    """A project as Compose would start it, and a client whose Compose renders what rendered.json holds."""
    engine, _api = pushed
    client = Engine.__new__(Engine)
    client.client = tmp_path / "docker"
    rendered = f'if [ "$1" = compose ]; then exec cat {tmp_path}/rendered.json; fi'
    client.client.write_text(f'#!/bin/sh\n{rendered}\nexec {engine.client} "$@"\n')
    client.client.chmod(0o755)
    (tmp_path / "compose.yml").write_text("services: {}\n")
    (tmp_path / "rendered.json").write_text(json.dumps(RENDERED))

    def labels(service: str) -> list[str]:
        named = {"project": "shop", "service": service, "oneoff": "False"}
        return [f"--label=com.docker.compose.{name}={value}" for name, value in named.items()]

    engine.run("shop-api-1", "shop/local:1.0.0", *labels("api"))
    engine.run("shop-migrate-1", "shop/local:1.0.0", *labels("migrate"), program="true")
    engine.wait("shop-api-1", ".State.Health.Status", "healthy")
    engine.wait("shop-migrate-1", ".State.Status", "exited")
    yield client, tmp_path
    engine("rm", "-f", "shop-api-1", "shop-migrate-1")


def composed(project: tuple[Engine, Path], **options: Any) -> Verdict:
    client, root = project
    sha256 = hashlib.sha256(b"services: {}\n").hexdigest()
    files = {"compose_files": [{"path": str(root / "compose.yml"), "sha256": sha256}], "jobs": ["migrate"]}
    (found,) = prove(client, "docker.compose", **files | options)
    return found


def test_a_project_is_the_reviewed_one_and_runs(pushed: tuple[Engine, str], project: tuple[Engine, Path]) -> None:
    found = composed(project)
    assert found.status is Status.PASS, found
    failed(composed(project, jobs=[]), "shop-migrate-1 is exited")
    failed(composed(project, limits=["pids"]), "api has no limit of pids")
    (project[1] / "reviewed.yml").write_text("services: {}")
    both = {"path": str(project[1] / "compose.yml"), "reviewed": str(project[1] / "reviewed.yml")}
    failed(composed(project, compose_files=[both]), "compose.yml was changed")
    (project[1] / "compose.yml").write_text("services: {} # at night\n")
    failed(composed(project), "compose.yml was changed")
    pushed[0]("stop", "-t", "0", "shop-api-1")
    failed(composed(project), "api runs 0 times, not 1")
    pushed[0]("rm", "shop-api-1", "shop-migrate-1")
    failed(composed(project), "migrate has never run")
    pushed[0].run("shop-api-1", "shop/local:1.0.0")
    pushed[0].run("shop-migrate-1", "shop/local:1.0.0")


def test_a_project_that_cannot_be_rendered_is_an_error(pushed: tuple[Engine, str], tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services: {}\n")
    files = [{"path": str(tmp_path / "compose.yml"), "sha256": hashlib.sha256(b"services: {}\n").hexdigest()}]
    (found,) = prove(pushed[0], "docker.compose", compose_files=files)
    assert found.status is Status.ERROR
    assert "compose" in found.message


@pytest.fixture(scope="module")
def open_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine without containers, which everybody on this machine can talk to."""
    with docker_engine(tmp_path_factory.mktemp("open"), "--host=tcp://127.0.0.1:0") as engine:
        yield engine


def test_an_engine_that_answers_everybody_over_tcp_fails(open_engine: Engine) -> None:
    (found,) = prove(open_engine, "docker.engine", **SUPPORTED)
    failed(found, "the engine answers everybody on 127.0.0.1")


def test_an_engine_without_containers_proves_nothing(open_engine: Engine) -> None:
    for control, options in (
        ("docker.base_fresh", {}),
        ("docker.image_provenance", {"registries": ["docker.io"]}),
        ("docker.image_build", {"images": ["*"]}),
    ):
        assert [each.status for each in prove(open_engine, control, **options)] == [Status.ERROR]
