"""The lab's certificate authority: a root, an intermediate that issues, its CRLs, and an OCSP signer."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import RUN, Lab, run

PKI = RUN / "pki"
URL = "http://pki.lab.test"
DAYS = (-10, 80)  # an ordinary certificate of the lab: like a public one of 90 days, not due for renewal
CA_DAYS = (-400, 3000)
SECTIONS = f"""
[ca]
default_ca = issue
[issue]
new_certs_dir = {PKI}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
default_crl_days = 7
copy_extensions = none
[any]
commonName = supplied
[request]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[inter]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:{URL}/root.crl
[ocsp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,OCSPSigning
noCheck = ignored
authorityKeyIdentifier = keyid
"""
LEAF = """
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""
REVOCATION = f"""crlDistributionPoints = URI:{URL}/inter.crl
authorityInfoAccess = OCSP;URI:{URL}/ocsp,caIssuers;URI:{URL}/inter.crt
"""


def build(lab: Lab) -> None:
    """Everything under $RUN/pki, new at each `up`: a lab certificate never outlives its lab."""
    PKI.mkdir(mode=0o755)
    for authority in ("root", "inter", "foreign"):
        (PKI / f"{authority}.index").touch()
        (PKI / f"{authority}.crlnumber").write_text("01\n")
    for authority in ("root", "foreign"):
        key_and_request(authority, f"Lab {authority} CA")
        sign(authority, issuer=authority, section="root", days=CA_DAYS, selfsign=True)
    key_and_request("inter", "Lab Issuing CA")
    sign("inter", issuer="root", section="inter", days=CA_DAYS)
    key_and_request("ocsp", "Lab OCSP")
    sign("ocsp", issuer="inter", section="ocsp", days=CA_DAYS)
    for name, spec in lab.certificates.items():
        certificate(lab, name, spec)
    for authority in ("root", "inter"):
        crl(authority, PKI / f"{authority}.crl")
    if "shop" in lab.certificates:
        revoke("shop")


def certificate(lab: Lab, name: str, spec: Mapping[str, Any]) -> None:
    leaf = spec.get("like", name)
    if leaf == name:
        issuer = spec.get("issuer", "inter")
        key_and_request(name, spec["names"][0], key=spec.get("key", name))
        names = ",".join(f"DNS:{name}" for name in spec["names"])
        if name in lab.hosts:
            names += f",IP:{lab.hosts[name].v4},IP:{lab.hosts[name].v6}"
        extra = LEAF.format(names=names) + (REVOCATION if issuer == "inter" else "")
        days = spec.get("days", DAYS)
        if issuer == "self":
            sign(name, issuer=name, section="leaf", days=days, extra=extra, selfsign=True)
        else:
            sign(name, issuer=issuer, section="leaf", days=days, extra=extra)
    usual = ["leaf"] if "issuer" in spec else ["leaf", "inter"]
    parts = [leaf if part == "leaf" else part for part in spec.get("chain", usual)]
    (PKI / f"{name}.pem").write_text("".join((PKI / f"{part}.crt").read_text() for part in parts))


def key_and_request(name: str, common_name: str, key: str = "") -> None:
    secret = PKI / f"{key or name}.key"
    if not secret.exists():
        run("openssl", "genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", secret)
    if secret != PKI / f"{name}.key":
        shutil.copy(secret, PKI / f"{name}.key")
    config = write_config("request", SECTIONS)
    run(
        *("openssl", "req", "-config", config, "-section", "request", "-new", "-key", secret),
        *("-subj", f"/CN={common_name}", "-out", PKI / f"{name}.csr"),
    )


def sign(name: str, issuer: str, section: str, days: Sequence[int], extra: str = "", selfsign: bool = False) -> None:
    if not (PKI / f"{issuer}.index").exists():
        (PKI / f"{issuer}.index").touch()
    now = dt.datetime.now(dt.UTC)
    start, end = (f"{now + dt.timedelta(days=day):%Y%m%d%H%M%SZ}" for day in days)
    config = write_config(name, SECTIONS + extra)
    signer = ["-selfsign"] if selfsign else ["-cert", f"{PKI}/{issuer}.crt"]
    run(
        *("openssl", "ca", "-batch", "-notext", "-config", str(config), *database(issuer), *signer),
        *("-keyfile", PKI / f"{issuer}.key", "-extensions", section, "-startdate", start, "-enddate", end),
        *("-in", PKI / f"{name}.csr", "-out", PKI / f"{name}.crt"),
    )


def database(authority: str) -> list[str]:
    return ["-name", f"issue_{authority}"]


def write_config(name: str, text: str) -> Path:
    """One file for each call; in it a section for each authority: `openssl ca` takes its database from there."""
    issue = re.search(r"\[issue\]\n(.*?)\n\[", text, re.DOTALL)
    common = issue.group(1) if issue else ""
    authorities = "".join(
        f"[issue_{path.stem}]\ndatabase = {path}\ncrlnumber = {PKI}/{path.stem}.crlnumber\n{common}\n"
        for path in PKI.glob("*.index")
    )
    file = PKI / f"{name}.cnf"
    file.write_text(text + "\n" + authorities)
    return file


def crl(authority: str, target: Path) -> None:
    config = write_config("crl", SECTIONS)
    pem = target.with_suffix(".crl.pem")
    signer = ("-cert", PKI / f"{authority}.crt", "-keyfile", PKI / f"{authority}.key")
    run("openssl", "ca", "-config", config, *database(authority), "-gencrl", *signer, "-out", pem)
    run("openssl", "crl", "-in", pem, "-outform", "DER", "-out", target)


def revoke(name: str) -> None:
    """Beside the true CRL and index, those of a world where this certificate was revoked, for the faults to use."""
    index = PKI / "inter.index"
    before = index.read_text()
    run("openssl", "ca", "-config", write_config("crl", SECTIONS), *database("inter"), "-revoke", PKI / f"{name}.crt",
        "-cert", PKI / "inter.crt", "-keyfile", PKI / "inter.key", "-crl_reason", "keyCompromise")  # fmt: skip
    shutil.copy(index, PKI / "revoked.index")
    crl("inter", PKI / "revoked.crl")
    index.write_text(before)
