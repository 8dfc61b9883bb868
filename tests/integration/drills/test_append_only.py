# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attempts on real tables: refused by rights, by triggers, by row security, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.golive.verify.plugins.action import drill_append_only
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.drills.exercise import exercise
from tests.integration.drills.scratch_server import NEEDS_POSTGRESQL, ScratchServer, public_directory

pytestmark = [pytest.mark.timeout(120), NEEDS_POSTGRESQL]
SETUP = """
CREATE ROLE app;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
CREATE TABLE rights (id int GENERATED ALWAYS AS IDENTITY, "What" text NOT NULL);
CREATE TABLE blind (LIKE rights INCLUDING ALL);
CREATE TABLE guarded (LIKE rights INCLUDING ALL);
CREATE TABLE hidden (LIKE rights INCLUDING ALL);
CREATE TABLE open (LIKE rights INCLUDING ALL);
CREATE TABLE truncatable (LIKE rights INCLUDING ALL);
CREATE TABLE disabled (LIKE rights INCLUDING ALL);
CREATE TABLE empty (LIKE rights INCLUDING ALL);
INSERT INTO rights ("What") VALUES ('it was'); INSERT INTO blind ("What") VALUES ('it was');
INSERT INTO guarded ("What") VALUES ('it was'); INSERT INTO hidden ("What") VALUES ('it was');
INSERT INTO open ("What") VALUES ('it was'); INSERT INTO truncatable ("What") VALUES ('it was');
INSERT INTO disabled ("What") VALUES ('it was');
GRANT SELECT, INSERT ON rights, truncatable, empty TO app;
GRANT INSERT ON blind TO app;
GRANT TRUNCATE ON truncatable TO app;
GRANT ALL ON guarded, open, disabled TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON hidden TO app;
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY grows ON hidden FOR INSERT WITH CHECK (true);
CREATE POLICY shows ON hidden FOR SELECT USING (true);
CREATE TRIGGER rows BEFORE UPDATE OR DELETE ON guarded FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER all_of_it BEFORE TRUNCATE ON guarded EXECUTE FUNCTION refuse();
CREATE TRIGGER rows BEFORE UPDATE OR DELETE ON disabled FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER all_of_it BEFORE TRUNCATE ON disabled EXECUTE FUNCTION refuse();
ALTER TABLE disabled DISABLE TRIGGER rows;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ScratchServer]:
    with public_directory() as place:
        found = ScratchServer(place)
        with found:
            found.sql(SETUP)
            yield found


def attempt(server: ScratchServer, table: str, role: str = "app") -> Verdict:
    return exercise(drill_append_only.ActionModule, database=server.conninfo, tables=[table], role=role)[0]


@pytest.mark.parametrize("table", ["rights", "blind", "guarded", "hidden", "public.rights"])
def test_what_may_only_grow_passes(server: ScratchServer, table: str) -> None:
    verdict = attempt(server, table)
    assert verdict.status is Status.PASS, verdict.message


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("open", "UPDATE open"),
        ("truncatable", "TRUNCATE truncatable"),
        ("disabled", "UPDATE disabled"),
        ("empty", "empty has a row"),
        ("nowhere", "nowhere has a row"),
    ],
)
def test_what_can_be_changed_fails(server: ScratchServer, table: str, problem: str) -> None:
    verdict = attempt(server, table)
    assert verdict.status is Status.FAIL
    assert problem in verdict.message


def test_nothing_was_changed(server: ScratchServer) -> None:
    for table in ("open", "truncatable", "disabled"):
        attempt(server, table)
        server.sql(f"SELECT 1 / count(*) FROM {table}")


def test_a_role_that_is_not_there_never_passes(server: ScratchServer) -> None:
    assert attempt(server, "rights", "nobody").status is not Status.PASS
