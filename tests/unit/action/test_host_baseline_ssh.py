# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom an SSH daemon lets in, by what `sshd -T` of OpenSSH 9.2 prints and what grep finds in its files."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.golive.verify.plugins.action.host_baseline import ActionModule as Host
from ansible_collections.golive.verify.plugins.plugin_utils.host_baseline import ssh
from ansible_collections.golive.verify.plugins.plugin_utils.results import Status, Verdict
from tests.unit.action.host_recordings import (
    ABSENT,
    DAY,
    HOUR,
    UNKNOWABLE,
    Recorded,
    argv,
    file,
    glob,
    said,
    stat,
    unit,
)
from tests.unit.proving import prove

MAIN = "/etc/ssh/sshd_config"
ADDED = f"{MAIN}.d/50-cloud.conf"
GENERAL = argv("sshd", "-T", "-f", MAIN)
ROOT, ANYBODY = (argv("sshd", "-T", "-f", MAIN, "-C", who) for who in (ssh._ROOT, ssh._ANYBODY))
GREP = argv(*ssh._grep([MAIN, f"{MAIN}.d"]))
PID = "cat /run/sshd.pid"
INCLUDE = f"{MAIN}:12:Include {MAIN}.d/*.conf\n"
SETTINGS = {
    "usepam": "yes",
    "permitrootlogin": "no",
    "passwordauthentication": "no",
    "kbdinteractiveauthentication": "no",
    "permitemptypasswords": "no",
    "maxauthtries": "6",
    "authenticationmethods": "any",
    "ciphers": "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com",
    "macs": "hmac-sha2-256-etm@openssh.com,hmac-sha1",
    "kexalgorithms": "curve25519-sha256,diffie-hellman-group14-sha256",
    "hostkeyalgorithms": "ssh-ed25519,rsa-sha2-512",
    "pubkeyacceptedalgorithms": "ssh-ed25519,rsa-sha2-512",
    "pidfile": "/run/sshd.pid",
}


def told(**changes: str) -> Recorded:
    return said("".join(f"{name} {value}\n" for name, value in (SETTINGS | changes).items()))


def listening(pid: int | None = 700, denied: bool = False) -> Recorded:
    socket = {"protocol": "tcp", "family": "ipv4", "address": "0.0.0.0", "port": 22, "uid": 0, "pid": pid}
    return {"ss -Hltunp": {"sockets": [{**socket, "process": "sshd"}], "owners_denied": denied}}


GOOD: Recorded = {
    **dict.fromkeys((GENERAL, ROOT, ANYBODY), told()),
    GREP: said(f"{INCLUDE}{MAIN}:57:PasswordAuthentication no\n"),
    **stat(MAIN, age=3 * DAY),
    **glob(f"{MAIN}.d/*.conf", file(ADDED, age=2 * DAY)),
    **listening(),
    PID: file("/run/sshd.pid", age=DAY, content="700\n"),
    "cat /var/run/sshd.pid": file("/var/run/sshd.pid", age=DAY, content="700\n"),
    **dict.fromkeys(("systemctl show ssh.socket", "systemctl show sshd.socket"), ABSENT),
}


def policy(changes: Recorded, **options: Any) -> Verdict:
    (verdict,) = prove(Host, "host.ssh", options, GOOD | changes)
    return verdict


def everywhere(**changes: str) -> Recorded:
    return dict.fromkeys((GENERAL, ROOT, ANYBODY), told(**changes))


def test_keys_alone_pass() -> None:
    verdict = policy({})
    assert verdict.status is Status.PASS, verdict
    assert verdict.actual["permitrootlogin"] == "no"


def block(setting: str, match: str = "Address 10.0.0.0/8", where: str = ADDED) -> Recorded:
    return {GREP: said(f"{INCLUDE}{where}:3:Match {match}\n{where}:4:  {setting}\n")}


