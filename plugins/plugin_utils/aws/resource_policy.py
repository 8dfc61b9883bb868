# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of a resource, such as a bucket: whom its statements are about, and on which conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.aws import policy
from ansible_collections.golive.verify.plugins.plugin_utils.aws.policy import Statement

ACCOUNT_FIELD = 4  # of an ARN
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
OPERATOR = re.compile(
    r"(?:(?P<set>forallvalues|foranyvalue):)?"
    r"(?P<test>string(?:not)?(?:equals(?:ignorecase)?|like)|arn(?:not)?(?:equals|like)|(?:not)?ipaddress|bool|null"
    r"|binaryequals|(?:numeric|date)(?:not)?(?:equals|lessthan(?:equals)?|greaterthan(?:equals)?))"
    r"(?P<optional>ifexists)?"
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a statement is about: its kind, such as AWS or Service, and its ARN, account or name; * for everybody."""

    kind: str
    name: str

    @property
    def account(self) -> str:
        """The account it belongs to, or is; "" for what belongs to none."""
        return account_of(self.name) if self.kind == "AWS" else ""


EVERYBODY = Principal("AWS", "*")


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a statement's condition, its operator and its key in small letters."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement about principals; excepted: about everybody but these."""

    name: str
    statement: Statement
    principals: tuple[Principal, ...]
    excepted: bool
    conditions: tuple[Condition, ...]

    def about(self, principal: Principal) -> bool:
        """Whether it is surely about a principal."""
        if self.excepted:
            # An excepted role takes its account's root along, so anything of that account may be meant.
            return principal.account not in {each.account for each in self.principals} or not principal.account
        return EVERYBODY in self.principals or principal in self.principals


Rules = tuple[Rule, ...]


def parse(document: Any) -> Rules:
    """Read a resource's policy, also as JSON text. What is not understood is CannotLook."""
    if isinstance(document, str):
        try:
            document = json.loads(document, object_pairs_hook=_unrepeated)
        except (ValueError, RecursionError) as error:
            raise CannotLook("malformed", f"a resource's policy is not JSON: {error}"[:300]) from error
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise CannotLook("malformed", "a resource's policy has no Statement")
    given = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    if not given or not all(isinstance(each, Mapping) for each in given):
        raise CannotLook("malformed", f"not statements of a policy: {str(given)[:200]}")
    plain = [{name: each[name] for name in each if name not in ("Principal", "NotPrincipal")} for each in given]
    statements = policy.parse({"Statement": plain})
    return tuple(_rule(number, *each) for number, each in enumerate(zip(given, statements, strict=True), 1))


def account_of(name: str) -> str:
    """The account that an ARN or an account's number names; "" for none."""
    if re.fullmatch(r"\d{12}", name):
        return name
    fields = name.split(":")
    return fields[ACCOUNT_FIELD] if fields[0] == "arn" and len(fields) > ACCOUNT_FIELD else ""


def _rule(number: int, given: Mapping[str, Any], statement: Statement) -> Rule:
    present = [name for name in ("Principal", "NotPrincipal") if name in given]
    if len(present) != 1:
        raise CannotLook("malformed", f"a statement has {' and '.join(present) or 'no Principal'}")
    return Rule(
        name=str(given.get("Sid") or f"statement {number}")[:100],
        statement=statement,
        principals=tuple(_principals(given[present[0]])),
        excepted=present[0] == "NotPrincipal",
        conditions=tuple(_conditions(given.get("Condition", {}))),
    )


def _principals(given: Any) -> Iterator[Principal]:
    if given == "*":
        yield EVERYBODY
        return
    if not isinstance(given, Mapping) or not given or not set(given) <= set(_KINDS):
        raise CannotLook("malformed", f"a statement's principal is {str(given)[:200]}")
    for kind, names in given.items():
        for name in _texts(names, "principal"):
            if name != "*" and ("*" in name or "?" in name):
                raise CannotLook(
                    "malformed", f"a statement's principal is {name[:200]}, which AWS takes for no pattern"
                )
            yield EVERYBODY if (kind, name) == ("AWS", "*") else Principal(kind, name)


def _conditions(given: Any) -> Iterator[Condition]:
    if not isinstance(given, Mapping):
        raise CannotLook("malformed", f"a statement's condition is {str(given)[:200]}")
    for operator, tests in given.items():
        if not OPERATOR.fullmatch(str(operator).lower()) or not isinstance(tests, Mapping) or not tests:
            raise CannotLook("malformed", f"a statement's condition is {str(operator)[:80]}: {str(tests)[:120]}")
        for key, values in tests.items():
            yield Condition(str(operator).lower(), str(key).lower(), _texts(values, "condition"))


def _texts(value: Any, of: str) -> tuple[str, ...]:
    """One value or several, as texts; JSON's own numbers and truth values stand for their words."""
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(each, (str, bool, int, float)) for each in values):
        raise CannotLook("malformed", f"a statement's {of} is {str(value)[:200]}")
    return tuple(each if isinstance(each, str) else json.dumps(each) for each in values)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found
