# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that several files of tests ask, started once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.fakes.aws import FakeAws
    from tests.fakes.gcp import FakeGcp
    from tests.fakes.kubernetes import FakeKubernetes


@pytest.fixture(scope="session")
def aws_server() -> Iterator[FakeAws]:
    from tests.fakes.aws import FakeAws

    with FakeAws() as fake:
        yield fake


@pytest.fixture
def aws(aws_server: FakeAws, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """An empty account, and credentials for it alone."""
    from tests.integration.verifiers import aws_world

    aws_world.enter(monkeypatch)
    aws_server.reset()
    return aws_server


@pytest.fixture(scope="session")
def gcp_server() -> Iterator[FakeGcp]:
    from tests.fakes.gcp import FakeGcp

    with FakeGcp() as fake:
        yield fake


@pytest.fixture
def gcp(gcp_server: FakeGcp, monkeypatch: pytest.MonkeyPatch) -> FakeGcp:
    """Google Cloud with nothing in it, asked again at once."""
    from ansible_collections.golive.verify.plugins.plugin_utils.gcp import project

    monkeypatch.setattr(project, "_FIRST_PAUSE", 0)
    gcp_server.reset()
    return gcp_server


@pytest.fixture(scope="session")
def kubernetes_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeKubernetes, str]]:
    from tests.fakes.kubernetes import FakeKubernetes

    with FakeKubernetes() as fake:
        yield fake, fake.kubeconfig(tmp_path_factory.mktemp("kubernetes") / "config")


@pytest.fixture
def kubernetes(kubernetes_server: tuple[FakeKubernetes, str]) -> FakeKubernetes:
    """A cluster as it should be."""
    from tests.integration.verifiers.kubernetes_world import fill

    kubernetes_server[0].reset()
    fill(kubernetes_server[0])
    return kubernetes_server[0]


@pytest.fixture
def asked(kubernetes_server: tuple[FakeKubernetes, str]) -> dict[str, Any]:
    """The options of a check that looks at all of it."""
    return {
        "kubeconfig": kubernetes_server[1],
        "namespaces": ["shop"],
        "volume_backups": ["velero", "snapshots"],
        "limited_by": ["ResourceQuota", "LimitRange"],
        "resources": ["shop/Service/api", "shop/ConfigMap/settings", "shop/Secret/shop-tls"],
    }
