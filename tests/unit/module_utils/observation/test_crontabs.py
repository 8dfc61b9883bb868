# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""crontabs: trees as Debian and Red Hat lay them out, and every way in which cron skips what it is told."""

from __future__ import annotations

import os
import pwd
import time

import pytest

from ansible_collections.golive.verify.plugins.module_utils.observation import crontabs
from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook, Deadline

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def tree(shared_path, monkeypatch):
    """tree("etc/crontab", text) writes a file of a machine that is not Debian's until tree.debian()."""
    monkeypatch.setattr(crontabs, "_ROOT", str(shared_path))
    monkeypatch.setattr(crontabs, "_SYSTEM_UID", os.geteuid())

    class Tree:
        def __call__(self, path, text="", mode=0o644):
            file = shared_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
            file.chmod(mode)
            return str(file)

        def debian(self):
            self("etc/debian_version", "12\n")

        def path(self, path):
            return str(shared_path / path)

    return Tree()


def look():
    return crontabs.crontabs(Deadline(10))


def entries():
    return look()["entries"]


def command(text, tree):
    tree("var/spool/cron/" + ME, "@daily %s\n" % text)
    return entries()[0]["command"]


def test_a_system_crontab(tree):
    source = tree(
        "etc/crontab",
        'SHELL=/bin/sh\nMAILTO=""\nPATH = /bin\n"QUOTED" = x\n\n# 1 2 3 4 5 root commented\n'
        "17 *\t* * *\troot  cd / && run-parts /etc/cron.hourly\n@reboot root /bin/once  --now\n"
        "*/5 0-6,9 * jan mon-fri nobody x\n",
    )
    first = {
        "source": source,
        "line": 7,
        "user": "root",
        "schedule": "17 * * * *",
        "command": "cd / && run-parts /etc/cron.hourly",
        "runnable": True,
    }
    once = dict(first, line=8, schedule="@reboot", command="/bin/once  --now")
    last = dict(first, line=9, schedule="*/5 0-6,9 * jan mon-fri", command="x", user="nobody")
    assert look() == {"entries": [first, once, last], "denied": []}


@pytest.mark.parametrize("spool", ["var/spool/cron/crontabs", "var/spool/cron/tabs", "var/spool/cron"])
def test_a_users_crontab_has_no_user_column(tree, spool):
    source = tree("%s/%s" % (spool, ME), "MAILTO=me\n0 3 * * * FOO=bar /bin/backup root\n", mode=0o600)
    (entry,) = entries()
    assert (entry["source"], entry["user"], entry["runnable"]) == (source, ME, True)
    assert (entry["schedule"], entry["command"], entry["line"]) == ("0 3 * * *", "FOO=bar /bin/backup root", 2)


def test_a_crontab_of_nobody_we_know_does_not_run(tree):
    tree("var/spool/cron/crontabs/no-such-user", "0 3 * * * /bin/backup\n")
    tree("etc/cron.d/shop", "0 3 * * * no-such-user /bin/backup\n")
    assert [entry["runnable"] for entry in entries()] == [False, False]


@pytest.mark.parametrize(
    "line",
    [
        "0 3 * * root",
        "@fortnightly root x",
        "0 3 * * * root",
        "$ % & ( ) root x",
        "@daily",
        "garbage",
        "61 ! * * * root x",
    ],
)
def test_a_line_that_is_no_entry_is_shown_but_does_not_run(tree, line):
    tree("etc/crontab", line + "\n")
    (entry,) = entries()
    assert (entry["runnable"], entry["schedule"], entry["command"], entry["user"]) == (False, "", line, None)


@pytest.mark.parametrize(
    ("name", "debian", "others"),
    [
        ("shop-backup_1", True, True),
        ("shop.backup", False, True),
        ("shop.dpkg-dist", False, True),
        ("shop~", False, False),
        ("shop.rpmsave", False, False),
        ("#shop#", False, False),
    ],
)
def test_names_that_are_ignored(tree, name, debian, others):
    tree("etc/cron.d/" + name, "0 3 * * * root x\n")
    tree("etc/cron.daily/" + name, "#!/bin/sh\n", mode=0o755)
    assert [entry["runnable"] for entry in entries()] == [others, others]
    tree.debian()
    assert [entry["runnable"] for entry in entries()] == [debian, debian]


