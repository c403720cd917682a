# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ansible_collections.pangaea.multicloud.plugins.module_utils._node.x509 import parse

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubernetes")])


def made(ends: datetime, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(2**150).not_valid_before(ends - timedelta(days=1)).not_valid_after(ends)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize("year", [2026, 2049, 2050, 2126])  # the form of a date changes with 2050
def test_a_certificate_reads_as_another_library_reads_it(year: int) -> None:
    ends = datetime(year, 11, 20, 19, 43, 1, tzinfo=UTC)
    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())):
        certificate = made(ends, key)
        spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        found = parse("Bag Attributes\n" + certificate.public_bytes(serialization.Encoding.PEM).decode())
        assert found.ends == ends
        assert found.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
        assert found.key_fingerprint == hashlib.sha256(key.public_key().public_bytes(*spki)).hexdigest()


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "x"])
def test_what_is_no_certificate_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)
