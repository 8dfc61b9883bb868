# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Card numbers in files that were really exported: none, some in each format, what hides them, what is not there."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import os
import pwd
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.card_data import ActionModule as CardData
from ansible_collections.golive.verify.plugins.plugin_utils import engine
from ansible_collections.golive.verify.plugins.plugin_utils.look import Answer, Request
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.integration.verifiers.live import prove_live

VISA, SPACED, AMEX = "4111111111111111", "5555 5555 5555 4444", "3782-822463-10005"
ROWS = [["id", "name", "note", "reference"], *([str(n), "Ann Müller", "ring twice", f"{n:016d}"] for n in range(1, 99))]
# More than a megabyte, in few lines, which take less time.
LONG = (b"1," + b"ring twice " * 300 + b"\n") * 350


def as_csv(number: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([*ROWS, ["99", "Bob", f"paid with {number}", "7"]])
    return out.getvalue().encode()


def as_json(number: str) -> bytes:
    """All of it in one line, longer than is searched at once."""
    filler = [{"id": n, "note": "ring twice at 4111 Main Street"} for n in range(900)]
    return json.dumps([*filler, {"id": 99, "card": number}]).encode()


def as_dump(number: str) -> bytes:
    lines = ["COPY public.orders (id, note, paid_at) FROM stdin;", f"1\t{number}\t2026-01-02 10:11:12", "\\."]
    return ("\n".join(lines) + "\n").encode()


FORMATS: dict[str, Callable[[str], bytes]] = {
    "orders.csv": as_csv,
    "orders.json": as_json,
    "shop.sql": as_dump,
    "orders.csv.gz": lambda number: gzip.compress(as_csv(number)),
    "shop.sql.bz2": lambda number: bz2.compress(as_dump(number)),
    "latin.csv": lambda number: as_csv(number).decode().encode("latin-1"),
}


def verdict(path: str | Path, host: Any = engine.on_controller, **options: Any) -> Verdict:
    (one,) = prove_live(CardData, "payments.no_pan_stored", {"files": [str(path)], **options}, host)
    return one


@pytest.mark.parametrize("name", FORMATS)
def test_none_and_some_in_each_format(name: str, tmp_path: Path) -> None:
    for number in ("", VISA, SPACED, AMEX, "4111111111111112", "tok4111111111111111"):
        (tmp_path / name).write_bytes(FORMATS[name](number))
        travelled: list[Answer] = []

        def host(requests: Sequence[Request], travelled: list[Answer] = travelled) -> Sequence[Answer]:
            travelled += engine.on_controller(requests)
            return travelled

        said = verdict(tmp_path / name, host)
        found = number in (VISA, SPACED, AMEX)
        assert said.status is (Status.FAIL if found else Status.PASS), (number, said)
        assert ("with a card number" in said.message) is found
        assert not number or number not in str(travelled) + str(said)


def test_codes_of_cards_in_requests_that_were_kept(tmp_path: Path) -> None:
    kept = tmp_path / "requests.jsonl"
    kept.write_text('{"card": {"last4": "1111", "cvc_check": "pass"}}\n')
    assert verdict(kept).status is Status.PASS
    kept.write_text('{"card": {"last4": "1111", "CVC": "123"}}\n')
    said = verdict(kept)
    assert (said.status, "1 line" in said.message, "security code" in said.message) == (Status.FAIL, True, True)


def test_all_files_of_a_pattern(tmp_path: Path) -> None:
    for day in range(5):
        (tmp_path / f"2026-01-0{day + 1}").mkdir()
        (tmp_path / f"2026-01-0{day + 1}" / "orders.csv.gz").write_bytes(
            gzip.compress(as_csv(VISA if day == 2 else ""))
        )
    said = verdict(tmp_path / "**" / "*.csv*")
    assert said.status is Status.FAIL
    assert f"1 line ({tmp_path}/2026-01-03/orders.csv.gz:100) with a card number" in said.message
    assert said.actual["lines"] == 5 * 100


def test_numbers_that_may_be_there(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(as_csv(VISA))
    assert verdict(tmp_path / "orders.csv", allowed_values=["^4111"]).status is Status.PASS
    assert verdict(tmp_path / "orders.csv", allowed_values=["^4242"]).status is Status.FAIL


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as workbook:
        workbook.writestr("xl/worksheets/sheet1.xml", f"<v>{VISA}</v>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "because"),
    [
        ("orders.xlsx", zipped(), "of no text, such as what is packed or encrypted"),
        ("orders.csv", f"id;card\n1;{VISA}\n".encode("utf-16"), "of no text"),
        ("orders.csv", gzip.compress(as_csv(VISA)), "of no text"),
        ("orders.csv.xz", b"", "there is no line to search"),
        ("orders.csv.xz", b"\xfd7zXZ\x00", "only gzip and bzip2 are read"),
        ("orders.csv.gz", gzip.compress(as_csv(VISA))[:-200], "malformed"),
        ("orders.csv", b"", "there is no line to search"),
        ("orders.csv", b"\n" * 9, "there is no line to search"),
        ("orders.csv", LONG, "only the newest 1 MB were read"),
        ("orders.csv.gz", gzip.compress(LONG), "only the newest 1 MB were read"),
    ],
)
def test_what_hides_them_is_an_error(name: str, content: bytes, because: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "sound.csv").write_bytes(as_csv(""))
    said = verdict(tmp_path / name, max_scan_megabytes=1)
    assert (said.status, because in said.message) == (Status.ERROR, True), said
    if "no text" in because:
        said = verdict(tmp_path / "*")
        assert (said.status, name in said.message) == (Status.ERROR, True), said


def test_what_is_not_there(tmp_path: Path) -> None:
    for path, because in ((tmp_path / "*.csv", "there is no"), (tmp_path, "is no file"), ("exports/*.csv", "absolute")):
        said = verdict(path)
        assert (said.status, because in said.message) == (Status.ERROR, True), said


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody who may not read")
def test_what_may_not_be_read() -> None:
    if not any(each.pw_name == "nobody" for each in pwd.getpwall()):
        pytest.skip("needs a user nobody")
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        closed = Path(place) / "orders.csv"
        closed.write_bytes(as_csv(""))
        closed.chmod(0o600)
        assert verdict(closed).status is Status.PASS
        pid = os.fork()
        if not pid:
            denied = False
            try:
                os.setuid(pwd.getpwnam("nobody").pw_uid)
                said = verdict(closed)
                denied = said.status is Status.ERROR and "denied" in said.message
            finally:
                os._exit(not denied)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
