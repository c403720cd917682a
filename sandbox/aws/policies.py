# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policy documents: what they allow and what they deny.

Source: IAM User Guide, "IAM JSON policy reference" (elements, operators) and "Policy evaluation logic". What a document
says that is not known here makes it a bad document: nothing of it is left out silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, tuple[str, ...]]  # condition key in lower case -> its values in this request
VERSIONS = ("2012-10-17", "2008-10-17")
STATEMENT = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})
# Keys that a request has here. All end a name where a "/" begins the name of a tag.
KEYS = ("aws:requestedregion", "ec2:region", "ec2:createaction", "aws:tagkeys")
TAG_KEYS = ("aws:resourcetag/", "ec2:resourcetag/", "aws:requesttag/")


class BadPolicy(ValueError):
    """A document that AWS refuses (MalformedPolicyDocument), or that says what the sandbox does not know."""


@dataclass(frozen=True)
class Asked:
    """One thing that a request wants to do. `resource` is an ARN, or "*" where the action has no resource."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


class Policy:
    """The statements of one or more documents together. Raises BadPolicy."""

    def __init__(self, *documents: Any) -> None:
        self._statements = [one for document in documents for one in _statements(document)]

    def decides(self, asked: Asked) -> str:
        """ "Deny" if a statement denies it, else "Allow" if one allows it, else "" (which is a refusal, too)."""
        effects = {one["Effect"] for one in self._statements if _applies(one, asked)}
        return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else ""


def _statements(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict) or document.get("Version") not in VERSIONS:
        raise BadPolicy(f"the policy's Version is not one of {', '.join(VERSIONS)}")
    if unknown := document.keys() - {"Version", "Id", "Statement"}:
        raise BadPolicy(f"a policy has no element {sorted(unknown)[0]}")
    found = document.get("Statement")
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not statements:
        raise BadPolicy("the policy has no Statement")
    for one in statements:
        _check(one)
    return statements


def _check(statement: Any) -> None:
    if not isinstance(statement, dict) or (unknown := statement.keys() - STATEMENT):
        raise BadPolicy(f"a statement of an identity-based policy has no element {sorted(unknown)[0]}"
                        if isinstance(statement, dict) else "a statement is no object")  # fmt: skip
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise BadPolicy(f"Effect is {statement.get('Effect')!r}, not Allow or Deny")
    for word in ("Action", "Resource"):
        if (word in statement) == (f"Not{word}" in statement):
            raise BadPolicy(f"a statement has either {word} or Not{word}")
        for text in _texts(statement.get(word, statement.get(f"Not{word}"))):
            if not text or "${" in text:
                raise BadPolicy(f"{word} {text!r}: the sandbox knows no policy variables")
            if word == "Action" and text != "*" and not re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+", text):
                raise BadPolicy(f"{text!r} is no action")
            if word == "Resource" and text != "*" and text.count(":") < 5:
                raise BadPolicy(f"{text!r} is no ARN")
    for operator, keys in (statement.get("Condition") or {}).items():
        _operator(operator)
        for key, values in keys.items():
            _texts(values)
            if key.lower() not in KEYS and not key.lower().startswith(TAG_KEYS):
                raise BadPolicy(f"the sandbox does not know the condition key {key}")


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | bool) for one in values):
        raise BadPolicy(f"{value!r} is neither a text nor a list of texts")
    return [str(one).lower() if isinstance(one, bool) else one for one in values]


def _applies(statement: dict[str, Any], asked: Asked) -> bool:
    return (
        _names(statement, "Action", asked.action, re.IGNORECASE)
        and _names(statement, "Resource", asked.resource, 0)
        and all(
            _holds(operator, key, _texts(values), asked.context)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, values in keys.items()
        )
    )


def _names(statement: dict[str, Any], word: str, value: str, flags: int) -> bool:
    if word in statement:
        return any(_like(pattern, value, flags) for pattern in _texts(statement[word]))
    return not any(_like(pattern, value, flags) for pattern in _texts(statement[f"Not{word}"]))


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    """Wildcards of IAM: "*" any text, "?" one character; nothing else has a meaning."""
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), value, flags | re.DOTALL) is not None


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, has: wanted == has,
    "StringEqualsIgnoreCase": lambda wanted, has: wanted.lower() == has.lower(),
    "StringLike": lambda wanted, has: _like(wanted, has),
}
OPPOSITES = {
    "StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
}  # fmt: skip


def _operator(text: str) -> tuple[str, str, bool]:
    """Set operator ("", "ForAllValues", "ForAnyValue"), operator, and whether it passes where the key is not there."""
    quantifier, _, name = text.rpartition(":")
    bare = name.removesuffix("IfExists")
    if quantifier not in ("", "ForAllValues", "ForAnyValue") or bare not in {*OPERATORS, *OPPOSITES, "Null"}:
        raise BadPolicy(f"the sandbox does not know the condition operator {text}")
    return quantifier, bare, bare != name


def _holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    quantifier, name, passes = _operator(operator)
    has = context.get(key.lower())
    if name == "Null":
        return str(has is None).lower() in [one.lower() for one in wanted]
    if has is None and (passes or quantifier == "ForAllValues"):
        return True
    same = OPERATORS[OPPOSITES.get(name, name)]
    is_one = [any(same(one, value) for one in wanted) for value in has or ()]
    if name in OPPOSITES:  # where the key is not there, what it must not be is not there either
        return not all(is_one) if quantifier == "ForAnyValue" else not any(is_one)
    return all(is_one) if quantifier == "ForAllValues" else any(is_one)