BROKEN: list[tuple[Recorded, str]] = [
    (everywhere(permitrootlogin="yes"), "PermitRootLogin is yes for root"),
    (everywhere(permitrootlogin="without-password"), "PermitRootLogin is without-password for root"),
    ({ROOT: told(permitrootlogin="yes")}, "PermitRootLogin is yes for root"),
    (everywhere(passwordauthentication="yes"), "password is enough to get in"),
    ({ANYBODY: told(passwordauthentication="yes")}, "password is enough to get in"),
    (everywhere(kbdinteractiveauthentication="yes"), "keyboard-interactive is enough to get in"),
    (
        everywhere(
            passwordauthentication="yes",
            kbdinteractiveauthentication="yes",
            authenticationmethods="publickey password,keyboard-interactive:pam",
        ),
        "password and keyboard-interactive is enough",
    ),
    (everywhere(permitemptypasswords="yes"), "PermitEmptyPasswords is yes"),
    (everywhere(maxauthtries="20"), "maxauthtries is 20"),
    (everywhere(ciphers="aes128-ctr,aes256-cbc"), "weak algorithms are offered: aes256-cbc"),
    (everywhere(kexalgorithms="diffie-hellman-group1-sha1"), "diffie-hellman-group1-sha1"),
    (everywhere(macs="hmac-md5-etm@openssh.com"), "hmac-md5-etm"),
    (block("PasswordAuthentication yes"), "line 4: PasswordAuthentication yes for Match Address 10.0.0.0/8"),
    (block("passwordauthentication=yes", where=MAIN), "passwordauthentication yes for Match"),
    (block('PermitRootLogin "prohibit-password" # deploy'), "PermitRootLogin prohibit-password for Match"),
    (block("AuthenticationMethods password"), "AuthenticationMethods password for Match"),
    (stat(MAIN, age=HOUR), "sshd has not read it since: reload it"),
    (glob(f"{MAIN}.d/*.conf", file(ADDED, age=HOUR)), f"{ADDED} was changed on"),
]


@pytest.mark.parametrize(("changes", "because"), BROKEN, ids=[because for _changes, because in BROKEN])
def test_a_way_in_fails(changes: Recorded, because: str) -> None:
    verdict = policy(changes)
    assert verdict.status is Status.FAIL, verdict
    assert because in verdict.message


@pytest.mark.parametrize(
    "changes",
    [
        everywhere(
            authenticationmethods="publickey,password publickey,keyboard-interactive:pam", passwordauthentication="yes"
        ),
        everywhere(kbdinteractiveauthentication="yes", usepam="no"),
        block("PasswordAuthentication no"),
        block("PasswordAuthentication yes", where=f"{MAIN}.d/old.bak"),  # not included
        block("PasswordAuthentication no", match="all"),
        {GREP: said("", 1)},
        {GREP: said(INCLUDE, 2, f"grep: {MAIN}.d: No such file or directory\n")},
    ],
)
def test_what_lets_nobody_in_passes(changes: Recorded) -> None:
    assert policy(changes).status is Status.PASS, policy(changes)


def test_root_by_key_passes_where_that_was_decided() -> None:
    by_key = everywhere(permitrootlogin="without-password")
    assert policy(by_key, permit_root_login="prohibit-password").status is Status.PASS
    assert policy(everywhere(permitrootlogin="yes"), permit_root_login="prohibit-password").status is Status.FAIL


def test_files_included_from_elsewhere_are_followed() -> None:
    crypto = "/etc/crypto-policies/back-ends/opensshserver.config"
    found = {GREP: said(f"{INCLUDE}{ADDED}:1:Include {crypto}\n"), **glob(crypto, file(crypto))}
    assert policy(found | {argv(*ssh._grep([crypto])): said("", 1)}).status is Status.PASS
    loose = said(f"{crypto}:1:Match User x\n{crypto}:2:PasswordAuthentication yes\n")
    assert policy(found | {argv(*ssh._grep([crypto])): loose}).status is Status.FAIL
    nested = said(f"{crypto}:1:Include /etc/more\n")
    assert policy(found | {argv(*ssh._grep([crypto])): nested}).status is Status.ERROR


def test_a_daemon_started_for_each_connection_reads_its_files_each_time() -> None:
    by_socket = {PID: ABSENT, **unit("ssh.socket"), **listening(1)}
    assert policy(by_socket).status is Status.PASS
    # Ubuntu starts one daemon by its socket, and keeps it.
    kept = {**unit("ssh.socket"), **listening(1), **stat(MAIN, age=HOUR)}
    assert policy(kept).status is Status.FAIL


@pytest.mark.parametrize(
    "changes",
    [
        *({look: reason} for look in (GENERAL, ROOT, GREP, "ss -Hltunp", PID) for reason in UNKNOWABLE),
        {GENERAL: said("", 255, "Missing privilege separation directory: /run/sshd")},
        everywhere(permitrootlogin="perhaps"),
        dict.fromkeys((GENERAL, ROOT, ANYBODY), said("nonsense\n")),
        {GREP: said("", 2, f"grep: {MAIN}: Permission denied\n")},
        {GREP: said("nonsense\n")},
        block("Include /etc/ssh/more"),
        {PID: ABSENT},
        listening(4711),
        listening(None, denied=True),
        stat(MAIN) | {f"stat -L {MAIN}": ABSENT},
    ],
)
def test_what_cannot_be_seen_is_an_error(changes: Recorded) -> None:
    verdict = policy(changes)
    assert verdict.status is Status.ERROR, verdict