def test_placeholders_and_directories_are_no_jobs(tree):
    for directory in ("etc/cron.d", "etc/cron.daily", "var/spool/cron/crontabs"):
        tree(directory + "/.placeholder", "# nothing\n")
        tree(directory + "/sub/file", "x\n")
    assert look() == {"entries": [], "denied": []}


def test_scripts_of_the_periodic_directories(tree):
    for period in ("hourly", "daily", "weekly", "monthly"):
        tree("etc/cron.%s/job" % period, "#!/bin/sh\n", mode=0o755)
    off = tree("etc/cron.daily/off", "#!/bin/sh\n", mode=0o644)
    os.symlink("/nonexistent", tree.path("etc/cron.daily/gone"))
    found = entries()
    assert [(e["schedule"], os.path.basename(e["command"]), e["runnable"]) for e in found] == [
        ("@hourly", "job", True),
        ("@daily", "gone", False),
        ("@daily", "job", True),
        ("@daily", "off", False),
        ("@weekly", "job", True),
        ("@monthly", "job", True),
    ]
    assert found[3] == {
        "source": off, "line": None, "user": "root", "schedule": "@daily", "command": off, "runnable": False,
    }  # fmt: skip


def test_a_system_table_that_others_may_write_is_refused(tree):
    tree("etc/cron.d/shop", "0 3 * * * root x\n", mode=0o666)
    tree("etc/crontab", "0 3 * * * root x\n", mode=0o664)
    assert [entry["runnable"] for entry in entries()] == [False, False]


def test_a_system_table_of_another_owner_is_refused(tree, monkeypatch):
    monkeypatch.setattr(crontabs, "_SYSTEM_UID", 4242)
    tree("etc/cron.d/shop", "0 3 * * * root x\n")
    assert entries()[0]["runnable"] is False


def test_debian_ignores_a_table_whose_last_line_does_not_end(tree):
    tree("etc/cron.d/shop", "0 3 * * * root x\n0 4 * * * root y")
    assert [entry["runnable"] for entry in entries()] == [True, True]
    tree.debian()
    assert [entry["runnable"] for entry in entries()] == [False, False]


def test_anacron(tree):
    tree(
        "etc/anacrontab",
        "SHELL=/bin/sh\nSTART_HOURS_RANGE=3-22\n1 5 cron.daily nice run-parts /etc/cron.daily\n7 25 w run w\n"
        "@monthly 45 m run m\n3 1 t run t\nbroken line\n",
    )
    assert [(e["schedule"], e["command"], e["runnable"], e["user"]) for e in entries()] == [
        ("@daily", "nice run-parts /etc/cron.daily", True, "root"),
        ("@weekly", "run w", True, "root"),
        ("@monthly", "run m", True, "root"),
        ("every 3 days", "run t", True, "root"),
        ("", "broken line", False, "root"),
    ]


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("tar cf b-$(date +%F).tar", "tar cf b-$(date +"),
        (r"tar cf b-$(date +\%F).tar", "tar cf b-$(date +%F).tar"),
        ("mail me%hello%there", "mail me"),
    ],
)
def test_cron_ends_a_command_at_a_bare_percent_sign(tree, written, run):
    assert command(written, tree) == run


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("PGPASSWORD=hunter2 pg_dump shop", "PGPASSWORD=*** pg_dump shop"),
        ("DB_PASSWORD='hunter 2' x", "DB_PASSWORD=*** x"),
        ("x --password=hunter2 y", "x --password=*** y"),
        ("x --password hunter2 y", "x --password *** y"),
        ("x --api-key hunter2", "x --api-key ***"),
        ("curl 'https://x.test/?token=hunter2&a=1'", "curl 'https://x.test/?token=***&a=1'"),
        ("curl 'https://x.test/?key=hunter2'", "curl 'https://x.test/?key=***'"),
        ("curl -H 'Authorization: Bearer hunter2' x", "curl -H 'Authorization: Bearer ***' x"),
        ("curl -u me:hunter2 x", "curl -u me:*** x"),
        ("""curl -d '{"password": "hunter2"}' x""", """curl -d '{"password": ***}' x"""),
        ("pg_dump postgres://me:hunter2@db/shop", "pg_dump postgres://me:***@db/shop"),
        ("mysqldump -u root -phunter2 shop", "mysqldump -u root -p*** shop"),
        ("sshpass -p hunter2 ssh x", "sshpass -p *** ssh x"),
        ("redis-cli -a hunter2 save", "redis-cli -a *** save"),
        ("AWS_SECRET_ACCESS_KEY=hunter2 aws s3 sync", "AWS_SECRET_ACCESS_KEY=*** aws s3 sync"),
        ("pgbackrest --stanza=shop backup", "pgbackrest --stanza=shop backup"),
        ("sudo -u www-data php artisan schedule:run", "sudo -u www-data php artisan schedule:run"),
    ],
)
def test_secrets_do_not_leave_the_machine(tree, written, seen):
    assert command(written, tree) == seen


