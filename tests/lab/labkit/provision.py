"""What makes a host itself: files laid over the base tree before it boots, a script run once it is up."""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from .base import CACHE, HERE, RUN, Host, Lab, run
from .hosts import shell
from .net import hosts_file
from .pki import PKI

SSH_KEY = RUN / "ssh/id_ed25519"
PASSWORDS = (
    *("redis_app", "redis_verifier", "redis_replica", "redis_sentinel", "redis_root"),
    *("postgres_app", "postgres_reports", "postgres_verifier", "postgres_replica", "pgbackrest"),
    # Of billing and its preview; and one in each further place that a service may have variables from.
    *("billing_payment", "preview_payment", "preview_database"),
    *("env_unit", "env_dropin", "env_dotenv", "env_process"),
)
KEYS = ("transfer", "billing_jwt", "billing_audit", "preview_jwt", "preview_audit")
# A month of nights takes half a minute to make: the repositories stay in the cache, and the passwords that open them.
SEED = CACHE / "seed"
SEEDED = {"restic": "var/backups/restic", "borg": "var/backups/borg"}
SEEDED_HOST = "db"


def make_values(lab: Lab, tree: Path) -> dict[str, str]:
    """What files of every host may name as @NAME@; the secrets among them are in $RUN/secrets too."""
    store = RUN / "secrets"
    store.mkdir(mode=0o700)
    SEED.mkdir(parents=True, exist_ok=True)
    SEED.chmod(0o700)
    values = {name: secrets.token_hex(16) for name in PASSWORDS}
    values |= {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in KEYS}
    for name in SEEDED:
        password = SEED / f"{name}.pass"
        if not password.exists():
            password.write_text(secrets.token_hex(16))
        values[name] = password.read_text()
    values["age"] = run("chroot", tree, "age-keygen")
    for name, value in values.items():
        (store / name).write_text(value + "\n")
    values["AGE_RECIPIENT"] = values["age"].split("public key: ")[1].split()[0]
    now = dt.datetime.now(dt.UTC)
    values["SERIAL"] = f"{now:%Y%m%d}01"
    # The hosts' nightly jobs are due half a day from now: one that ran amid the tests would look like a change by them.
    values["NIGHT"] = f"{(now.hour + 12) % 24:02}"
    values["lab_public"] = new_key(SSH_KEY)
    for name in ("offsite", "offsite_reader"):
        values[f"{name}_public"] = new_key(RUN / "ssh" / name)
    return values


def new_key(file: Path) -> str:
    """An SSH key pair; returns the public half."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", file.name, "-f", file)
    return file.with_suffix(".pub").read_text().strip()


def values_of(host: Host, common: Mapping[str, str]) -> dict[str, str]:
    return {**common, "HOST": host.name, "V4": host.v4, "V6": host.v6, **host.values}


def fill(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda found: values.get(found[1], found[0]), text)


def lay_out(lab: Lab, host: Host, common: Mapping[str, str]) -> None:
    """Write everything into the mounted, not yet booted host."""
    values = values_of(host, common)
    for layer in host.layers:
        rootfs = HERE / "hosts" / layer / "rootfs"
        for source in sorted(path for path in rootfs.rglob("*") if path.is_file()):
            mode = 0o755 if source.stat().st_mode & 0o100 else 0o644
            put(host, str(source.relative_to(rootfs)), fill(source.read_text(), values), mode)
    put(host, "etc/hosts", hosts_file(lab))
    put(host, "etc/hostname", host.name + "\n")
    put(host, "etc/machine-id", secrets.token_hex(16) + "\n", 0o444)
    put(host, "root/.ssh/authorized_keys", common["lab_public"] + "\n", 0o600)
    new_key(RUN / f"ssh/{host.name}")
    copy(host, RUN / f"ssh/{host.name}", "etc/ssh/ssh_host_ed25519_key", 0o600)
    copy(host, RUN / f"ssh/{host.name}.pub", "etc/ssh/ssh_host_ed25519_key.pub")
    copy(host, PKI / "root.crt", "etc/ssl/lab/ca.pem")
    for name, spec in lab.certificates.items():
        if spec.get("host") == host.name:
            copy(host, PKI / f"{name}.pem", f"etc/ssl/lab/{name}.pem")
            copy(host, PKI / f"{name}.key", f"etc/ssl/lab/{name}.key", 0o600)
    for origin, target in host.files.items():
        copy(host, RUN / origin, target.lstrip("/"))
    if host.name == SEEDED_HOST:
        for name, path in SEEDED.items():
            if (SEED / name).exists():
                shutil.copytree(SEED / name, host.root / path, symlinks=True)
    for layer in host.layers:
        script = HERE / "hosts" / layer / "prepare"
        if script.exists():
            run("chroot", host.root, "sh", "-euc", script.read_text())
    run("systemctl", "--quiet", f"--root={host.root}", "enable", *host.enable)


def put(host: Host, path: str, content: str | bytes, mode: int = 0o644) -> None:
    file = host.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)


def copy(host: Host, source: Path, path: str, mode: int = 0o644) -> None:
    put(host, path, source.read_bytes(), mode)


def set_up(host: Host, common: Mapping[str, str]) -> None:
    """Run the setup scripts of the host's layers on the host."""
    values = values_of(host, common)
    for layer in host.layers:
        script = HERE / "hosts" / layer / "setup"
        if script.exists():
            shell(host, fill(script.read_text(), values), timeout=300)
    shell(host, f"systemctl is-active {' '.join(host.enable)}")


def keep_seed(host: Host) -> None:
    """Keep in the cache what this host had to make."""
    for name, path in SEEDED.items():
        part = SEED / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(host.root / path, part, symlinks=True)
        shutil.rmtree(SEED / name, ignore_errors=True)
        part.rename(SEED / name)
