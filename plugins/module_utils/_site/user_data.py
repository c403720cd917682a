# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a new machine is told at its first start: its name, who may log in, and the host key to be known by at first."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .._engine.errors import Refused


@dataclass(frozen=True)
class HostKey:
    """A pair that is used once: until the machine has made its own. The private half stands in user data only."""

    private: str = field(repr=False)
    public: str

    @classmethod
    def generate(cls) -> HostKey:
        """ECDSA on P-256: small enough for a tag, and another kind than the machine's own, to stand beside it."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        return cls(private.decode(), key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())


def user_data(name: str, user: str, public_keys: list[str], host_key: HostKey, *, limit: int) -> str:
    """A cloud-config: JSON, which is YAML. Raises Refused when it is longer than the cloud takes (``limit``, bytes).

    The user is named here, so that it does not depend on the image. With ``ssh_keys`` given, cloud-init makes no host
    keys of its own (cloud-init documentation, module SSH).
    """
    login: dict[str, object] = {"name": user, "ssh_authorized_keys": public_keys}
    if user != "root":
        login |= {"shell": "/bin/bash", "sudo": "ALL=(ALL) NOPASSWD:ALL", "lock_passwd": True}
    config = {
        "hostname": name,
        "fqdn": name,
        "prefer_fqdn_over_hostname": False,
        "users": [login],
        "disable_root": user != "root",
        "ssh_pwauth": False,
        "ssh_deletekeys": True,
        "ssh_keys": {"ecdsa_private": host_key.private, "ecdsa_public": f"{host_key.public}\n"},
    }
    text = "#cloud-config\n" + json.dumps(config, indent=1)
    if len(text) > limit:
        raise Refused(
            f"machine {name}: its user data has {len(text)} bytes, its cloud takes {limit}; give fewer ssh public keys"
        )
    return text