def test_secrets_in_a_line_that_is_no_entry_do_not_leave_either(tree):
    tree("etc/crontab", "garbage PASSWORD=hunter2\n")
    assert entries()[0]["command"] == "garbage PASSWORD=***"


@pytest.mark.parametrize("piece", ["password", "--pass", "mysql ", "=", '"', "://", " -u:"])
def test_hostile_commands_do_not_keep_us_busy(tree, piece):
    tree("var/spool/cron/" + ME, ("@daily x -u%s\n" % (piece * 4096)[:4096]) * 50)
    begun = time.thread_time()
    look()
    assert time.thread_time() - begun < 15


def test_a_long_command_is_cut(tree):
    assert len(command("x" * 100000, tree)) == 4096


def test_bytes_that_are_no_text(tree):
    tree("var/spool/cron/" + ME, b"@daily echo \xff\x0b\xe2\x80\xa8x\n")
    (entry,) = entries()
    assert entry["command"] == "echo \ufffd\x0b\u2028x"


def test_no_cron_is_no_entries(tree):
    assert look() == {"entries": [], "denied": []}


def test_what_may_not_be_read_is_denied_never_empty(tree, unprivileged, monkeypatch):
    tree("etc/crontab", "0 3 * * * root x\n")
    file = tree("etc/cron.d/closed", "0 3 * * * root x\n", mode=0)
    tree("var/spool/cron/crontabs/root", "0 3 * * * x\n")
    spool = tree.path("var/spool/cron/crontabs")
    os.chmod(spool, 0o300)
    if os.geteuid() != 0:
        os.chmod(spool, 0)
    found = unprivileged(look)
    os.chmod(spool, 0o700)
    assert found["denied"] == [file, spool]
    assert [entry["command"] for entry in found["entries"]] == ["x"]


def test_a_fifo_among_the_tables_does_not_hang(tree):
    tree("etc/cron.d/ok", "0 3 * * * root x\n")
    os.mkfifo(tree.path("etc/cron.d/trap"))
    found = look()
    assert found["denied"] == [tree.path("etc/cron.d/trap")]
    assert len(found["entries"]) == 1


def test_a_table_that_is_too_large_is_not_silently_empty(tree):
    path = tree("etc/cron.d/huge", "#" * (1 << 20) + "\n0 3 * * * root x\n")
    assert look()["denied"] == [path]


def test_too_many_entries_are_too_large(tree, monkeypatch):
    monkeypatch.setattr(crontabs, "_LIMIT", 2)
    tree("etc/crontab", "0 3 * * * root x\n" * 3)
    with pytest.raises(CannotLook) as caught:
        look()
    assert caught.value.reason == "too_large"


def test_the_deadline_holds(tree):
    tree("etc/crontab", "0 3 * * * root x\n")
    with pytest.raises(CannotLook) as caught:
        crontabs.crontabs(Deadline(0))
    assert caught.value.reason == "timeout"
