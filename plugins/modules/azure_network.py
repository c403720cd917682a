#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_network
short_description: Make the network of one site in Azure as it should be
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - One resource group, and in it one virtual network with a subnet per zone, a route table, firewalls (network security
    groups), an ssh key, and static public addresses; in a region without zones one subnet and availability sets.
  - Everything is compared by one list call per kind; what was changed by hand is put back.
options:
  state:
    description:
      - V(absent) deletes all that belongs to the site, with what Kubernetes left in its group, and then the group. It
        refuses as long as something in the group or the network belongs to somebody else.
  cidr:
    description: Network of the site, V(/8) to V(/27). It cannot be changed later.
  zones:
    description:
      - Zones that get a subnet, V(1) to V(3). Without it, the first three by name that offer the O(sizes).
      - Zones that have a subnet already stay.
  sizes:
    description: Sizes of the machines of the site, V(small), V(medium), V(large) or exact machine types.
  ssh_public_keys:
    description: Public keys in OpenSSH format, RSA or Ed25519. New machines get all of them.
  marks:
    description:
      - Marks kept on the resource group as tags C(pangaea-<key>), for example that the cluster was initialised.
      - Only these keys are looked at; other marks stay as they are.
extends_documentation_fragment:
  - pangaea.multicloud.azure
  - pangaea.multicloud.site
  - pangaea.multicloud.network
"""

EXAMPLES = r"""
- name: Make the network of a site
  pangaea.multicloud.azure_network:
    region: germanywestcentral
    subscription: 0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d
    cluster: shop-k3v9q2ab
    name: shop
    site: azure-fra
    cidr: 10.65.0.0/16
    sizes: [medium, large]
    inside: [10.65.0.0/16, 10.129.0.0/16]
    admin: [198.51.100.0/24]
    addresses: [shop-azure-fra-cp-1]
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
  register: network
"""

RETURN = r"""
network:
  description: What the machines of the site need to know of it. Ids are V(null) for what does not exist yet.
  type: dict
  returned: success
  sample:
    id: /subscriptions/.../providers/Microsoft.Network/virtualNetworks/shop-azure-fra
    group: /subscriptions/.../resourceGroups/shop-k3v9q2ab-azure-fra
    cidr: 10.65.0.0/16
    zones: {"1": {subnet_id: /subscriptions/.../subnets/zone-1, cidr: 10.65.0.0/18}}
    groups: {nodes: /subscriptions/.../networkSecurityGroups/shop-azure-fra-nodes}
    sets: {}
    addresses: {shop-azure-fra-cp-1: {id: /subscriptions/.../shop-azure-fra-cp-1-static, address: 198.51.100.7}}
    key_name: shop-k3v9q2ab-azure-fra
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
    marks: {}
waiting:
  description: Keys of things that are to go, and stay until the machines that use them are gone.
  type: list
  elements: str
  returned: success
plan:
  description: The changes as data, with their checksum.
  type: dict
  returned: success
changes:
  description: The changes as sentences.
  type: list
  elements: str
  returned: always
applied:
  description: Those of them that were made; none in check mode.
  type: list
  elements: str
  returned: success
api_calls:
  description: Number of calls by operation. A list counts once however many pages it has.
  type: dict
  returned: always
kind:
  description: Class of the error.
  type: str
  returned: failure
"""

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.absent import NetworkRemoval
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.network import NetworkWork
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.options import TOGETHER, azure_options
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import Work, run
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.options import NETWORK

OPTIONS = azure_options(**NETWORK)
WORK: dict[str, Callable[[dict[str, Any]], Work]] = {"present": NetworkWork, "absent": NetworkRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
