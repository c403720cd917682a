#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_network
short_description: Make the network of one site in GCP as it should be
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - One VPC network in custom mode with one subnetwork that spans the zones of the region, the way to the internet,
    firewalls by network tag, and static public addresses.
  - Everything is compared by one list call per kind; what was changed by hand is put back.
options:
  cidr:
    description: Network of the site, V(/8) to V(/27). It cannot be changed later.
  zones:
    description:
      - Zones that new machines are made in. Without it, up to three, those that have machines and then the first by
        name that offer the sizes.
  sizes:
    description: Sizes of the machines of the site, V(small), V(medium), V(large) or exact machine types.
  marks:
    description:
      - Marks kept in the description of the firewall that every site has, for example that the cluster was initialised.
      - Only these keys are looked at; other marks stay as they are.
extends_documentation_fragment:
  - pangaea.multicloud.gcp
  - pangaea.multicloud.site
  - pangaea.multicloud.network
"""

EXAMPLES = r"""
- name: Make the network of a site
  pangaea.multicloud.gcp_network:
    region: europe-west3
    project: shop-prod
    cluster: shop-k3v9q2ab
    name: shop
    site: gcp-fra
    cidr: 10.66.0.0/16
    sizes: [medium, large]
    inside: [10.66.0.0/16, 10.130.0.0/16]
    admin: [198.51.100.0/24]
    addresses: [shop-gcp-fra-cp-1]
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
  register: network
"""

RETURN = r"""
network:
  description: What the machines of the site need to know of it. Ids are V(null) for what does not exist yet.
  type: dict
  returned: success
  sample:
    id: "4211111111111111111"
    name: shop-k3v9q2ab-gcp-fra
    cidr: 10.66.0.0/16
    subnet: {id: "4222222222222222222", name: shop-k3v9q2ab-gcp-fra}
    zones: []
    groups: {nodes: pangaea-nodes, control_plane: pangaea-control-plane}
    addresses: {shop-gcp-fra-cp-1: {id: "4233333333333333333", address: 198.51.100.7}}
    ssh_public_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"]
    marks: {}
    others: []
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

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.run import Work, run
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.absent import NetworkRemoval
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.network import NetworkWork
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.options import TOGETHER, gcp_options
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.options import NETWORK

OPTIONS = gcp_options(**NETWORK)
WORK: dict[str, Callable[[dict[str, Any]], Work]] = {"present": NetworkWork, "absent": NetworkRemoval}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True, **TOGETHER)
    run(module, lambda options: WORK[options["state"]](options))


if __name__ == "__main__":
    main()
