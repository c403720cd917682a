# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Address ranges as Azure judges them: host bits must be zero, subnets are /29 at the smallest."""

from __future__ import annotations

import ipaddress

from sandbox.azure.errors import ArmError, in_network

Net = ipaddress.IPv4Network
SMALLEST = 29  # learn.microsoft.com/azure/virtual-network/virtual-networks-faq, "How small and how large"


def network(text: object, resource: str) -> Net:
    """An IPv4 range of a resource. Raises ArmError, in words that public issues quote; IPv6 is not implemented."""
    words = str(text)
    if ":" in words:
        raise ArmError("NotImplemented", f"the sandbox does not implement IPv6 ({resource}: {words})", 501)
    try:
        wanted = Net(words, strict=False)
        if "/" not in words:
            raise ValueError("no prefix length")
    except ValueError:
        text = f"Address prefix {words} of resource {resource} is not formatted correctly."
        hint = "It should follow CIDR notation, for example 10.0.0.0/24."
        raise in_network("InvalidAddressPrefixFormat", f"{text} {hint}") from None
    if str(wanted) != words:
        text = f"The address prefix {words} in resource {resource} has an invalid CIDR notation."
        hint = f"For the given prefix length, the address prefix should be {wanted}."
        raise in_network("InvalidCIDRNotation", f"{text} {hint}")
    return wanted


def address(text: object, code: str, path: str) -> ipaddress.IPv4Address:
    """One IPv4 address. Raises ArmError."""
    try:
        return ipaddress.IPv4Address(str(text))
    except ValueError:
        raise in_network(code, f"The IP address {text} in {path} is not valid.") from None


def is_reserved(one: ipaddress.IPv4Address, subnet: Net) -> bool:
    """The first four addresses and the last (same page, "Are there any restrictions on using IP addresses")."""
    return int(one) - int(subnet.network_address) < 4 or one == subnet.broadcast_address
