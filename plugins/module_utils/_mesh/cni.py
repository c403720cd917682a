# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The pod network of the driver ``mesh`` as files: a bridge per node, and rules for what leaves it."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .wireguard import NAME

BRIDGE = "cni0"
CONFLIST = "/etc/cni/net.d/10-pangaea.conflist"
RULES = "/etc/pangaea/pods.nft"
SERVICE = "pangaea-nft.service"
UNIT = f"/etc/systemd/system/{SERVICE}"
LOADED = "/run/pangaea-nft/loaded"  # digests of the rules as a file and as the kernel lists them, of the last load
TABLE = "inet pangaea"
# The metadata service of all clouds, and what Azure's agent asks besides, for example the machine's certificates
# (learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
METADATA = "{ 169.254.169.254, 168.63.129.16 }"

# A listing is the kernel's own text, so it is compared with the one of the last load and not with the file.
_DIGEST = f"/bin/sh -c '{{ cat {RULES}; nft -s list table {TABLE}; }} | sha256sum > {LOADED}'"
_SERVICE = f"""\
# Written by Pangaea.
[Unit]
Description=What leaves the pods of this node, and what does not
After=nftables.service
Before=network-pre.target kubelet.service
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
RuntimeDirectory=pangaea-nft
RuntimeDirectoryPreserve=yes
ExecStart=/usr/sbin/nft -f {RULES}
ExecStartPost={_DIGEST}
ExecReload=/usr/sbin/nft -f {RULES}
ExecReload={_DIGEST}
ExecStop=/usr/sbin/nft delete table {TABLE}

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True)
class PodNetwork:
    """One node's part: its ``pods``, and ``mesh``: what is reached through the mesh or on this node, or not at all."""

    pods: str
    mtu: int
    mesh: tuple[str, ...]

    @classmethod
    def of(cls, network: Mapping[str, Any], site: str, pods: str, mtu: int) -> PodNetwork:
        """From the inventory's ``pangaea.network``. The node's own site is left out: others live there, too."""
        sites = {name: cidr for name, cidr in network["sites"].items() if name != site}
        found = {network["services"], *network["pods"].values(), *sites.values()}
        return cls(pods, mtu, tuple(sorted(found, key=ipaddress.ip_network)))

    @property
    def files(self) -> dict[str, str]:
        """``{path: text}`` of all that makes it."""
        return {CONFLIST: self.conflist(), RULES: self.rules(), UNIT: _SERVICE}

    def conflist(self) -> str:
        """The chain of plugins. Without the bridge's own masquerade, which would hide pods from each other."""
        bridge = {
            "type": "bridge",
            "bridge": BRIDGE,
            "isGateway": True,
            "hairpinMode": True,
            "ipMasq": False,
            "mtu": self.mtu,
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": self.pods}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }
        portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
        chain = {"cniVersion": "1.0.0", "name": "pangaea", "plugins": [bridge, portmap]}
        return json.dumps(chain, indent=2) + "\n"

    def rules(self) -> str:
        """The rules, loaded at once: the old table goes in the same transaction."""
        ours = f'{{ "lo", "{BRIDGE}", "{NAME}" }}'
        return f"""\
# Written by Pangaea.
table {TABLE}
delete table {TABLE}
table {TABLE} {{
  set mesh {{
    type ipv4_addr
    flags interval
    elements = {{ {_elements(self.mesh)} }}
  }}
  chain forward {{
    type filter hook forward priority filter; policy accept;
    # A pod has no business with the machine's metadata. DNS stays: in some clouds the resolver has such an address.
    iifname "{BRIDGE}" ip daddr {METADATA} meta l4proto {{ tcp, udp }} th dport 53 accept
    iifname "{BRIDGE}" ip daddr {METADATA} drop
    oifname "{NAME}" tcp flags syn tcp option maxseg size set rt mtu
  }}
  chain leave {{
    type filter hook postrouting priority filter; policy accept;
    # With a link down, its networks are behind the default route: better lost than in the open.
    oifname != {ours} ip daddr @mesh counter drop
  }}
  chain source {{
    type nat hook postrouting priority srcnat; policy accept;
    # In the mesh a server sees the pod's own address. Elsewhere, also at the site's resolver, the node's is known.
    oifname != {ours} ip saddr {self.pods} masquerade fully-random
  }}
}}
"""

    def expected(self) -> dict[str, Any]:
        """What ``node_facts_info`` compares a node with."""
        return {
            "packages": ["containernetworking-plugins", "nftables"],
            "files": {path: digest(text) for path, text in self.files.items()},
            "units": [SERVICE],
            "rules": {"table": TABLE, "file": RULES, "loaded": LOADED},
        }


def digest(text: str) -> str:
    """SHA-256 of a file with that text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _elements(cidrs: Iterable[str]) -> str:
    return ", ".join(str(network) for network in ipaddress.collapse_addresses(map(ipaddress.IPv4Network, cidrs)))
