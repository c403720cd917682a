# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine boots with: user, keys, custom data. Pages: [custom]
learn.microsoft.com/azure/virtual-machines/custom-data, [user] learn.microsoft.com/azure/virtual-machines/linux/faq."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.store import Resource

if TYPE_CHECKING:
    from sandbox.azure.store import Body


CUSTOM_DATA = 65535  # bytes before base64 [custom]


FORBIDDEN = frozenset(
    {
        "administrator",
        "admin",
        "user",
        "user1",
        "test",
        "user2",
        "test1",
        "user3",
        "admin1",
        "1",
        "123",
        "a",
        "actuser",
        "adm",
        "admin2",
        "aspnet",
        "backup",
        "console",
        "david",
        "guest",
        "john",
        "owner",
        "root",
        "server",
        "sql",
        "support",
        "support_388945a0",
        "sys",
        "test2",
        "test3",
        "user4",
        "user5",
        "video",
    }
)  # fmt: skip  [user]


def invalid(message: str, target: str, code: str = "InvalidParameter", status: int = 400) -> ArmError:
    """The compute provider's errors have a target."""
    return ArmError(code, message, status, target=target)


def check_os(new: Resource) -> None:
    part = new.properties.get("osProfile")
    if not part:
        raise invalid("Required parameter 'osProfile' is missing (null).", "osProfile")
    for name in ("computerName", "adminUsername"):
        if not part.get(name):
            raise invalid(f"Required parameter 'osProfile.{name}' is missing (null).", f"osProfile.{name}")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?", part["computerName"]):
        raise invalid("Linux host name cannot exceed 64 characters in length or contain the following characters: "
                      "` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.", "computerName")  # fmt: skip
    if part["adminUsername"].lower() in FORBIDDEN:
        raise invalid("The Admin Username specified is not allowed.", "adminUsername")
    linux = part.setdefault("linuxConfiguration", {})
    _only_served(part, linux)
    keys = linux.get("ssh", {}).get("publicKeys") or []
    if linux.get("disablePasswordAuthentication") and not keys:
        raise invalid("Authentication using either SSH or by user name and password must be enabled in Linux profile.",
                      "linuxConfiguration")  # fmt: skip
    if not linux.get("disablePasswordAuthentication") and not part.get("adminPassword"):
        raise invalid("Required parameter 'adminPassword' is missing (null).", "adminPassword")
    for key in keys:
        if key.get("path") != f"/home/{part['adminUsername']}/.ssh/authorized_keys":
            raise invalid(f"Destination path for SSH public keys is currently limited to its default value "
                          f"/home/{part['adminUsername']}/.ssh/authorized_keys due to a known issue in Linux "
                          "provisioning agent.", "linuxConfiguration.ssh.publicKeys.path")  # fmt: skip
        check_key(key.get("keyData"), "linuxConfiguration.ssh.publicKeys.keyData")
    try:
        data = base64.b64decode(part.get("customData", ""), validate=True)
    except binascii.Error:
        raise invalid("Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380 "
                      "characters.", "customData") from None  # fmt: skip
    if len(data) > CUSTOM_DATA:
        raise invalid("Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380 "
                      "characters.", "customData")  # fmt: skip


def _only_served(part: Body, linux: Body) -> None:
    """Refuse what would have no effect: other systems, secrets, and machines without Azure's agent."""
    if "windowsConfiguration" in part or part.get("secrets"):
        raise not_implemented("Windows and secrets in osProfile")
    if linux.keys() - {"disablePasswordAuthentication", "ssh", "provisionVMAgent"}:
        raise not_implemented("linuxConfiguration beyond SSH")
    agent = (linux.get("provisionVMAgent"), part.get("allowExtensionOperations"),
             part.get("requireGuestProvisionSignal"))  # fmt: skip
    if False in agent:
        raise not_implemented("machines without Azure's agent, its extensions or its signal")


def check_key(text: object, target: str) -> None:
    """RSA from 2048 bits, or Ed25519 (learn.microsoft.com/azure/virtual-machines/linux/mac-create-ssh-keys)."""
    parts = str(text).split()
    if len(parts) < 2 or parts[0] not in ("ssh-rsa", "ssh-ed25519"):
        raise invalid("The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.", target)
