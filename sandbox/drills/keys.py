# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs of somebody else, for clouds that do not make them."""

from __future__ import annotations


def public_key() -> str:
    """The public half of a new key, as ssh writes it; nobody has the other half."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    made = Ed25519PrivateKey.generate().public_key()
    return f"{made.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} somebody-else"
