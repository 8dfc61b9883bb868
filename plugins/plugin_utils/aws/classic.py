# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic load balancers, which have an API of their own: what they listen to, what is behind them, what they lack."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import certificates
from ansible_collections.golive.verify.plugins.plugin_utils.aws.account import Account
from ansible_collections.golive.verify.plugins.plugin_utils.aws.asking import Asked
from ansible_collections.golive.verify.plugins.plugin_utils.aws.several import details
from ansible_collections.golive.verify.plugins.plugin_utils.details import Detail, value
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen

Region = str | None
Balancer = Mapping[str, Any]
_HTTP = ("HTTP", "HTTPS")
_ENCRYPTED = ("HTTPS", "SSL")
_TLS_POLICY = "SSLNegotiationPolicyType"
_PROTOCOL = "Protocol-"
# Nobody may speak them any more (RFC 7568, RFC 8996).
_OLD = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
_STATES = {"InService": "healthy", "OutOfService": "unhealthy", "Unknown": "unknown"}


def balancers(asked: Asked, region: Region) -> Awaitable[list[dict[str, Any]]]:
    """All of a region."""
    return asked.of("aws elb describe-load-balancers", _balancers, region, region=region)


def targets(asked: Asked, region: Region, names: list[str]) -> Awaitable[dict[str, Detail]]:
    """Of each the instances behind it, with their health, in the form of targets of a target group."""
    return asked.of(_each("describe-instance-health", names), _targets, region, names, region=region)


def policies(asked: Asked, region: Region, names: list[str]) -> Awaitable[dict[str, Detail]]:
    """Of each the protocols that its policies for TLS allow, by the policies' names."""
    return asked.of(_each("describe-load-balancer-policies", names), _policies, region, names, region=region)


def attributes(asked: Asked, region: Region, names: list[str]) -> Awaitable[dict[str, Detail]]:
    """Of each whether it spreads over zones, and whether it logs requests."""
    return asked.of(_each("describe-load-balancer-attributes", names), _attributes, region, names, region=region)


def _each(command: str, names: Iterable[str]) -> str:
    return f"printf '%s\\n' {' '.join(names)} | xargs -r -n 1 aws elb {command} --load-balancer-name"


def _balancers(account: Account, region: Region) -> list[dict[str, Any]]:
    listed = account.call("elb", "describe_load_balancers", region=region)["LoadBalancerDescriptions"]
    return [
        {
            "name": each["LoadBalancerName"],
            "public": each["Scheme"] == "internet-facing",
            # Such as HTTP:8080/health; of TCP and SSL there is no path.
            "path": "".join(each["HealthCheck"]["Target"].partition("/")[1:]),
            "listeners": [_listener(said) for said in each["ListenerDescriptions"]],
        }
        for each in listed
    ]


def _listener(said: Mapping[str, Any]) -> dict[str, Any]:
    listener = said["Listener"]
    return {
        "port": listener["LoadBalancerPort"],
        "protocol": listener["Protocol"].upper(),
        "certificate": listener.get("SSLCertificateId", ""),
        "policies": said["PolicyNames"],
    }


def _targets(account: Account, region: Region, names: list[str]) -> dict[str, Detail]:
    def read(name: str) -> list[dict[str, str]]:
        said = account.call("elb", "describe_instance_health", region=region, LoadBalancerName=name)["InstanceStates"]
        return [{"id": each["InstanceId"], "zone": "", "state": _STATES[each["State"]]} for each in said]

    return details(account, names, read)


def _policies(account: Account, region: Region, names: list[str]) -> dict[str, Detail]:
    def read(name: str) -> dict[str, list[str]]:
        answer = account.call("elb", "describe_load_balancer_policies", region=region, LoadBalancerName=name)
        return {
            each["PolicyName"]: [
                said["AttributeName"].removeprefix(_PROTOCOL)
                for said in each["PolicyAttributeDescriptions"]
                if said["AttributeName"].startswith(_PROTOCOL) and said["AttributeValue"] == "true"
            ]
            for each in answer["PolicyDescriptions"]
            if each["PolicyTypeName"] == _TLS_POLICY
        }

    return details(account, names, read)


def _attributes(account: Account, region: Region, names: list[str]) -> dict[str, Detail]:
    def read(name: str) -> dict[str, bool]:
        answer = account.call("elb", "describe_load_balancer_attributes", region=region, LoadBalancerName=name)
        said = answer["LoadBalancerAttributes"]
        return {"spreads": said["CrossZoneLoadBalancing"]["Enabled"], "logs": said["AccessLog"]["Enabled"]}

    return details(account, names, read)


def is_of_the_web(balancer: Balancer) -> bool:
    """Whether it speaks HTTP, so that a firewall for the web would have to be in front of it."""
    return any(each["protocol"] in _HTTP for each in balancer["listeners"])


def served(balancers: Iterable[Balancer]) -> list[str]:
    """The certificates that their listeners show, by ARN."""
    return sorted({each["certificate"] for known in balancers for each in _with_tls(known)})


def _with_tls(balancer: Balancer) -> list[Mapping[str, Any]]:
    return [each for each in balancer["listeners"] if each["protocol"] in _ENCRYPTED and each["certificate"]]


def tls_seen(balancer: Balancer, policies: Detail) -> Seen:
    """Whether a listener speaks TLS with a certificate, and none of them an old version of it."""
    shown = [f"{each['protocol']}/{each['port']}" for each in balancer["listeners"]]
    listeners = _with_tls(balancer)
    if not listeners:
        return {"listeners": shown}, [
            f"no listener speaks TLS with a certificate (it has {', '.join(shown) or 'none'})"
        ]
    known, spoken, wrong = value(policies), dict[str, list[str]](), list[str]()
    for each in listeners:
        listener, names = f"{each['protocol']}/{each['port']}", [name for name in each["policies"] if name in known]
        spoken[listener] = sorted({protocol for name in names for protocol in known[name]})
        if old := [protocol for protocol in spoken[listener] if protocol in _OLD]:
            wrong.append(f"listener {listener} speaks {', '.join(old)} ({', '.join(names)})")
    silent = [listener for listener, protocols in spoken.items() if not protocols]
    if silent and not wrong:
        raise CannotLook("malformed", f"nothing tells which versions of TLS listener {silent[0]} speaks")
    return {"listeners": shown, "speaks": spoken}, wrong


def certificates_seen(
    balancer: Balancer, known: Mapping[str, Detail | CannotLook], min_days_left: int, now: float
) -> Seen:
    """Whether the certificates that its listeners show are issued and far from expiry."""
    actual, wrong, hidden = {}, list[str](), list[CannotLook]()
    for each in _with_tls(balancer):
        arn = each["certificate"]
        try:
            facts, problems = certificates.seen(_found(known[arn]), min_days_left, now)
        except CannotLook as reason:
            hidden.append(reason)
            continue
        actual[arn] = facts["ends"]
        wrong += [f"certificate {arn} of {each['protocol']}/{each['port']}: {problem}" for problem in problems]
    if hidden and not wrong:
        raise hidden[0]
    return {"certificates end": actual}, wrong


def _found(detail: Detail | CannotLook) -> Any:
    if isinstance(detail, CannotLook):
        raise detail
    return value(detail)


def spread_seen(attributes: Detail) -> Seen:
    """Whether the instances of all zones share the requests of each."""
    on = value(attributes)["spreads"]
    return {"cross-zone": on}, [] if on else ["requests stay in the zone that they reach: cross-zone balancing is off"]
