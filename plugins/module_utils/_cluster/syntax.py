# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Rules for single values: each answers (why, fix) for a bad one, None for a good one."""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import Final, Optional
from urllib.parse import urlsplit

from .problem import nearest, one_of

Found = Optional[tuple[str, str]]

SUPPORTED_MINORS: Final = ("1.34",)  # what the roles are tested with
EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")

_LABEL_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_LABEL_RULE = "up to 63 letters, digits, dashes, dots and underscores, a letter or digit at both ends"
_LABEL_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_OUR_LABELS = re.compile(
    r"pangaea\.io/.*|kubernetes\.io/(hostname|os|arch)|topology\.kubernetes\.io/(region|zone)"
    r"|node\.kubernetes\.io/instance-type|node-role\.kubernetes\.io/control-plane"
)


def network(text: str) -> Found:
    """An IPv4 network in CIDR notation without host bits."""
    try:
        parsed = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return "is not a network", "write it like 10.64.0.0/16"
    if parsed.version == 6:
        return "is an IPv6 network, and the flat network is IPv4", "write it like 10.64.0.0/16"
    if "/" not in text:
        return "has no prefix length", f"write {parsed} if one address is meant"
    if text != str(parsed):
        if ipaddress.ip_address(text.split("/", maxsplit=1)[0]) != parsed.network_address:
            return "has host bits set, so it names a machine and not a network", f"write {parsed}"
        return "is not written in the usual way", f"write {parsed}"
    return None


def kubernetes_version(text: str) -> Found:
    found = re.fullmatch(r"v?([0-9]+\.[0-9]+)(\.[0-9]+)?", text)
    supported = one_of([f"{minor}.x" for minor in SUPPORTED_MINORS])
    example = f"{SUPPORTED_MINORS[-1]}.4"
    if not found:
        return "is not a Kubernetes version", f'write a version {supported} with three parts, like "{example}"'
    if found[1] not in SUPPORTED_MINORS:
        return "is a Kubernetes version that the roles of this release do not support", f"use {supported}"
    if text.startswith("v"):
        return "begins with a v", f'write "{text[1:]}"'
    if not found[2]:
        return "does not say which patch release", f'write all three parts, like "{example}"'
    return None


def label_key(text: str) -> Found:
    prefix, slash, name = text.rpartition("/")
    if slash and not (_LABEL_PREFIX.fullmatch(prefix) and len(prefix) <= 253):
        return "is not a label key: what stands before the / must be a DNS name", "write it like example.org/tier"
    if not _LABEL_NAME.fullmatch(name):
        return f"is not a label key: {_LABEL_RULE}", "write it like tier or example.org/tier"
    if _OUR_LABELS.fullmatch(text):
        return "is a label that Pangaea or Kubernetes itself sets on each node", "choose another key"
    return None


def label_value(text: str) -> Found:
    if text and not _LABEL_NAME.fullmatch(text):
        return f"is not a label value: {_LABEL_RULE}", "write it like batch"
    return None


def taint(text: str) -> Found:
    """`key=value:Effect` or `key:Effect`."""
    body, colon, effect = text.rpartition(":")
    if not colon:
        return "is not a taint: it names no effect", f"write it like {text or 'tier=batch'}:NoSchedule"
    if effect not in EFFECTS:
        meant = nearest(effect, EFFECTS)
        return f"has the unknown effect {effect or '(none)'}", f"write {meant}" if meant else f"write {one_of(EFFECTS)}"
    key, _equals, value = body.partition("=")
    bad = label_key(key) or label_value(value)
    return (f"is not a taint: its {'key' if label_key(key) else 'value'} {bad[0]}", bad[1]) if bad else None


def endpoint(text: str) -> Found:
    """A URL without path or credentials; plain http only on this machine, as the sandbox is."""
    url = urlsplit(text)
    try:
        port_is_good = url.port is None or url.port > 0
    except ValueError:
        port_is_good = False
    if url.scheme not in ("http", "https") or not url.hostname or not port_is_good or url.path not in ("", "/"):
        return "is not the URL of an API", "write it like http://127.0.0.1:7801"
    if url.scheme == "http" and url.hostname not in ("127.0.0.1", "::1", "localhost"):
        return "would send requests over the network unencrypted", "use https, or an address of this machine"
    return None


def source(text: str) -> Found:
    """The URL of a mirror of packages or images."""
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname:
        return "is not the URL of a mirror", "write it like https://mirror.example.org/debian"
    return None


def port(text: str) -> Found:
    """`lo-hi`, as in 30000-32767."""
    found = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text)
    if found and 1 <= int(found[1]) < int(found[2]) <= 65535:
        return None
    if text.isdecimal():
        return "is a port in quotes", f"write {text}"
    return "is not a port or a range of ports", "write a number from 1 to 65535, or a range like 30000-32767"


def ssh_public_key(text: str) -> Found:
    """`type base64 comment`, where the base64 part names the same type."""
    kind, _space, rest = text.partition(" ")
    body = rest.partition(" ")[0]
    try:
        blob = base64.b64decode(body, validate=True)
        named = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
    except ValueError:
        named = ""
    if "-" not in kind or not named or named != kind:
        return "is not an ssh public key", "copy the one line of a .pub file, like ssh-ed25519 AAAA… me@example.org"
    return None
