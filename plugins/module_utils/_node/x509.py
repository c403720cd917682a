# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The two things that are asked of a certificate, read without a library: when it ends, and whose key it holds.

Structure: RFC 5280, section 4.1. The time formats: section 4.1.2.5.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timezone
from typing import NamedTuple

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_VERSION, _UTC_TIME = 0xA0, 0x17


class Certificate(NamedTuple):
    """``ends`` is in UTC. SHA-256 in hex: of all of it, as openssl counts it, and of its key, as kubeadm counts it."""

    ends: datetime
    fingerprint: str
    key_fingerprint: str


class _Value(NamedTuple):
    tag: int
    whole: bytes
    content: bytes


def parse(pem: str) -> Certificate:
    """The first certificate of a PEM text, which may hold keys and more, too. Raises ValueError when there is none."""
    match = _BLOCK.search(pem)
    if not match:
        raise ValueError("no certificate in it")
    try:
        (certificate,) = _values(base64.b64decode(match[1]))
        fields = _values(_values(certificate.content)[0].content)
        if fields[0].tag == _VERSION:
            fields = fields[1:]
        _serial, _algorithm, _issuer, validity, _subject, key, *_more = fields
        ends = _time(_values(validity.content)[1])
        return Certificate(ends, *(hashlib.sha256(der).hexdigest() for der in (certificate.whole, key.whole)))
    except (IndexError, ValueError) as error:
        raise ValueError(f"not a certificate: {error}") from error


def _values(der: bytes) -> list[_Value]:
    """All values that stand one after another in ``der``."""
    found, at = [], 0
    while at < len(der):
        tag, length, start = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(der[start : start + size], "big"), start + size
        found.append(_Value(tag, der[at : start + length], der[start : start + length]))
        at = start + length
    return found


def _time(value: _Value) -> datetime:
    # A year of two digits is 1950 to 2049 in a certificate; strptime would end at 2068.
    text = value.content.decode("ascii")
    if value.tag == _UTC_TIME:
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
